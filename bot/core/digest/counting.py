"""From released opinions and what was handed in to a finished digest: each thing counted once.

Three rules hold it together. Every figure is a sum over released atoms, so a line that has no atom of its own
goes into the last line, never away. What concerns one leader, or went to the body in charge of discipline, adds
to the totals and appears nowhere else. The order is never one of merit: units stand in the order of their
number; only topics are ranked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from operator import attrgetter

from bot.core.digest.figures import change, counted, share
from bot.core.digest.model import (
    DESTINATIONS,
    Agreement,
    Count,
    Desk,
    Destination,
    Digest,
    Entry,
    GridRow,
    Labels,
    Name,
    Names,
    Notes,
    Opinion,
    Overview,
    Past,
    PersonalFile,
    PersonalMatter,
    Repeated,
    Share,
    Tally,
    Theme,
    TopicRow,
    Turnout,
    WindowRow,
)
from bot.core.digest.turnout import (
    Headcounts,
    asked,
    covered,
    groups_heard,
    units_heard,
    weak_places,
)
from bot.core.digest.voices import entries_of, typical_of, units_to_name, urgent_of
from bot.core.periods import Issue, Period

RANKED = 8
"""Topics in the ranking."""

CONCENTRATED = 10
"""So many opinions on one theme, from two units or more, are a matter many speak of (office.md 2)."""

PERIODS_IN_THE_RANKING = 3
REMEMBERED = 12
"""Earlier digests that stay in the snapshot, for the trend."""

NOTABLE = 150
"""Tenths of a percent up or down that the one-screen text mentions."""

OFTEN = 3
"""So many opinions on one leader are a reason for a talk."""

HANDED: Destination = "handed"
PRAISE = "praise"


def digest_from(
    opinions: Sequence[Opinion],
    turnout: Sequence[Turnout],
    *,
    office: str,
    issue: Issue,
    period: Period,
    next_period: Period,
    moved: bool,
    headcounts: Headcounts,
    names: Names,
    desk: Desk = Desk(),  # noqa: B008 - frozen
    agreement: Agreement = Agreement(),  # noqa: B008 - frozen
    notes: Notes = Notes(),  # noqa: B008 - frozen
    past: tuple[Past, ...] = (),
    version: int = 1,
    simulated: bool = False,
) -> Digest:
    """One period's digest.

    `opinions` are those released in this period. `turnout` is of this period and of all before that the
    cumulative figures are to cover. `headcounts` says per unit id and group id how many are asked, None where
    nobody knows; a pair that is absent is not asked. `past` comes from `past_with` on the digest before.
    """
    open_ones = [o for o in opinions if o.about != "个人" and o.destination != HANDED]
    merged = _merge(opinions)
    here = [t for t in turnout if t.period == period.name]
    speaking = units_to_name(here)
    entries = entries_of(open_ones, merged, speaking, names, period.name)
    ranked, others = _topics(open_ones, opinions, names, past)
    concentrated = _concentrated(open_ones, names)
    dimensions = _dimensions(opinions, names)
    return Digest(
        office=office,
        number=issue.number,
        total_number=issue.total,
        version=version,
        opens=_fixed(period.opens),
        closes=_fixed(period.closes),
        next_closes=next_period.name,
        moved=moved,
        simulated=simulated,
        overview=_overview(opinions, open_ones, merged, here, turnout, headcounts, past),
        channels=_channels(opinions, names),
        meetings=desk.meetings,
        letters=desk.letters,
        groups=groups_heard(here, turnout, headcounts, names),
        units=units_heard(here, turnout, headcounts, names),
        coverage=(coverage := covered(turnout, headcounts, names)),
        weak=weak_places(coverage, names),
        dimensions=dimensions,
        asks=_asks(opinions, dimensions, names),
        sifeng=_labels([carried_by(members) for members in merged], names.sifeng),
        sizhi=_labels([cured_by(members) for members in merged], names.sizhi),
        topics=ranked,
        other_topics=others,
        rising=_rising(ranked),
        falling=_falling(ranked),
        typical=typical_of(entries, ranked, {o.id for o in open_ones if o.kind == PRAISE}),
        urgent=(*desk.urgent, *urgent_of(entries, period.name)),
        repeated=_repeated(ranked, open_ones, concentrated, names, past),
        rectification=desk.rectification,
        replies=desk.replies,
        destinations=_destinations(merged),
        nodes=desk.nodes,
        days_off=desk.days_off,
        tallies=_tallies(open_ones),
        concentrated=tuple(concentrated),
        topic_counts=tuple(
            Count(*pair)
            for pair in sorted(counted((o.topic, o.answers) for o in open_ones).items())
        ),
        past=past,
        notes=notes,
        entries=tuple(entries),
        themes=_themes(open_ones, names),
        marks=tuple(
            Count(*pair)
            for pair in sorted(
                counted((o.mark, o.answers) for o in open_ones if o.mark).items()
            )
        ),
        agreement=agreement,
        windows=_windows(open_ones, here, speaking, names),
        materials=desk.materials,
    )


def past_with(digest: Digest) -> tuple[Past, ...]:
    """What the next digest remembers: all this one did, and this one."""
    latest = Past(
        closes=digest.key,
        submissions=digest.overview.submissions,
        opinions=digest.overview.opinions,
        topics=digest.topic_counts,
        ranked=tuple(row.code for row in digest.topics),
        concentrated=digest.concentrated,
    )
    return (*digest.past, latest)[-REMEMBERED:]


def personal_files(
    matters: Iterable[PersonalMatter], *, office: str, closes: date, units: Mapping[str, str]
) -> tuple[PersonalFile, ...]:
    """One file per unit whose responsible person may read it; in the order of the matters' random ids."""
    by_unit: defaultdict[str, list[PersonalMatter]] = defaultdict(list)
    for matter in sorted(matters, key=attrgetter("id")):
        by_unit[matter.unit].append(matter)
    return tuple(
        PersonalFile(
            office=office,
            unit=unit,
            unit_name=units[unit],
            closes=closes,
            texts=tuple(matter.text for matter in found),
            often=tuple(
                Count(leader, times)
                for leader, times in sorted(
                    Counter(m.leader for m in found if m.leader).items()
                )
                if times >= OFTEN
            ),
            naming=tuple(sorted({name for matter in found for name in matter.leaders})),
        )
        for unit, found in sorted(by_unit.items())
    )


def _fixed(moment: datetime) -> datetime:
    """The same moment with the same wall clock, in a zone that JSON can hold."""
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()))


# --- merging ---------------------------------------------------------------------------------------------------


def _merge(opinions: Sequence[Opinion]) -> list[list[Opinion]]:
    """Opinions that say the same: one theme, or the same option of the same question. Each counts as one.

    What concerns one leader is never merged with what does not, nor what was handed over with what was not.
    """
    found: tuple[defaultdict[object, list[Opinion]], ...] = tuple(
        defaultdict(list) for _ in range(3)
    )
    common, personal, handed = found
    for o in opinions:
        same = o.theme or ((o.question, o.choice) if o.choice and not o.text else o.id)
        apart = personal if o.about == "个人" else handed if o.destination == HANDED else common
        apart[same].append(o)
    return [members for apart in found for members in apart.values()]


def carried_by(members: Sequence[Opinion | Entry]) -> Sequence[str]:
    """The winds at least half of a merged opinion's members speak of; one about a leader is not sorted."""
    if members[0].about == "个人":
        return ()
    if len(members) == 1:
        return members[0].sifeng
    found = counted((label, o.answers) for o in members for label in o.sifeng)
    whole = many(members)
    return [label for label, times in found.items() if 2 * times >= whole]


def cured_by(members: Sequence[Opinion | Entry]) -> Sequence[str]:
    """The one of the four cures that most members ask for."""
    if members[0].about == "个人":
        return ()
    if len(members) == 1:
        return (members[0].sizhi,) if members[0].sizhi else ()
    found = counted((o.sizhi, o.answers) for o in members if o.sizhi)
    return [label for label, _ in found.most_common(1)]


def about_of(members: Sequence[Opinion | Entry]) -> str:
    """What a merged opinion is about: the leading team where at least half of it says so."""
    if len(members) == 1 or members[0].about == "个人":
        return members[0].about
    team = many([o for o in members if o.about == "班子"])
    return "班子" if 2 * team >= many(members) else "一般"


def many(said: Iterable[Opinion | Entry]) -> int:
    """How many opinions (条) these are."""
    return sum([o.answers for o in said])


# --- figures --------------------------------------------------------------------------------------


def _overview(
    opinions: Sequence[Opinion],
    open_ones: Sequence[Opinion],
    merged: Sequence[Sequence[Opinion]],
    here: Sequence[Turnout],
    turnout: Sequence[Turnout],
    headcounts: Headcounts,
    past: tuple[Past, ...],
) -> Overview:
    everybody = asked(("", count) for count in headcounts.values()).get("", 0)
    cumulative = sum(t.submissions for t in turnout)
    about = Counter(about_of(members) for members in merged)
    before = past[-1].opinions if past else None
    return Overview(
        submissions=sum(t.submissions for t in here),
        cumulative=cumulative,
        invited=everybody,
        rate=share(cumulative, everybody) if everybody else None,
        opinions=many(opinions),
        before=before,
        change=change(many(opinions), before),
        merged=len(merged),
        team=about["班子"],
        personal=about["个人"],
        general=about["一般"],
        withheld=many(opinions) - many(open_ones),
    )


def _channels(opinions: Sequence[Opinion], names: Names) -> tuple[Count, ...]:
    found = counted((o.channel, o.answers) for o in opinions)
    return tuple(Count(code, found[code]) for code in in_order(found, names.channels))


def _dimensions(opinions: Sequence[Opinion], names: Names) -> tuple[Share, ...]:
    """The asks of the set in use, others only where somebody spoke to them; what has none comes last."""
    found, whole = counted((o.dimension, o.answers) for o in opinions), many(opinions)
    codes = (*names.dimensions, *sorted(set(found) - {*names.dimensions, ""}))
    rest = ("",) if found[""] else ()
    return tuple(Share(code, found[code], share(found[code], whole)) for code in codes + rest)


def _asks(
    opinions: Sequence[Opinion], dimensions: Sequence[Share], names: Names
) -> tuple[GridRow, ...]:
    found = counted(((o.group, o.dimension), o.answers) for o in opinions)
    known = {group.id for group in names.groups}
    apart = sorted({group for group, _ in found if group not in known})

    def row(name: str, groups: Sequence[str]) -> GridRow:
        numbers = (sum(found[group, column.code] for group in groups) for column in dimensions)
        return GridRow(name, tuple(numbers))

    rows = [row(group.brief, [group.id]) for group in names.groups]
    return (*rows, row("", apart)) if apart else tuple(rows)


def _labels(carried: Sequence[Sequence[str]], order: Sequence[str]) -> Labels:
    """Merged opinions by label: the four winds, the four cures."""
    found = Counter(label for labels in carried for label in labels)
    return Labels(
        counts=tuple(Count(code, found[code]) for code in in_order(found, order)),
        none=sum(not labels for labels in carried),
        twice=sum(len(labels) > 1 for labels in carried),
    )


def _topics(
    open_ones: Sequence[Opinion],
    opinions: Sequence[Opinion],
    names: Names,
    past: tuple[Past, ...],
) -> tuple[tuple[TopicRow, ...], TopicRow]:
    """The ranking, and one line for all the rest; together they make all opinions."""
    counts = counted((o.topic, o.answers) for o in open_ones)
    groups: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for o in open_ones:
        groups[o.topic][o.group] += o.answers
    before = {count.code: count.number for count in past[-1].topics} if past else None
    place = {topic.id: at for at, topic in enumerate(names.topics)}
    names_of = {topic.id: topic.name for topic in names.topics}
    ranking = sorted(
        (code for code in counts if code in names_of and code != names.no_topic),
        key=lambda code: (-counts[code], place[code]),
    )[:RANKED]
    rows = tuple(
        _topic_row(code, names_of[code], counts[code], before, _mainly(groups[code], names))
        for code in ranking
    )
    rest_before = past[-1].opinions - sum(row.before or 0 for row in rows) if past else None
    rest = many(opinions) - sum(row.now for row in rows)
    others = TopicRow(
        code="", name="", now=rest, before=rest_before, change=change(rest, rest_before)
    )
    return rows, others


def _topic_row(
    code: str, name: str, now: int, before: Mapping[str, int] | None, groups: tuple[str, ...]
) -> TopicRow:
    earlier = None if before is None else before.get(code, 0)
    return TopicRow(
        code=code,
        name=name,
        now=now,
        before=earlier,
        change=change(now, earlier),
        groups=groups,
    )


def _mainly(counts: Counter[str], names: Names) -> tuple[str, ...]:
    """The one or two groups that each make at least a quarter."""
    place = {group.id: at for at, group in enumerate(names.groups)}
    brief = {group.id: group.brief for group in names.groups}
    strong = [
        group for group in counts if group in brief and 4 * counts[group] >= counts.total()
    ]
    strong.sort(key=lambda group: (-counts[group], place[group]))
    return tuple(brief[group] for group in strong[:2])


def _rising(rows: Sequence[TopicRow]) -> tuple[str, ...]:
    found = [row for row in rows if row.change is not None and row.change >= NOTABLE]
    return tuple(row.code for row in sorted(found, key=lambda row: -(row.change or 0)))


def _falling(rows: Sequence[TopicRow]) -> tuple[str, ...]:
    found = [row for row in rows if row.change is not None and row.change <= -NOTABLE]
    return tuple(row.code for row in sorted(found, key=lambda row: row.change or 0))


def _concentrated(open_ones: Sequence[Opinion], names: Names) -> dict[str, tuple[int, int]]:
    """Themes that many speak of: how many opinions, from how many units."""
    counts = counted((o.theme, o.answers) for o in open_ones if o.theme in names.themes)
    units: defaultdict[str, set[str]] = defaultdict(set)
    for o in open_ones:
        if o.unit and counts[o.theme] >= CONCENTRATED:
            units[o.theme].add(o.unit)
    many = [
        theme for theme in counts if counts[theme] >= CONCENTRATED and len(units[theme]) > 1
    ]
    many.sort(key=lambda theme: (-counts[theme], theme))
    return {theme: (counts[theme], len(units[theme])) for theme in many}


def _repeated(
    ranked: Sequence[TopicRow],
    open_ones: Sequence[Opinion],
    concentrated: Mapping[str, tuple[int, int]],
    names: Names,
    past: tuple[Past, ...],
) -> tuple[Repeated, ...]:
    """Topics that stay in the ranking, then themes."""
    units: defaultdict[str, set[str]] = defaultdict(set)
    for o in open_ones:
        if o.unit:
            units[o.topic].add(o.unit)
    staying = [
        Repeated(
            title=row.name,
            ranked=True,
            number=row.now,
            units=len(units[row.code]),
            periods=periods,
        )
        for row in ranked
        if (periods := 1 + _in_a_row(past, row.code, lambda digest: digest.ranked))
        >= PERIODS_IN_THE_RANKING
    ]
    saying = _by_theme(open_ones, names)
    themes = [
        Repeated(
            title=names.themes[theme],
            ranked=False,
            number=number,
            units=from_units,
            periods=1 + _in_a_row(past, theme, lambda digest: digest.concentrated),
            voice=_voice(theme, saying[theme], names),
            channels=_by_channel(saying[theme], names),
        )
        for theme, (number, from_units) in concentrated.items()
    ]
    return (*staying, *themes)


def _themes(open_ones: Sequence[Opinion], names: Names) -> tuple[Theme, ...]:
    """All themes heard, the most heard first; of equals the older."""
    topics = {topic.id: topic.name for topic in names.topics}
    rows = [
        Theme(
            number=theme,
            title=names.themes[theme],
            topic=topics.get(_mostly((o.topic, o.answers) for o in said), ""),
            opinions=many(said),
            copies=many([o for o in said if o.mark == "copy"]),
            periods=names.theme_periods.get(theme, 1),
            channels=_by_channel(said, names),
            voice=_voice(theme, said, names),
        )
        for theme, said in _by_theme(open_ones, names).items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.opinions, len(row.number), row.number)))


def _mostly(codes: Iterable[tuple[str, int]]) -> str:
    return min(_by_number(counted(codes)), key=lambda pair: (-pair[1], pair[0]))[0]


def _by_theme(open_ones: Sequence[Opinion], names: Names) -> dict[str, list[Opinion]]:
    found: defaultdict[str, list[Opinion]] = defaultdict(list)
    for o in open_ones:
        if o.theme in names.themes:
            found[o.theme].append(o)
    return found


def _voice(theme: str, said: Sequence[Opinion], names: Names) -> str:
    """The words that speak for a theme: those most like all others, where they can be read aloud."""
    readable = sorted((o for o in said if o.text and not o.mark), key=attrgetter("id"))
    chosen = next((o for o in readable if o.id == names.theme_voices.get(theme)), None)
    return chosen.text if chosen else readable[0].text if readable else ""


def _by_channel(said: Sequence[Opinion], names: Names) -> tuple[Count, ...]:
    found = counted((o.channel, o.answers) for o in said)
    return tuple(
        Count(code, found[code]) for code in in_order(found, names.channels) if found[code]
    )


def _in_a_row(past: Sequence[Past], code: str, where: Callable[[Past], Sequence[str]]) -> int:
    """In how many of the latest digests, without a gap, the code stood."""
    periods = 0
    for digest in reversed(past):
        if code not in where(digest):
            break
        periods += 1
    return periods


def _destinations(merged: Sequence[Sequence[Opinion]]) -> tuple[Count, ...]:
    """What became of the merged opinions; one is settled where any of it is."""
    found = Counter(
        next((o.destination for o in members if o.destination), "") for members in merged
    )
    return tuple(Count(code, found[code]) for code in DESTINATIONS if found[code])


def _tallies(open_ones: Sequence[Opinion]) -> tuple[Tally, ...]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for o in open_ones:
        if o.choice:
            found[o.question][o.choice] += o.answers
    return tuple(
        Tally(question, tuple(Count(*pair) for pair in _by_number(found[question])))
        for question in sorted(found)
    )


def _windows(
    open_ones: Sequence[Opinion],
    here: Sequence[Turnout],
    speaking: frozenset[str],
    names: Names,
) -> tuple[WindowRow, ...]:
    """The units that serve people at a window; what was said of one only where enough of it wrote."""
    submissions = Counter[str]()
    for t in here:
        submissions[t.unit] += t.submissions
    topics = {topic.id: topic.name for topic in names.topics if topic.id != names.no_topic}
    said: defaultdict[str, list[Opinion]] = defaultdict(list)
    for o in open_ones:
        if o.unit in names.windows:
            said[o.unit].append(o)

    def row(unit: Name) -> WindowRow:
        if unit.id not in speaking:
            return WindowRow(unit=unit.name, submissions=submissions[unit.id])
        about = counted(
            (topics[o.topic], o.answers) for o in said[unit.id] if o.topic in topics
        )
        return WindowRow(
            unit=unit.name,
            submissions=submissions[unit.id],
            opinions=many(said[unit.id]),
            praise=many([o for o in said[unit.id] if o.kind == PRAISE]),
            topics=tuple(Count(*pair) for pair in _by_number(about)),
        )

    return tuple(row(unit) for unit in names.units if unit.id in names.windows)


def _by_number(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def in_order(found: Iterable[str], order: Sequence[str]) -> tuple[str, ...]:
    """The codes in their own order, then those nobody foresaw."""
    return (*order, *sorted(set(found) - set(order)))
