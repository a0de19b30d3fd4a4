"""An appraisal (民主评议): a meeting rates its leading team and each of its members, one vote each, and what came of it.

Who voted how is known nowhere: votes wait in the vault as answers do, each person's rating a piece apart, and all of them
leave together when the vote is over. Paper ballots are entered as totals. Nothing is worked out from fewer than `K` votes
of the vault: the office has counted the paper, so what is left after taking it away must be enough by itself.

    expected   应到   who should come          quorum: of these so many must be present
    present    实到   who came                 ballots: never more than came
    ballots    参评   who handed in, by chat and on paper
    blank      未填   handed in, with nothing for this one; in no share
    abstain    弃权   a vote like the others; in every share
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from bot.core.cells import K
from bot.core.digest.figures import Tenths, share

SCALE = ("good", "fairly", "fair", "poor")
"""好 较好 一般 差, in the order of their digits."""

ABSTAIN = "abstain"

CHOICES = (*SCALE, ABSTAIN)

TEAM = "team"
"""The id under which the leading team as a whole is rated."""

BODY = "body"
"""The one group of a vote: nobody's figures are given for less than all who voted."""

PREFIX = "rate_m"
"""Its round's id begins so: like ratings of notices it is in no digest, no theme and no queue."""

MOST_RATED = 30
"""Persons of one meeting: so many taps are enough for anybody."""

_LONGEST = 20
"""Characters of a name or a post."""


class Stage(StrEnum):
    """Whether it stands alone, or looks back at an earlier one of the same people."""

    FIRST = "first"
    FINAL = "final"


class State(StrEnum):
    """How far it is."""

    DRAFT = "draft"
    OPEN = "open"
    COUNTED = "counted"


class Quorum(StrEnum):
    """How many of those expected must be present."""

    HALF = "half"
    TWO_THIRDS = "two_thirds"

    def met(self, present: int, expected: int) -> bool:
        """Half means more than half.

        >>> Quorum.HALF.met(20, 40), Quorum.TWO_THIRDS.met(20, 30)
        (False, True)
        """
        if self is Quorum.HALF:
            return 2 * present > expected
        return 3 * present >= 2 * expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Somebody who is rated, or the team."""

    id: str
    name: str = ""
    """Empty for the team."""
    post: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One appraisal as the office prepared it."""

    number: int
    unit: str
    """Whose team it is; empty: the house's own."""
    stage: Stage = Stage.FIRST
    after: int = 0
    """The number of the first one, where this is the final one."""
    rated: tuple[Rated, ...] = ()
    groups: tuple[str, ...] = ()
    """Who votes: of these groups …"""
    units: tuple[str, ...] = ()
    """… in these units; empty: wherever they are."""
    expected: int = 0
    """0: not said yet."""
    present: int = 0
    quorum: Quorum = Quorum.TWO_THIRDS
    own: bool = False
    """Each of those rated may see their own figures."""
    round: str = ""
    """In which it is voted; empty before."""
    state: State = State.DRAFT

    def as_json(self) -> str:
        """The text that storage keeps."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> "Meeting":
        """What `as_json` wrote."""
        said: dict[str, Any] = json.loads(text)
        return Meeting(
            number=said["number"],
            unit=said["unit"],
            stage=Stage(said["stage"]),
            after=said["after"],
            rated=tuple(Rated(**one) for one in said["rated"]),
            groups=tuple(said["groups"]),
            units=tuple(said["units"]),
            expected=said["expected"],
            present=said["present"],
            quorum=Quorum(said["quorum"]),
            own=said["own"],
            round=said["round"],
            state=State(said["state"]),
        )


def votes_in(meeting: Meeting, group: str, unit: str, *, known: bool) -> bool:
    """Whether somebody of this group and unit has a vote; `known`: a code of their own or a directory told who they are."""
    return known and group in meeting.groups and (not meeting.units or unit in meeting.units)


def of_first(meeting: Meeting, first: Meeting) -> Meeting:
    """The final one of the same body: the same people are rated by the same voters."""
    return replace(
        meeting,
        stage=Stage.FINAL,
        after=first.number,
        rated=first.rated,
        groups=first.groups,
        units=first.units,
        expected=first.expected,
        quorum=first.quorum,
        own=first.own,
    )


# --- what the office types -----------------------------------------------------------------------------------------


class Unreadable(ValueError):
    """A line that says nothing: which one, from 1, and its words."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line = line
        self.words = words


def read_rated(text: str) -> tuple[Rated, ...]:
    """The team, and whoever a pasted list names: a line each, the name first, the post after it.

    Raises `Unreadable` at a line that is too long, names somebody twice, or is one too many.

    >>> [one.name for one in read_rated("甲某 校长\\n乙某，副校长")]
    ['', '甲某', '乙某']
    """
    found = [Rated(id=TEAM)]
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    for at, line in lines:
        if not line:
            continue
        name, _, post = re.sub(r"[\s,，、:：]+", " ", line).partition(" ")
        taken = any(one.name == name for one in found)
        if max(len(name), len(post)) > _LONGEST or taken or len(found) > MOST_RATED:
            raise Unreadable(at, line)
        found.append(Rated(id=f"p{len(found)}", name=name, post=post))
    return tuple(found)


Votes = Mapping[str, int]
"""How often each of `CHOICES` was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Paper ballots, counted by hand: totals, marked as such."""

    ballots: int = 0
    votes: Mapping[str, tuple[int, ...]]
    """By id of who is rated: in the order of `CHOICES`."""

    def as_json(self) -> str:
        """The text that storage keeps."""
        return json.dumps([self.ballots, dict(self.votes)])

    @staticmethod
    def from_json(text: str) -> "Paper":
        """What `as_json` wrote; none where nothing was kept."""
        ballots: int
        votes: dict[str, list[int]]
        ballots, votes = json.loads(text or "[0, {}]")
        return Paper(ballots=ballots, votes={id: tuple(row) for id, row in votes.items()})


NO_PAPER = Paper(votes={})


def read_paper(text: str, rated: Iterable[Rated]) -> Paper:
    """Totals as typed: how many ballots, then a line for each who is rated, five numbers in the order of `CHOICES`.

    Names and commas between are as one likes. Raises `Unreadable` where the numbers do not fit: too many or too few of
    them, or more votes than ballots.

    >>> read_paper("12\\n10 2 0 0 0", [Rated(id="team")])
    Paper(ballots=12, votes={'team': (10, 2, 0, 0, 0)})
    """
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    asked = tuple(rated)
    if not lines:
        raise Unreadable(1, "")
    ballots = _numbers(lines[0][1])
    if len(ballots) != 1:
        raise Unreadable(*lines[0])
    votes: dict[str, tuple[int, ...]] = {}
    for (at, line), one in zip(lines[1:], asked, strict=False):
        numbers = _numbers(line.replace(one.name, " ", 1) if one.name else line)
        if len(numbers) != len(CHOICES) or sum(numbers) > ballots[0]:
            raise Unreadable(at, line)
        votes[one.id] = tuple(numbers)
    if len(lines) - 1 != len(asked):
        raise Unreadable(lines[-1][0], lines[-1][1])
    return Paper(ballots=ballots[0], votes=votes)


def _numbers(line: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,5}", line)]


# --- what came of it -----------------------------------------------------------------------------------------------


class Invalid(StrEnum):
    """Why a result does not stand."""

    UNKNOWN = "unknown"
    """Nobody has said how many were expected and came."""
    QUORUM = "quorum"
    """Too few came."""
    SURPLUS = "surplus"
    """More ballots than people who came."""
    FEW = "few"
    """Fewer ballots than anything may be worked out from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of it for one who is rated."""

    rated: Rated
    votes: Votes | None
    """None: too few rated them; nothing is said."""
    blank: int = 0

    @property
    def cast(self) -> int:
        """All votes, abstentions among them."""
        return sum(self.votes.values()) if self.votes else 0

    def share(self, *choices: str) -> Tenths | None:
        """How much of the votes cast these are."""
        if self.votes is None:
            return None
        return share(sum(self.votes.get(choice, 0) for choice in choices), self.cast)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one meeting, ready to be drawn."""

    meeting: Meeting
    online: int
    """Ballots by chat; 0 also where they were too few to be handed on."""
    paper: int
    invalid: Invalid | None
    rows: tuple[Row, ...]

    @property
    def ballots(self) -> int:
        """All ballots."""
        return self.online + self.paper

    def row(self, id: str) -> Row | None:
        """The row of that id."""
        return next((row for row in self.rows if row.rated.id == id), None)

    def only(self, name: str) -> "Outcome":
        """What one of those rated may see of it: their own row."""
        return replace(self, rows=tuple(r for r in self.rows if name and r.rated.name == name))


def outcome(
    meeting: Meeting,
    online: int,
    chosen: Mapping[tuple[str, str], int],
    paper: Paper,
    *,
    k: int = K,
) -> Outcome:
    """Add up what was let out of the vault (`chosen` by id and choice, of `online` ballots) and what was on paper."""
    ballots = online + paper.ballots
    rows = tuple(_row(one, online, chosen, paper, k) for one in meeting.rated)
    return Outcome(
        meeting=meeting,
        online=online,
        paper=paper.ballots,
        invalid=_invalid(meeting, ballots, k),
        rows=rows,
    )


def _row(
    rated: Rated, online: int, chosen: Mapping[tuple[str, str], int], paper: Paper, k: int
) -> Row:
    by_chat = {choice: chosen.get((rated.id, choice), 0) for choice in CHOICES}
    on_paper = dict(zip(CHOICES, paper.votes.get(rated.id, (0,) * len(CHOICES)), strict=True))
    votes = {choice: by_chat[choice] + on_paper[choice] for choice in CHOICES}
    cast, mine = sum(votes.values()), sum(by_chat.values())
    if cast < k or 0 < mine < k:
        return Row(rated=rated, votes=None)
    return Row(rated=rated, votes=votes, blank=online + paper.ballots - cast)


def _invalid(meeting: Meeting, ballots: int, k: int) -> Invalid | None:
    if ballots < k:
        return Invalid.FEW
    if not (meeting.expected and meeting.present):
        return Invalid.UNKNOWN
    if not meeting.quorum.met(meeting.present, meeting.expected):
        return Invalid.QUORUM
    return Invalid.SURPLUS if ballots > meeting.present else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """First and final beside each other, for one who was rated in both."""

    rated: Rated
    good: tuple[Tenths, Tenths]
    """The share of 好, then and now."""
    content: tuple[Tenths, Tenths]
    """The share of 好 and 较好 together."""

    @property
    def moved(self) -> Tenths:
        """By how many tenths of a point 好 and 较好 together rose."""
        return self.content[1] - self.content[0]


def compared(first: Outcome, final: Outcome) -> tuple[Step, ...]:
    """Both meetings side by side; nothing where one of them does not stand."""
    if first.invalid or final.invalid:
        return ()
    steps: list[Step] = []
    for now in final.rows:
        before = first.row(now.rated.id)
        if before is None or before.rated != now.rated:
            continue
        good = _both(before.share("good"), now.share("good"))
        content = _both(before.share("good", "fairly"), now.share("good", "fairly"))
        if good and content:
            steps.append(Step(rated=now.rated, good=good, content=content))
    return tuple(steps)


def _both(before: Tenths | None, now: Tenths | None) -> tuple[Tenths, Tenths] | None:
    return None if before is None or now is None else (before, now)
