"""谈心谈话: who has to talk with whom, from a list of posts; each pair once, whatever rules ask for it.

Two sets of rules as the documents give them. FOUR (a school): all of the leading team with each other, the secretary
with every head of a department, each leader with the heads of the departments in their charge, each head with their
deputies. THREE (a province): the first in charge with the others of the team, those with each other, each leader with
the heads of what is in their charge. A pair that two rules ask for is one talk with both reasons. Talks may come in
rounds, the last of which the team holds together.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import blake2s
from itertools import combinations
from typing import Literal

from bot.core.campaign.model import Campaign, Completion, Node

Rules = Literal["four", "three"]
Fault = Literal["no-post", "no-name", "twice", "no-head", "nobody"]

PLAN = "talks"
"""Where other plans of the calendar have their number."""

MOST_ROUNDS = 3
A_DAY = 2
"""Talks one person may have on one day."""


class Rank(StrEnum):
    """What a post counts as here."""

    FIRST = "first"
    """主要负责同志: the secretary, the head of the house."""
    LEADER = "leader"
    """Another member of the leading team."""
    HEAD = "head"
    """The head of a department, or of a unit below."""
    DEPUTY = "deputy"
    """The deputy of such a head."""


class Why(StrEnum):
    """The rule that asks for a talk."""

    TEAM = "team"
    FIRST = "first"
    CHARGE = "charge"
    DEPUTY = "deputy"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody of the list, and what they are there for."""

    name: str
    rank: Rank
    department: str = ""
    """Of a head or deputy: which one."""
    charge: tuple[str, ...] = ()
    """Departments in a leader's charge (分管)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One talk: between two, or of the whole team together (`other` empty)."""

    id: str
    """Of the two and the round: the same however often the list is read."""
    one: str
    other: str
    why: tuple[Why, ...]
    round: int = 1
    day: date | None = None
    done: date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Those who talk, as far as the talk names them."""
        return tuple(filter(None, (self.one, self.other)))


class NotAList(ValueError):
    """The list cannot be taken. `fault` is its sentence's key, `line` the number of the line, `words` what stands there."""

    def __init__(self, fault: Fault, line: int = 0, words: str = "") -> None:
        super().__init__(fault)
        self.fault: Fault = fault
        self.line: int = line
        self.words: str = words


# --- the pairs -------------------------------------------------------------------------------------------------------


def talks(
    seats: Sequence[Seat], rules: Rules, rounds: int = 1, *, together: bool = False
) -> tuple[Talk, ...]:
    """Every talk the rules ask for, round by round. Raises `NotAList` where nobody has to talk with anybody."""
    pairs: dict[frozenset[str], tuple[str, str, list[Why]]] = {}
    for one, other, why in _asked(seats, rules):
        known = pairs.setdefault(frozenset((one.name, other.name)), (one.name, other.name, []))
        if why not in known[2]:
            known[2].append(why)
    if not pairs:
        raise NotAList("nobody")
    found = [
        Talk(id=_id(one, other, number), one=one, other=other, why=tuple(why), round=number)
        for number in range(1, min(rounds, MOST_ROUNDS) + 1)
        for one, other, why in pairs.values()
    ]
    if together:
        first = next(seat.name for seat in seats if seat.rank is Rank.FIRST)
        last = found[-1].round + 1
        found.append(
            Talk(id=_id(first, "", last), one=first, other="", why=(Why.TOGETHER,), round=last)
        )
    return tuple(found)


def _asked(seats: Sequence[Seat], rules: Rules) -> Iterator[tuple[Seat, Seat, Why]]:
    team = [seat for seat in seats if seat.rank in (Rank.FIRST, Rank.LEADER)]
    first = [seat for seat in team if seat.rank is Rank.FIRST]
    heads = [seat for seat in seats if seat.rank is Rank.HEAD]
    for one, other in combinations(sorted(team, key=lambda s: s.rank is not Rank.FIRST), 2):
        with_first = rules == "three" and one.rank is Rank.FIRST
        yield one, other, Why.FIRST if with_first else Why.TEAM
    if rules == "four":
        yield from ((one, head, Why.FIRST) for one in first for head in heads)
    for leader in team:
        yield from (
            (leader, head, Why.CHARGE) for head in heads if head.department in leader.charge
        )
    if rules == "four":
        for head in heads:
            yield from (
                (head, seat, Why.DEPUTY)
                for seat in seats
                if seat.rank is Rank.DEPUTY and seat.department == head.department
            )


def _id(one: str, other: str, round: int) -> str:
    text = "\0".join((*sorted((one, other)), str(round)))
    return blake2s(text.encode(), digest_size=4).hexdigest()


def uncovered(seats: Sequence[Seat], planned: Iterable[Talk]) -> tuple[Seat, ...]:
    """Those of the list whom no rule makes talk: a deputy without a head, a head nobody is in charge of."""
    talking = {name for talk in planned for name in talk.names}
    return tuple(seat for seat in seats if seat.name not in talking)


# --- days ------------------------------------------------------------------------------------------------------------


def dated(planned: Sequence[Talk], days: Sequence[date], most: int = A_DAY) -> tuple[Talk, ...]:
    """The talks on these days, in order, no person more than `most` times a day; done ones stay where they are.

    Rounds follow each other. What does not fit keeps no day: the window is too short, and that is for a person to see.
    """
    free: Counter[tuple[str, date]] = Counter()
    for talk in planned:
        if talk.done is not None and talk.day is not None:
            free.update((name, talk.day) for name in talk.names)
    bounds = _shares(days, sorted({talk.round for talk in planned}))
    return tuple(
        talk
        if talk.done
        else replace(talk, day=_first_free(talk, bounds[talk.round], free, most))
        for talk in planned
    )


def _shares(days: Sequence[date], rounds: Sequence[int]) -> Mapping[int, Sequence[date]]:
    """Each round's share of the days, in order."""
    count = max(len(rounds), 1)
    return {
        round: days[len(days) * at // count : len(days) * (at + 1) // count]
        for at, round in enumerate(rounds)
    }


def _first_free(
    talk: Talk, days: Sequence[date], taken: Counter[tuple[str, date]], most: int
) -> date | None:
    for day in days:
        if all(taken[name, day] < most for name in talk.names):
            taken.update((name, day) for name in talk.names)
            return day
    return None


def renewed(old: Iterable[Talk], new: Sequence[Talk]) -> tuple[Talk, ...]:
    """A list read again: talks that were planned keep their day, and that they were held."""
    before = {talk.id: talk for talk in old}
    return tuple(
        replace(talk, day=was.day, done=was.done) if (was := before.get(talk.id)) else talk
        for talk in new
    )


def as_calendar(planned: Iterable[Talk], since: date, titled: str, unit: str = "") -> Campaign:
    """The dated talks as entries of the calendar, so that they are reminded of and drawn like all else.

    `titled` is the sentence of one talk, with a hole for `names`; `unit` is whose plan it is.
    """
    nodes = tuple(
        Node(
            id=talk.id,
            place="talk",
            title=titled.format(names="、".join(talk.names)),
            kind="point",
            start=talk.day,
            end=talk.day,
            responsible=talk.names,
            by_hand=True,
        )
        for talk in planned
        if talk.day is not None
    )
    id = f"{PLAN}-{unit}" if unit else PLAN
    return Campaign(id=id, title="", unit=unit, since=since, nodes=nodes)


def held(planned: Iterable[Talk]) -> tuple[Completion, ...]:
    """The talks that were held, as the calendar counts them."""
    return tuple(
        Completion(node=talk.id, day=talk.done) for talk in planned if talk.done is not None
    )


# --- a pasted list ---------------------------------------------------------------------------------------------------

_FIRST_POST = re.compile(
    r"^(?:主要负责(?:同志|人)|班长|一把手|(?:党委|党组|党总支|总支|党支部|支部|局|学校|本校|校|园)*(?:书记|校长|园长|局长|院长))$"
)
_LEADER_POST = re.compile(
    r"班子成员|委员|^(?:党委|党组|党总支|总支|党支部|支部|局|学校|本校|校|园)*副(?:书记|校长|园长|局长|院长)|纪检|工会主席|总督学|党组成员"
)
_DEPUTY_POST = re.compile(
    r"^(?P<of>.*?)(?:中层)?副(?:职|主任|处长|科长|部长|组长|股长|校长|园长|书记)$"
)
_HEAD_POST = re.compile(
    r"^(?P<of>.*?)(?:中层)?(?:正职|主任|处长|科长|部长|组长|股长|校长|园长|书记|负责人)$"
)
_CHARGE = re.compile(r"^(?:分管|联系|主管)[:：]?")
_BETWEEN = re.compile(r"[\s,，;；|]+")


def read_list(text: str) -> tuple[Seat, ...]:
    """A list as offices paste it: a line a person, name and post, and what is in their charge. Raises `NotAList`.

    >>> [seat.rank.value for seat in read_list("甲某 校长\\n乙某 副校长 分管教务处\\n丙某 教务处主任")]
    ['first', 'leader', 'head']
    """
    seats: list[Seat] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = [
            word for word in _BETWEEN.split(re.sub(r"^\s*\d+[.、．]\s*", "", line)) if word
        ]
        if not words:
            continue
        seat = _seat(words, number, line.strip())
        if any(known.name == seat.name for known in seats):
            raise NotAList("twice", number, seat.name)
        seats.append(seat)
    if not any(seat.rank is Rank.FIRST for seat in seats):
        raise NotAList("no-head")
    return tuple(seats)


def seats_of(leaders: Iterable[tuple[str, str]]) -> tuple[Seat, ...]:
    """The same from names and posts of the configuration; who has no post there that counts is left out."""
    found: list[Seat] = []
    for name, post in leaders:
        words = [word for word in _BETWEEN.split(post) if word]
        try:
            found.append(_seat([name, *words], 0, post))
        except NotAList:
            continue
    return tuple(found)


def _seat(words: Sequence[str], number: int, line: str) -> Seat:
    name, rest = words[0], list(words[1:])
    if not rest:
        raise NotAList("no-post", number, line)
    if not re.fullmatch(r"[\w·]{1,20}", name):
        raise NotAList("no-name", number, line)
    charge: list[str] = []
    posts: list[str] = []
    in_charge = False
    for word in rest:
        in_charge = in_charge or _CHARGE.match(word) is not None
        if in_charge:
            charge += [d for d in _CHARGE.sub("", word).split("、") if d]
        else:
            posts += word.split("、")
    rank, department = _rank(posts)
    if rank is None:
        raise NotAList("no-post", number, line)
    return Seat(name=name, rank=rank, department=department, charge=tuple(charge))


def _rank(posts: Sequence[str]) -> tuple[Rank | None, str]:
    """What the posts count as, and the department: written before the post (教务处主任) or as a word of its own."""
    if any(_FIRST_POST.match(post) for post in posts):
        return Rank.FIRST, ""
    if any(_LEADER_POST.search(post) for post in posts):
        return Rank.LEADER, ""
    for pattern, rank in ((_DEPUTY_POST, Rank.DEPUTY), (_HEAD_POST, Rank.HEAD)):
        for post in posts:
            match = pattern.match(post)
            if match is not None:
                other = next((word for word in posts if word != post), "")
                return rank, match["of"] or other
    return None, ""
