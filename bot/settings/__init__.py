"""What the operator decides, read from config.toml. An empty file is a complete configuration.

Each class is one section and each field one key; the defaults stand here, the reasons beside the keys in
config.toml. Secrets never stand in that file (`secret.py`). Reading goes on after a mistake: `Loaded.problems`
holds all of them, and a faulty key has its default.

What needs the content to be judged (does this survey exist?) is asked in `bot.content.loader`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from bot.core.survey import Group, Unit

_SHANGHAI = ZoneInfo("Asia/Shanghai")


KEY_DIR = "storage.key_dir"
"""Where config.toml says where the keys are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """A moment of each week, in the office's time zone."""

    weekday: int
    """0 is Monday."""
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hours of a day, from `start` up to but without `end`. Over midnight where `end` is not later."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """`[office]`: who runs this, and when its week closes."""

    name: str = ""
    timezone: ZoneInfo = _SHANGHAI
    close: Weekly = Weekly(weekday=4, at=time(15))
    review_until: time = time(17)
    """On the closing day; after it the office is told that nobody has reviewed the draft."""
    phone: str = ""
    duty_phone: str = ""
    address: str = ""
    mailbox: str = ""
    """Where else one may turn; on public notices."""


MOVED = "moved"
"""The file in the key directory that says: these keys belong to a PostgreSQL now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """`[storage]`: where the memory is. Paths are absolute here."""

    url: str
    key_dir: Path
    data_dir: Path
    """Where the database (SQLite) and the papers lie; the key directory is never inside."""

    @property
    def place(self) -> Path | str:
        """Where the service keeps its memory: a SQLite file, or PostgreSQL's address."""
        scheme, _, rest = self.url.partition(":///")
        if scheme.startswith("postgresql"):
            return self.url
        name = rest.partition("?")[0]
        return self.data_dir / "tingwen.db" if name in ("", ":memory:") else Path(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`[content]`: what the operator wrote beside what comes along."""

    surveys: Path | None = None
    """A folder of surveys; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """`[groups]`: who is listened to."""

    preset: str = "five"
    own: tuple[Group, ...] = ()
    """`[[groups.own]]`: added after those of the preset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUnit:
    """`[[units]]`: a school or an office, and how many people of each group it has."""

    unit: Unit
    headcount: Mapping[str, int] = field(default_factory=dict[str, int])
    """By group id; a group that is missing has an unknown number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRound:
    """`[[rounds]]`: a survey put to groups of units in a window."""

    id: str
    survey: str
    units: tuple[str, ...]
    """Empty: all of them. A unit stands for those below it too."""
    groups: tuple[str, ...]
    """Empty: all that are not by invitation."""
    opens: datetime
    closes: datetime
    """The first moment after the window: a round that closes on 20 April ends as that day ends."""
    reminders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """`[[leaders]]`: somebody whose name in an opinion makes it a personal matter."""

    name: str
    spellings: tuple[str, ...] = ()
    post: str = ""
    unit: str = ""
    responsible: bool = False
    """Receives the personal matters of the unit; one per unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """`[privacy]`: what is masked in what people write, besides what always is."""

    mask_titles: bool = True
    """A family name with a title behind it loses the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """`[quiet]`: when Tingwen may speak unasked. Outside these hours nobody is written to first."""

    staff: tuple[Span, ...] = (
        Span(start=time(7, 30), end=time(8)),
        Span(start=time(11, 40), end=time(13, 30)),
        Span(start=time(16, 30), end=time(20, 30)),
    )
    parents: tuple[Span, ...] = (
        Span(start=time(11, 40), end=time(13, 30)),
        Span(start=time(18, 30), end=time(20, 30)),
    )
    office: tuple[Span, ...] = (Span(start=time(8, 30), end=time(18)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """`[calendar]`: when responsibles are reminded of a node, in days before its end and after it."""

    before: tuple[int, ...] = (3, 1, 0)
    after: tuple[int, ...] = (1, 7)
    """Overdue: the responsible and the office hear of it."""
    entries: tuple[int, ...] = (1, 0)
    """Before a meeting, a talk, a day of reception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """`[holidays.2027]`: a year's days off and make-up working days; they win over the library's."""

    year: int
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """`[people]`: who counts as a person."""

    open: bool = False
    """Somebody who just starts a chat counts as a person, not only as a submission."""
    headcounts: Path | None = None
    """An xlsx of people per unit and group, which goes before the `headcount`s of `[[units]]`; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """`[telegram]`: used as soon as its token is there."""

    mode: Literal["polling", "webhook"] = "polling"
    tidy: bool = True
    """What people type is deleted from the chat once it is taken in, and so are receipts and what repeats their words."""
    api_base_url: str = "https://api.telegram.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wecom:
    """`[wecom]`: used as soon as corp_id and its secrets are there."""

    corp_id: str = ""
    agent_id: int = 0
    cards: bool = True
    """Cards one can tap, for members with WeCom's own app; else everything in words."""
    api_base_url: str = "https://qyapi.weixin.qq.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """`[web]`: the one listener."""

    host: str = "127.0.0.1"
    port: int = 8750
    public_url: str = ""
    """Where the world reaches it, without a slash at the end; empty where it does not."""
    work: int = 16
    """What beginning costs on a link for everybody: 2 to this power hashes, about a second of an old phone; 0: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`[mail]`: used as soon as `host` is there."""

    host: str = ""
    port: int = 465
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """`[hook]`: programs that are told what the office has sent."""

    urls: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    """Networks that are gone to although they are not public ones, such as `10.0.0.0/8`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """`[digest]`: to whom the weekly paper goes besides the office's own chats."""

    recipients: tuple[str, ...] = ()
    """Mail addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything config.toml says."""

    file: str
    """The file's name as the operator typed it, for messages."""
    storage: Storage
    office: Office = Office()
    content: Content = Content()
    groups: Groups = Groups()
    units: tuple[PlannedUnit, ...] = ()
    rounds: tuple[PlannedRound, ...] = ()
    leaders: tuple[Leader, ...] = ()
    privacy: Privacy = Privacy()
    quiet: Quiet = Quiet()
    calendar: Reminding = Reminding()
    holidays: tuple[Holidays, ...] = ()
    people: People = People()
    telegram: Telegram = Telegram()
    wecom: Wecom = Wecom()
    web: Web = Web()
    mail: Mail = Mail()
    hook: Hook = Hook()
    digest: Digest = Digest()
