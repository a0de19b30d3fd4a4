"""The words themselves: numbered, in reading order, unchanged to the character; and which of them to quote."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter

from bot.core.digest.model import Entry, Names, Opinion, TopicRow, Turnout, Urgent

SPEAKERS_TO_NAME_A_UNIT = 8
"""Verbatim words carry their unit only where at least so many of it wrote (design 5.5)."""

TYPICAL = 8
"""Quotations in the digest; the office asked for six to ten."""

ENOUGH_TO_CHOOSE_FROM = 200
"""Voices of one topic that are looked at for a quotation."""


def units_to_name(here: Sequence[Turnout]) -> frozenset[str]:
    """Units of which enough wrote for their words to carry its name."""
    people: Counter[str] = Counter()
    for t in here:
        people[t.unit] += t.people
    return frozenset(
        unit for unit in people if unit and people[unit] >= SPEAKERS_TO_NAME_A_UNIT
    )


def entries_of(
    open_ones: Sequence[Opinion],
    merged: Sequence[Sequence[Opinion]],
    named: frozenset[str],
    names: Names,
    closes: date,
) -> list[Entry]:
    """The words in reading order: urgent ones first, then by dimension, group and topic; numbered so."""
    units = {unit.id: unit.name for unit in names.units if unit.id in named}
    groups = {group.id: group.name for group in names.groups}
    topics = {topic.id: topic.name for topic in names.topics}
    ordered = _in_reading_order(open_ones, names)
    day = f"{closes:%m%d}"
    today = closes.isoformat()
    merged_as = {o.id: at for at, members in enumerate(merged) for o in members}
    times = [sum([o.answers for o in members]) for members in merged]
    numbers: dict[int, str] = {}
    entries: list[Entry] = []
    for at, o in enumerate(ordered, 1):
        same = merged_as[o.id]
        if same not in numbers:
            numbers[same] = f"G{day}-{len(numbers) + 1:03}"
        entries.append(
            Entry(
                f"Y{day}-{at:03}",
                o.id,
                o.received or today,
                o.channel,
                groups.get(o.group, ""),
                units.get(o.unit, ""),
                o.dimension,
                o.question,
                o.choice,
                o.text,
                names.themes.get(o.theme, ""),
                topics.get(o.topic, ""),
                o.sifeng,
                o.sizhi,
                o.about,
                numbers[same],
                times[same],
                o.urgent,
                o.destination,
                o.problem,
                o.reply,
                o.replied,
                o.mark,
                o.also,
                o.origins,
                o.echoes,
                o.answers,
            )
        )
    return entries


def _in_reading_order(open_ones: Sequence[Opinion], names: Names) -> list[Opinion]:
    """By their place; at one place by their random ids. Sorting them all by place would hold everybody up while it lasts."""
    place = _reading_place(names)
    places: defaultdict[int, list[Opinion]] = defaultdict(list)
    for o in sorted(open_ones, key=attrgetter("id")):
        places[place(o)].append(o)
    return [o for at in sorted(places) for o in places[at]]


def _reading_place(names: Names) -> Callable[[Opinion], int]:
    """Where an opinion stands in reading order; one number, because a hundred thousand are put in order by it."""
    dimensions = {code: at for at, code in enumerate((*names.dimensions, ""))}
    groups = {group.id: at for at, group in enumerate(names.groups)}
    topics = {topic.id: at for at, topic in enumerate(names.topics)}
    wide, narrow = (len(groups) + 1) * (len(topics) + 1), len(topics) + 1
    calm = (len(dimensions) + 1) * wide

    def place(o: Opinion) -> int:
        return (
            (0 if o.urgent else calm)
            + dimensions.get(o.dimension, len(dimensions)) * wide
            + groups.get(o.group, len(groups)) * narrow
            + topics.get(o.topic, len(topics))
        )

    return place


def urgent_of(entries: Sequence[Entry], closes: date) -> list[Urgent]:
    """Urgent ones that waited like any other: they head the list with the closing date, in their own words."""
    return [
        Urgent(received=closes, matter=f"{entry.number} {entry.words}")
        for entry in entries
        if entry.urgent and not entry.destination
    ]


def typical_of(
    entries: Sequence[Entry], ranked: Sequence[TopicRow], praise: set[str]
) -> tuple[Entry, ...]:
    """A draft of what to quote: one voice a topic, in the order of the ranking, and some praise among them.

    The clerk chooses in the end; the machine only avoids eight voices of one kind. Of equals the middle length
    is taken: a sentence or two, neither a word nor a page.
    """
    readable = [
        e
        for e in entries
        if e.text and not e.urgent and not e.mark and 12 <= len(e.text) <= 160
    ]
    by_topic: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in readable:
        if len(by_topic[entry.topic]) < ENOUGH_TO_CHOOSE_FROM:
            by_topic[entry.topic].append(entry)
    topics = dict.fromkeys((*(row.name for row in ranked), *sorted(by_topic)))
    heard: Counter[str] = Counter()
    chosen: list[Entry] = []
    for topic in [topic for topic in topics if topic in by_topic][:TYPICAL]:
        best = min(
            by_topic[topic],
            key=lambda e: (heard[e.group] + heard[e.dimension], _fit(e), e.number),
        )
        chosen.append(best)
        heard.update((best.group, best.dimension))
    praised = [e for e in readable if e.id in praise]
    if praised and not any(e.id in praise for e in chosen):
        chosen = [*chosen[: TYPICAL - 1], min(praised, key=lambda e: (_fit(e), e.number))]
    return tuple(sorted(chosen, key=attrgetter("number")))


def _fit(entry: Entry) -> int:
    """How far from a good length for a quotation, and how little its merged opinion stands for."""
    return abs(len(entry.text) - 45) // 10 - min(entry.times, 20)
