"""What goes back to the units and groups that raised something, and how far its telling has come.

No row is about a person: who is in a scope is asked of the roster while it is told, page by page, and before each page is
spoken to it is noted behind which entry to go on. So a crash may leave out a page and tells nobody twice.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, update

from bot.core.echo import Scope
from bot.core.messages import Redacted
from storage.database import Tx
from storage.statement import Statement
from storage.tables import echo


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What is to be told."""

    number: int
    title: str
    words: str
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is being told together, and behind which entry of the roster to go on."""

    echoes: tuple[Echo, ...]
    after: bytes


_WAITING, _GOING, _TOLD = 0, 1, 2
_COLUMNS = (echo.c.number, echo.c.title, echo.c.words, echo.c.scope, echo.c.after)
_POST = Statement(
    insert(echo).values({c.name: bindparam(c.name) for c in echo.columns if c.name != "number"})
)
_LAST = Statement(select(func.max(echo.c.begun)))
_AT = Statement(
    select(*_COLUMNS).where(echo.c.state == bindparam("state_")).order_by(echo.c.number)
)
_BEGIN = Statement(
    update(echo)
    .where(echo.c.state == _WAITING, echo.c.day < bindparam("today"))
    .values(state=_GOING, begun=bindparam("today"))
)
_ON = Statement(update(echo).where(echo.c.state == _GOING).values(after=bindparam("place")))
_DONE = Statement(update(echo).where(echo.c.state == _GOING).values(state=_TOLD, after=b""))


class Echoes:
    """What goes back, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def post(self, title: Redacted, words: Redacted, scope: Scope, day: int) -> None:
        """This is to be told to whoever is in the scope."""
        row = {"title": title, "words": words, "scope": scope.as_json(), "day": day}
        self._tx.do(_POST, row | {"state": _WAITING, "begun": 0, "after": b""})

    def waiting(self) -> tuple[Echo, ...]:
        """What nobody has been told yet."""
        return tuple(_echo(row) for row in self._tx.all(_AT, {"state_": _WAITING}))

    def begin(self, today: int, apart: int) -> Telling | None:
        """What is being told; where nothing is, all that waits since an earlier day, if the last telling is so many days ago."""
        if not self._tx.all(_AT, {"state_": _GOING}):
            (last,) = self._tx.one(_LAST, {}) or (0,)
            if today - (last or 0) < apart or not self._tx.do(_BEGIN, {"today": today}):
                return None
        rows = self._tx.all(_AT, {"state_": _GOING})
        return Telling(echoes=tuple(map(_echo, rows)), after=rows[0][-1])

    def on(self, after: bytes | None) -> None:
        """Everybody up to this entry of the roster has been told, or is about to be; None: everybody."""
        if after is None:
            self._tx.do(_DONE, {})
        else:
            self._tx.do(_ON, {"place": after})


def _echo(row: tuple[int, str, str, str, bytes]) -> Echo:
    number, title, words, scope, _ = row
    return Echo(number=number, title=title, words=words, scope=Scope.from_json(scope))
