"""What a digest is made of, and the digest itself: everything its papers print, and nothing they may not.

`Opinion`, `Turnout`, `Names` and `Desk` go in; `Digest` comes out and is the snapshot. All names people read
(units, groups, topics, themes) are copied into it, so that a paper drawn again next year is the same paper.
Codes that the papers have words for stay codes: dimensions, channels, states, destinations.

`Opinion` and `Entry` are named tuples, not dataclasses: they are made a hundred thousand times a digest, which
a frozen dataclass does four times slower, and JSON writes them as plain rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from bot.core.digest.figures import Tenths, share
from bot.core.messages import Redacted

About = Literal["班子", "个人", "一般"]

NOBODY = "_above"
"""In place of the unit of a personal file: nobody of this house may read it, it is for the level above."""

Destination = Literal["", "known", "new", "answered", "forwarded", "handed", "declined"]
"""What became of an opinion; empty is still to be judged, `handed` went to the body in charge of discipline."""

DESTINATIONS: tuple[Destination, ...] = (
    "known", "new", "answered", "forwarded", "handed", "declined", "",
)  # fmt: skip

State = Literal["waiting", "working", "done"]

Mark = Literal["", "abusive", "copy", "elsewhere", "early"]
"""What sets an opinion aside without taking it away: abuse, a copy of another one, no matter of schools (转办), said before
what is under way began (前期)."""

FOLDED: frozenset[Mark] = frozenset({"abusive", "copy"})
"""Their words stand in the ledger alone; the paper says that there are such."""


# --- what goes in ---------------------------------------------------------------------------------------------


class Opinion(NamedTuple):
    """One opinion, released from the vault or entered from another channel, as storage hands it in."""

    id: str
    round: str
    unit: str
    """Its unit; empty where its atom is wider than one unit."""
    group: str
    """Its group; empty where it was folded to everybody."""
    question: str
    """The words of the question; empty for what was said unasked."""
    dimension: str
    choice: str
    """The words of the option chosen; empty where nothing was to choose."""
    text: Redacted
    topic: str
    sifeng: tuple[str, ...] = ()
    sizhi: str = ""
    kind: str = ""
    urgent: bool = False
    about: About = "一般"
    channel: str = "chat"
    theme: str = ""
    """The theme it belongs to; empty counts as one of its own."""
    destination: Destination = ""
    problem: str = ""
    """The number of the problem it went into."""
    reply: str = ""
    replied: str = ""
    """ISO date of the reply."""
    received: str = ""
    """ISO date, only for what came by another channel; the vault knows the period alone."""
    mark: Mark = ""
    also: tuple[str, ...] = ()
    """Other channels that brought the same matter: it counts under its own."""
    origins: tuple[str, ...] = ()
    """The departments that handed it on."""
    echoes: tuple[str, ...] = ()
    """Its words as the other channels had them."""
    answers: int = 1
    """How many said just this: taps on one option of one unit and group come as one, with their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """What came from one atom in one period, counted inside the vault at its tick; released ones only."""

    period: date
    """The closing date of its period."""
    units: tuple[str, ...]
    """One unit, or all that were merged into this atom; empty where the unit is unknown or everybody."""
    group: str
    """Empty where it was folded to everybody."""
    people: int
    """Persons (人); open starts are not counted here."""
    submissions: int
    """Questionnaires handed in (份)."""

    @property
    def unit(self) -> str:
        """The unit this atom belongs to alone; empty for wider ones."""
        return self.units[0] if len(self.units) == 1 else ""


@dataclass(frozen=True, slots=True)
class Name:
    """Something the papers call by a name. `short` is used in narrow columns."""

    id: str
    name: str
    short: str = ""

    @property
    def brief(self) -> str:
        """The short name where there is one."""
        return self.short or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What there is, in the order the papers list it; units in the order of their number, never of a figure."""

    units: tuple[Name, ...]
    groups: tuple[Name, ...]
    topics: tuple[Name, ...]
    themes: Mapping[str, str] = field(default_factory=dict[str, str])
    """Titles of the themes."""
    theme_periods: Mapping[str, int] = field(default_factory=dict[str, int])
    """In how many periods each was heard so far, this one among them."""
    theme_voices: Mapping[str, str] = field(default_factory=dict[str, str])
    """The id of the opinion that speaks for each."""
    dimensions: tuple[str, ...] = ()
    """The asks of the question set in use; others appear only where somebody spoke to them."""
    sifeng: tuple[str, ...] = ()
    sizhi: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    windows: frozenset[str] = frozenset()
    """Units that serve people at a window (窗口单位): they have a table of their own."""
    no_topic: str = "qita"
    """The topic code that means unclassified; it has no place in the ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """Something that could not wait: when (the date only), what (never who), what was done."""

    received: date
    matter: str
    handling: str = ""
    state: State = "waiting"
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """The 座谈会 of the period."""

    sessions: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The 征求意见函 sent out, and who has not answered yet (institutions, never persons)."""

    sent: int
    returned: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many of what."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a kind there are, and how many are done."""

    code: str
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """A problem past its date."""

    number: str
    title: str
    unit: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """What people say of published results."""

    good: int
    fair: int
    poor: int

    @property
    def total(self) -> int:
        """All ratings."""
        return self.good + self.fair + self.poor


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The four rates (见面 办结 规范 满意), over everything so far; None where there is nothing, or too little, to divide by."""

    met: Tenths | None = None
    """Opinions whose way is known, of all in words."""
    finished: Tenths | None = None
    """Items closed, of items opened."""
    in_order: Tenths | None = None
    """Items never late and put off once at the most, of items opened."""
    content: Tenths | None = None
    """满意 and 基本满意, of all ratings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """Where the problem list stands: the four musts, what is done, what is late."""

    kinds: tuple[Progress, ...]
    """By kind: `now` 即知即改, `term` 限期整改, `long` 长期坚持."""
    whole: int
    """Items that have all four musts."""
    missing: tuple[Count, ...] = ()
    """What the others lack: `goal`, `measures`, `who`, `when`."""
    overdue: tuple[Overdue, ...] = ()
    published: int = 0
    ratings: Ratings = Ratings(good=0, fair=0, poor=0)
    help: tuple[str, ...] = ()
    """What needs the level above."""
    rates: Rates = Rates()
    own: Ratings = Ratings(good=0, fair=0, poor=0)
    """Items by how those responsible rate their own work: beside what people say, never with it."""
    rework: tuple[str, ...] = ()
    """What is being redone: people or the office were not content, or it came back."""
    recurred: int = 0
    """Items that were said again after they were closed (复发)."""
    shrunk: int = 0
    """Items whose promise became less (缩水)."""
    extended: int = 0
    """Items put off (延期)."""

    @property
    def total(self) -> int:
        """All items (件)."""
        return sum(kind.total for kind in self.kinds)

    @property
    def done(self) -> int:
        """Finished ones."""
        return sum(kind.done for kind in self.kinds)

    @property
    def rate(self) -> Tenths | None:
        """The share that is finished."""
        return share(self.done, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Answers the office still owes."""

    within: int = 0
    late: int = 0
    longest_days: int = 0
    longest_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something in the plan for the days to come; without a date, in the plan's own words for when."""

    day: date | None
    when: str = ""
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Something a step of the plan has to leave behind on paper, and whether it is there (台账自查)."""

    step: str
    what: str
    prescribed: bool | None
    """规定动作, 自选动作; None where the plan does not say."""
    there: int
    """How many were reported, of `of`: one, or one of each unit that has to."""
    of: int
    missing: tuple[str, ...] = ()
    """Units that have not reported it."""
    responsible: tuple[str, ...] = ()
    due: date | None = None


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A holiday between this closing and the next."""

    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lies on the office's desk besides opinions; every part may be empty."""

    urgent: tuple[Urgent, ...] = ()
    meetings: Meetings | None = None
    letters: Letters | None = None
    rectification: Rectification | None = None
    """None before there is a problem list: the section is left out."""
    replies: Replies = Replies()
    nodes: tuple[Node, ...] = ()
    days_off: tuple[DaysOff, ...] = ()
    materials: tuple[Material, ...] = ()


Section = Literal[
    "overview", "dimensions", "sifeng", "topics", "typical", "urgent", "repeated", "rectification", "replies",
    "destinations", "nodes",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of the clerk's under a section."""

    section: Section
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The clerk's own words. Figures are never among them."""

    title: str = ""
    """Instead of the usual title."""
    foreword: str = ""
    remarks: tuple[Remark, ...] = ()
    practices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    """What an earlier digest had wrong; a sent one never changes."""
    report_to: tuple[str, ...] = ()
    copy_to: tuple[str, ...] = ()
    send_to: tuple[str, ...] = ()
    copies: int = 0

    def remark(self, section: Section) -> str:
        """What the clerk says under that section, or nothing."""
        return "".join(remark.text for remark in self.remarks if remark.section == section)


# --- what comes out -------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """One opinion as the papers show it: redacted words to the character, names instead of ids."""

    number: str
    id: str
    """The opinion's own random id, for the office's ledgers; no paper prints it."""
    received: str
    channel: str
    group: str
    unit: str
    """Empty where fewer than eight of the unit wrote."""
    dimension: str
    question: str
    choice: str
    text: str
    summary: str
    """Its theme's title."""
    topic: str
    sifeng: tuple[str, ...]
    sizhi: str
    about: About
    merged: str
    """The number of the merged opinion it counts under."""
    times: int
    """How many opinions count under that number."""
    urgent: bool
    destination: Destination
    problem: str
    reply: str
    replied: str
    mark: Mark = ""
    also: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    echoes: tuple[str, ...] = ()
    answers: int = 1
    """How many opinions this line stands for: more than one where an option was tapped and nothing written."""

    @property
    def words(self) -> str:
        """What was said: the option chosen, the words written, or both."""
        return "\n".join(part for part in (self.choice, self.text) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures of the first paragraph."""

    submissions: int
    cumulative: int
    invited: int | None
    rate: Tenths | None
    opinions: int
    before: int | None
    """Opinions of the period before; None where there was none."""
    change: Tenths | None
    merged: int
    team: int
    """Merged ones about the leading team (班子)."""
    personal: int
    """Merged ones about one leader (个人), which no common paper shows."""
    general: int
    withheld: int
    """Opinions counted here and shown nowhere: about one leader, or handed to the body in charge of discipline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoutRow:
    """One line of the turnout tables."""

    id: str
    """Empty for the line of all that have none of their own."""
    name: str
    merged: int = 0
    """How many units stand behind this line; 0 for a line of one's own."""
    invited: int | None
    now: int
    cumulative: int
    rate: Tenths | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """One unit that serves people at a window."""

    unit: str
    submissions: int
    opinions: int | None = None
    """None, with nothing more told, where too few of it wrote."""
    praise: int = 0
    topics: tuple[Count, ...] = ()
    """By name, what is said most first."""


Band = str
"""`absent` nobody is asked there · `unknown` headcount not given · `merged` with others, too few to stand alone ·
`none` nothing came that may be told · "0" … "9" as `figures.band`."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One unit: a band for each group, in the order of the groups."""

    unit: str
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Weak:
    """Where few or none have been heard; a hint, in the order of the units."""

    unit: str
    group: str
    band: Band


@dataclass(frozen=True, slots=True)
class Share:
    """A count and its share of the whole."""

    code: str
    number: int
    share: Tenths | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One group: opinions by dimension, in the order of `Digest.dimensions`."""

    name: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Merged opinions by label; one may carry two."""

    counts: tuple[Count, ...]
    none: int
    twice: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """One topic: now and the period before."""

    code: str
    name: str
    now: int
    before: int | None
    change: Tenths | None
    groups: tuple[str, ...] = ()
    """Where it mainly comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A matter many speak of: a theme of ten and two units, or a topic three periods in the ranking."""

    title: str
    ranked: bool
    """A topic of the ranking; otherwise a theme."""
    number: int
    units: int
    periods: int
    """For how many periods in a row."""
    voice: str = ""
    """One of its opinions, word for word; for a topic of the ranking empty."""
    channels: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Opinions that say nearly the same, with a number they keep from period to period."""

    number: str
    title: str
    topic: str
    opinions: int
    """Of this period."""
    copies: int
    """Of these, copies of others."""
    periods: int
    """In how many periods it was heard."""
    channels: tuple[Count, ...]
    voice: str
    """One of its opinions, word for word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How many topics a person looked at, and how many of these the sorting had right."""

    looked_at: int = 0
    same: int = 0

    @property
    def rate(self) -> Tenths | None:
        """The share that was right."""
        return share(self.same, self.looked_at)


@dataclass(frozen=True, slots=True)
class Tally:
    """One question with options: how often each was chosen."""

    question: str
    options: tuple[Count, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a later digest needs to remember of an earlier one: what was published, not what lies in storage."""

    closes: date
    submissions: int
    opinions: int
    topics: tuple[Count, ...]
    ranked: tuple[str, ...]
    concentrated: tuple[str, ...]
    """Ids of the themes that counted as repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One period, finished: the only thing papers are drawn from."""

    office: str
    number: int
    total_number: int
    version: int
    """Drafts of the same period are 1, 2, 3 …"""
    opens: datetime
    closes: datetime
    next_closes: date
    moved: bool
    """The next closing is earlier than usual, because of a holiday."""
    simulated: bool
    """Made-up opinions for a demonstration; every paper says so."""
    overview: Overview
    channels: tuple[Count, ...]
    meetings: Meetings | None
    letters: Letters | None
    groups: tuple[TurnoutRow, ...]
    units: tuple[TurnoutRow, ...]
    coverage: tuple[CoverageRow, ...]
    weak: tuple[Weak, ...]
    dimensions: tuple[Share, ...]
    asks: tuple[GridRow, ...]
    sifeng: Labels
    sizhi: Labels
    topics: tuple[TopicRow, ...]
    other_topics: TopicRow
    rising: tuple[str, ...]
    """Codes of topics up by fifteen percent or more, the strongest first."""
    falling: tuple[str, ...]
    typical: tuple[Entry, ...]
    urgent: tuple[Urgent, ...]
    repeated: tuple[Repeated, ...]
    rectification: Rectification | None
    replies: Replies
    destinations: tuple[Count, ...]
    nodes: tuple[Node, ...]
    days_off: tuple[DaysOff, ...]
    tallies: tuple[Tally, ...]
    concentrated: tuple[str, ...]
    topic_counts: tuple[Count, ...]
    past: tuple[Past, ...]
    """Earlier digests, oldest first."""
    notes: Notes
    entries: tuple[Entry, ...]
    themes: tuple[Theme, ...] = ()
    """Those heard in this period, the most heard first."""
    marks: tuple[Count, ...] = ()
    """How many were set aside, and why."""
    agreement: Agreement = Agreement()
    windows: tuple[WindowRow, ...] = ()
    materials: tuple[Material, ...] = ()
    """What the plan asks for on paper, and what of it is there."""

    @property
    def key(self) -> date:
        """The closing date that names the period."""
        return self.closes.date()

    @property
    def shares(self) -> Tenths:
        """What the rounded shares of the dimensions add up to; seldom exactly a hundred percent."""
        return sum(row.share or 0 for row in self.dimensions)

    @property
    def foremost(self) -> tuple[str, str, Tenths | None] | None:
        """The two dimensions most is said to, and their share together; None where it is not two."""
        said = sorted(
            (row for row in self.dimensions if row.code), key=lambda row: -row.number
        )[:2]
        if len(said) < 2 or not said[1].number:
            return None
        together = share(said[0].number + said[1].number, self.overview.opinions)
        return said[0].code, said[1].code, together

    def topic(self, code: str) -> TopicRow:
        """A ranked topic."""
        return next(row for row in self.topics if row.code == code)


@dataclass(frozen=True, slots=True)
class PersonalMatter:
    """One opinion about a leader, routed already: `unit` is where the person sits who may read it."""

    id: str
    unit: str
    leader: str
    text: str
    """Leaders' names left as written; everybody else's masked."""
    leaders: tuple[str, ...] = ()
    """All whom it names, by the roster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalFile:
    """What one responsible person gets, apart from everything else: words only, no time, group or channel."""

    office: str
    unit: str
    unit_name: str
    closes: date
    texts: tuple[str, ...]
    often: tuple[Count, ...]
    """Leaders spoken of so often that a talk is due (the campaign plans' 谈话提醒)."""
    naming: tuple[str, ...] = ()
    """All whom the texts name: nobody of these is ever handed the file. Not printed."""

    @property
    def readable(self) -> bool:
        """Somebody of this house may read it."""
        return self.unit != NOBODY
