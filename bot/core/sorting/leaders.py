"""The leaders of the office's roster, recognised in what people say: such an opinion goes another way (个人)."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from bot.core.privacy.surnames import COMPOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """One person of the roster, as `config.toml` [[leaders]] names them."""

    name: str
    unit: str
    posts: tuple[str, ...] = ()
    """校长, 副书记, …: with the family name before it the person is meant."""
    spellings: tuple[str, ...] = ()
    """Other ways to write them: 陈校, 老陈, chen xiaozhang."""
    responsible: bool = False
    """Holds the seat of the unit: what is said about its other leaders is for this person to read."""

    @property
    def key(self) -> str:
        """What stands for this leader beside an opinion: the name stands in the roster alone."""
        return f"{crc32(f'{self.unit} {self.name}'.encode()):08x}"

    @property
    def forms(self) -> tuple[str, ...]:
        """Every way in which this person is spoken of, the longest first."""
        family = self.name[:2] if self.name[:2] in COMPOUND else self.name[:1]
        titled = [family + post for post in self.posts]
        titled += [family + post.removeprefix("副") for post in self.posts]
        short = [family + post[0] for post in self.posts if post in ("校长", "局长")]
        return tuple(
            sorted(
                {self.name, *self.spellings, *titled, *short},
                key=lambda form: (-len(form), form),
            )
        )


def named(roster: Sequence[Leader], text: str) -> tuple[tuple[Leader, str], ...]:
    """Who of the roster is spoken of, each with the words. Where two share a form (陈主任), both are given."""
    lower = text.lower()
    found = (
        (leader, next((form for form in leader.forms if form.lower() in lower), ""))
        for leader in roster
    )
    return tuple((leader, form) for leader, form in found if form)
