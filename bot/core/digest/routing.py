"""Who may read what was said about a leader.

The person responsible for that leader's unit, and never anyone it names.
Names decide where the roster knows them; else the posts that are spoken of, in the unit it was said in. Where the one
who would read it is spoken of, or is the unit's head, or where nobody knows who sits there and one of its leaders is
spoken of, it goes to the level above. Above the top there is nobody: then it is counted and stays apart, and the office
is told that nobody here may read it. In doubt it goes up, because a step too high harms nobody.
"""

import re
from collections.abc import Collection, Sequence

from bot.core.cells import NOWHERE, Parents, common_unit
from bot.core.privacy import PLACEHOLDERS
from bot.core.sorting.leaders import Leader

_HEADS = (
    "校长",
    "园长",
    "院长",
    "局长",
    "书记",
    "厅长",
    "处长",
    "所长",
    "站长",
    "principal",
    "head",
)
_OF_SCHOOLS = frozenset({"校长", "园长", "院长", "principal"})
"""Posts that nobody above the units holds."""
_SECOND = ("副", "助理", "vice", "deputy", "assistant")

_placeholder = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))


def heads(leader: Leader) -> bool:
    """Whether this is the head of their unit, by their post."""
    return any(
        post.lower().endswith(_HEADS) and not any(second in post.lower() for second in _SECOND)
        for post in leader.posts
    )


def reader(
    roster: Sequence[Leader],
    parents: Parents,
    *,
    named: Sequence[Leader],
    text: str,
    said_in: str = NOWHERE,
) -> str | None:
    """The unit whose seat may read this; `NOWHERE` is the whole house, None that nobody here may.

    `named`: whom the roster recognised in it. `said_in`: the unit it was released with, where that may be told.
    """
    unit = common_unit((one.unit for one in named), parents) if named else said_in
    names = frozenset(one.name for one in named)
    lower = text.lower()
    bare = not named and any(head in lower for head in _HEADS)
    if bare and (unit != NOWHERE or not _of_a_school(lower, parents)):
        unit = _above(unit, parents)
    while unit is not None and not may_sit(roster, unit, names, lower):
        unit = _above(unit, parents)
    return unit


def may_sit(
    roster: Sequence[Leader], unit: str, names: Collection[str], text: str = ""
) -> bool:
    """Whether whoever holds the seat of this unit is somebody else than those spoken of, for sure."""
    here = [one for one in roster if one.unit == unit]
    spoken = [one for one in here if one.name in names or _by_post(one, text)]
    if any(one.responsible or heads(one) for one in spoken):
        return False
    return not spoken or any(one.responsible for one in here)


def may_stand_in(roster: Sequence[Leader], unit: str, names: Collection[str]) -> bool:
    """Whether the deputy of a seat may read it: nobody knows who that is, so no leader of the unit may be named."""
    return not any(one.unit == unit and one.name in names for one in roster)


def named_again(text: str, leaders: Sequence[tuple[int, str]]) -> str:
    """The text with these names where placeholders hid them, for the one who may read them.

    Each stands with the place of its placeholder among all of the text, counted from 0.
    """
    names = dict(leaders)
    places = iter(range(len(text)))

    def put(found: re.Match[str]) -> str:
        return names.get(next(places), found[0])

    return _placeholder.sub(put, text)


def _by_post(leader: Leader, text: str) -> bool:
    """Whether one of their posts is spoken of; a 校长 is not, where the text says 副校长."""
    return any(
        not text[: found.start()].rstrip().endswith(_SECOND)
        for post in leader.posts
        if post
        for found in re.finditer(re.escape(post.lower()), text)
    )


def _of_a_school(text: str, parents: Parents) -> bool:
    """Only posts are spoken of that somebody below the whole house holds."""
    return bool(parents) and all(h in _OF_SCHOOLS for h in _HEADS if h in text)


def _above(unit: str, parents: Parents) -> str | None:
    return parents.get(unit, NOWHERE) if unit != NOWHERE else None
