"""What a text asks for about oneself, whatever talk one is in the middle of: a code, quiet, erasure, binding; or to manage staff.

Looked at for every text, so it is cheap: a length, a fold, a look into a table, at most two patterns. What buttons say
stands in the same table, in letters any keyboard has.
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.core.people.codes import read_code

LONGEST = 64
"""Characters; a longer text is never one of these."""


@dataclass(frozen=True, slots=True)
class UsesCode:
    """A one-time code."""

    code: str
    """Empty: it was meant as one, but there is a slip in it."""


@dataclass(frozen=True, slots=True)
class WantsQuiet:
    """No reminders, please."""


@dataclass(frozen=True, slots=True)
class WantsReminders:
    """Reminders again, please."""


@dataclass(frozen=True, slots=True)
class WantsErasure:
    """Delete what is known of me."""

    sure: bool = False
    """Asked and confirmed."""


@dataclass(frozen=True, slots=True)
class WantsBinding:
    """I am the same person on another channel."""

    digits: str = ""
    """The six digits shown there; empty: show me some."""


@dataclass(frozen=True, slots=True)
class Manages:
    """Hands over: accounts come and go. `words` are those of a button, or none."""

    words: tuple[str, ...] = ()


Typed = UsesCode | WantsQuiet | WantsReminders | WantsErasure | WantsBinding | Manages

_SAID: dict[str, Typed] = {
    **dict.fromkeys(("别再提醒", "不要再提醒", "不要提醒", "不用提醒", "别提醒", "/quiet", "no reminders"), WantsQuiet()),
    **dict.fromkeys(("恢复提醒", "继续提醒", "/remind", "remind me"), WantsReminders()),
    **dict.fromkeys(("删除我的资料", "删除资料", "/delete", "delete my data"), WantsErasure()),
    **dict.fromkeys(("确认删除", "/delete yes"), WantsErasure(sure=True)),
    **dict.fromkeys(("绑定", "/绑定", "/bind", "bind"), WantsBinding()),
}  # fmt: skip
_MANAGES = frozenset({"交接", "/交接", "/handover"})
_BINDS = re.compile(r"/?(?:绑定|bind) ?(\d{3}) ?(\d{3})")


def recognise(text: str) -> Typed | None:
    """What the text asks for; None where it is something else, as nearly always.

    >>> recognise("绑定 123456"), recognise("食堂的菜太凉")
    (WantsBinding(digits='123456'), None)
    """
    if len(text) > LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", text).strip()
    short = folded.casefold().rstrip("。.!")
    if said := _SAID.get(short):
        return said
    if (words := folded.split()) and words[0].casefold() in _MANAGES:
        return Manages(tuple(words[1:]))
    if found := _BINDS.fullmatch(short):
        return WantsBinding(found[1] + found[2])
    code = read_code(folded)
    return None if code is None else UsesCode(code)
