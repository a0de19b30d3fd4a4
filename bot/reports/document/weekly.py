"""The digest as an office paper: masthead, title, sections, the words themselves, colophon.

A section is a function that writes its body; whether it appears, and under which number, is settled in one list.
Only figures that stand in the digest are written, none is worked out here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bot.core.digest import FOLDED, Digest, Entry, Problem, Theme
from bot.core.digest.figures import FEW, share
from bot.core.digest.model import Section, TurnoutRow, Urgent, WindowRow
from bot.reports.document.writing import Column, Paper, Writing
from bot.reports.words import Words, four_rates, graded

MOST_WORDS_PRINTED = 2000
"""Opinions printed in full after the digest; with more the spreadsheet alone holds them."""

ONE_LINE = 38
"""Half-width characters of a title in one line."""

THEMES_NAMED = 8
"""Themes told besides those that many speak of; the ledger has all."""

PLACES_NAMED = 12
"""Weak places named in one sentence."""

TOPICS_NAMED = 3
"""Topics told of one unit."""


def weekly(digest: Digest, texts: Mapping[str, str], problems: Sequence[Problem] = ()) -> bytes:
    """The digest as docx. With problems of `self_check`, a first page that tells them."""
    words = Words(texts)
    return _written(
        Writing(words, title=words.title(digest), made=digest.key), words, digest, problems
    )


def portable(
    digest: Digest, texts: Mapping[str, str], font: Path, problems: Sequence[Problem] = ()
) -> bytes:
    """The same as PDF."""
    from bot.reports.document.portable import Portable

    words = Words(texts)
    paper = Portable(words, title=words.title(digest), made=digest.key, font=font)
    return _written(paper, words, digest, problems)


def _written(paper: Paper, words: Words, digest: Digest, problems: Sequence[Problem]) -> bytes:
    if problems:
        _tell_problems(paper, words, problems)
    _masthead(paper, words, digest)
    _sections(paper, words, digest)
    _annex(paper, words, digest)
    _colophon(paper, words, digest)
    return paper.bytes()


def masthead(paper: Paper, words: Words, digest: Digest, name: str) -> None:
    """Name in red, number, who publishes and when, the red line."""
    paper.add("Masthead", name)
    paper.add(
        "Issue", words.say("digest.issue", number=digest.number, total=digest.total_number)
    )
    paper.add("RedLine", f"{digest.office}\t{words.full_day(digest.closes)}")
    paper.add("Normal")
    paper.add("Normal")
    if digest.simulated:
        paper.add("Mark", words.say("digest.simulated"))


def title(paper: Paper, words: Words, text: str) -> None:
    """The title in one line, or in two that are broken where a reader would, as near the middle as can be."""
    if sum(1 if mark.isascii() else 2 for mark in text) <= ONE_LINE:
        paper.add("Title", text)
        return
    breaks = [
        at + 1 for at, mark in enumerate(text) if mark in words.say("digest.title_breaks")
    ]
    middle = min(breaks or [len(text) // 2], key=lambda at: abs(at - len(text) / 2))
    paper.add("Title", text[:middle].strip())
    paper.add("Title", text[middle:].strip())


def _masthead(paper: Paper, words: Words, digest: Digest) -> None:
    masthead(paper, words, digest, words.say("digest.name"))
    title(paper, words, words.title(digest))
    paper.add("Normal")
    if digest.notes.foreword:
        paper.add("BodyText", words.say("digest.foreword", text=digest.notes.foreword))


def _tell_problems(paper: Paper, words: Words, problems: Sequence[Problem]) -> None:
    paper.add("Warning", words.say("check.title", n=len(problems)))
    for problem in problems:
        where = words.named("check_where", problem.where)
        told = words.say(
            f"check.{problem.trouble}",
            where=where,
            found=problem.found,
            expected=problem.expected,
        )
        paper.add("BodyText", told)
    paper.new_page()


Body = Callable[[Paper, Words, Digest], None]


def _sections(paper: Paper, words: Words, digest: Digest) -> None:
    """The sections that appear, numbered as they come."""
    notes = digest.notes
    order: tuple[tuple[str, Body, Section | None, bool], ...] = (
        (words.say("overview.title"), _overview, "overview", True),
        (_dimensions_title(words, digest), _dimensions, "dimensions", True),
        (words.say("sifeng.title"), _sifeng, "sifeng", True),
        (words.say("topics.title"), _topics, "topics", True),
        (words.say("typical.title"), _typical, "typical", True),
        (_urgent_title(words, digest), _urgent, "urgent", True),
        (words.say("repeated.title"), _repeated, "repeated", True),
        (words.say("rectification.title"), _rectification, "rectification", digest.rectification is not None),
        (words.say("replies.title"), _replies, "replies", True),
        (words.say("destinations.title"), _destinations, "destinations", True),
        (_nodes_title(words, digest), _nodes, "nodes", True),
        (words.say("practices.title"), _practices, None, bool(notes.practices)),
        (words.say("suggestions.title"), _suggestions, None, bool(notes.suggestions)),
        (words.say("corrections.title"), _corrections, None, bool(notes.corrections)),
    )  # fmt: skip
    shown = [section for section in order if section[3]]
    for number, (title, body, section, _) in enumerate(shown, 1):
        paper.add(
            "Heading1", words.say("digest.section", number=words.numeral(number), title=title)
        )
        body(paper, words, digest)
        if section and (remark := notes.remark(section)):
            paper.add("BodyText", remark)


# --- one: overview ---------------------------------------------------------------------------------------------


def _overview(paper: Paper, words: Words, digest: Digest) -> None:
    o = digest.overview
    turnout = "overview.turnout_unknown" if o.rate is None else "overview.turnout"
    about = "overview.about_personal" if o.personal else "overview.about"
    sentences = [
        words.say("overview.period", opens=words.moment(digest.opens), closes=words.moment(digest.closes)),
        words.say(turnout, now=o.submissions, total=o.cumulative, rate=words.percent(o.rate)),
    ]  # fmt: skip
    if o.opinions:
        sentences += [
            words.say(
                "overview.opinions",
                channels=words.join(
                    words.channel(count.code) for count in digest.channels if count.number
                ),
                n=o.opinions,
                change=_change(words, digest),
                merged=o.merged,
            ),
            words.say(about, team=o.team, personal=o.personal, general=o.general),
        ]  # fmt: skip
    else:
        sentences.append(words.say("overview.opinions_none", change=_change(words, digest)))
    paper.add("BodyText", "".join(sentences))
    _told_channels(paper, words, digest)
    _turnout(paper, words, "groups", digest.groups, digest)
    if digest.units:
        _turnout(paper, words, "units", digest.units, digest)
    _windows(paper, words, digest)
    _weak(paper, words, digest)


def _told_channels(paper: Paper, words: Words, digest: Digest) -> None:
    if told := _channels(words, digest):
        paper.add(
            "BodyText", words.say("overview.channels", channels=words.join(told, "semicolon"))
        )


def _change(words: Words, digest: Digest) -> str:
    o = digest.overview
    if o.before is None:
        return words.say("overview.first")
    if o.before == o.opinions:
        return words.say("overview.same")
    if o.change is None:
        return words.say("overview.before", before=o.before)
    way = "up" if o.change > 0 else "down"
    return words.say(f"overview.{way}", before=o.before, percent=words.percent(abs(o.change)))


def _channels(words: Words, digest: Digest) -> list[str]:
    """A phrase for each channel something came by; meetings and letters tell more."""
    told: list[str] = []
    for count in digest.channels:
        if count.code == "meeting" and digest.meetings:
            met = digest.meetings
            told.append(
                words.say(
                    "channel.meeting_full",
                    sessions=met.sessions,
                    people=met.people,
                    n=count.number,
                )
            )
        elif count.code == "letter" and digest.letters:
            letters = digest.letters
            missing = words.say("channel.letter_missing", names=words.join(letters.missing))
            told.append(
                words.say(
                    "channel.letter_full",
                    sent=letters.sent,
                    returned=letters.returned,
                    missing=missing if letters.missing else "",
                    n=count.number,
                )
            )
        elif count.number:
            key = f"channel.{count.code}"
            told.append(
                words.say(key if key in words.texts else "channel.other", n=count.number)
            )
    return told


def _turnout(
    paper: Paper, words: Words, table: str, rows: Sequence[TurnoutRow], digest: Digest
) -> None:
    o = digest.overview
    paper.add("Caption", words.say(f"turnout.{table}"))
    paper.table(
        [
            Column(words.say("turnout.group" if table == "groups" else "turnout.unit"), 34, "left"),
            *(Column(words.say(f"turnout.{key}"), 16) for key in ("invited", "now", "cumulative", "rate")),
        ],
        [
            *(_turnout_cells(words, table, row) for row in rows),
            (
                words.say("turnout.total"),
                _or_dash(words, o.invited),
                str(o.submissions),
                str(o.cumulative),
                words.percent(o.rate),
            ),
        ],
        bold_last=True,
    )  # fmt: skip


def _turnout_cells(words: Words, table: str, row: TurnoutRow) -> tuple[str, ...]:
    heard = str(row.now) if row.now else words.say("turnout.nothing")
    return (
        words.line(table, row),
        _or_dash(words, row.invited),
        heard,
        str(row.cumulative),
        words.percent(row.rate),
    )


def _or_dash(words: Words, number: int | None) -> str:
    return words.say("list.dash") if number is None else str(number)


def _weak(paper: Paper, words: Words, digest: Digest) -> None:
    if not digest.weak:
        return
    sentences = [words.say("overview.weak")]
    for band in ("none", "0", "1"):
        places = [place.unit + place.group for place in digest.weak if place.band == band]
        if not places:
            continue
        named = words.join(places[:PLACES_NAMED])
        if len(places) > PLACES_NAMED:
            named += words.say("list.more", n=len(places))
        if band == "none":
            sentences.append(words.say("overview.weak_none", places=named))
        else:
            low = 10 * int(band)
            sentences.append(
                words.say("overview.weak_band", low=low, high=low + 10, places=named)
            )
    paper.add("BodyText", "".join(sentences))


def _windows(paper: Paper, words: Words, digest: Digest) -> None:
    """The units that serve people at a window, apart; where none is of that type, nothing."""
    if not digest.windows:
        return
    paper.add("Caption", words.say("windows.table"))
    dash = words.say("list.dash")
    paper.table(
        [
            Column(words.say("windows.unit"), 24, "left"),
            *(Column(words.say(f"windows.{key}"), 13) for key in ("submissions", "opinions", "praise")),
            Column(words.say("windows.topics"), 37, "left"),
        ],
        [
            (
                row.unit,
                str(row.submissions) if row.submissions else words.say("turnout.nothing"),
                _or_dash(words, row.opinions),
                dash if row.opinions is None else str(row.praise),
                words.say("windows.few") if row.opinions is None else _most_said(words, row),
            )
            for row in digest.windows
        ],
    )  # fmt: skip


def _most_said(words: Words, row: WindowRow) -> str:
    named = (
        words.say("windows.topic", name=c.code, n=c.number) for c in row.topics[:TOPICS_NAMED]
    )
    return words.join(named) or words.say("list.dash")


# --- two to four: what it is about -----------------------------------------------------------------------------


def _dimensions_title(words: Words, digest: Digest) -> str:
    named = [row for row in digest.dimensions if row.code]
    if not named:
        return words.say("dimensions.title_plain")
    return words.say("dimensions.title", count=words.numeral(len(named)))


def _dimensions(paper: Paper, words: Words, digest: Digest) -> None:
    paper.add("Caption", words.say("dimensions.table"))
    names = [words.named("ask", row.code) for row in digest.dimensions]
    paper.table(
        [Column(head, 1) for head in (words.say("dimensions.dimension"), *names, words.say("dimensions.total"))],
        [
            (
                words.say("dimensions.number"),
                *(str(row.number) for row in digest.dimensions),
                str(digest.overview.opinions),
            ),
            (
                words.say("dimensions.share"),
                *(words.percent(row.share) for row in digest.dimensions),
                words.percent(digest.shares if digest.overview.opinions else None),
            ),
        ],
    )  # fmt: skip
    if digest.overview.opinions and digest.shares != 1000:
        paper.add("Note", words.say("dimensions.note"))
    if digest.foremost:
        first, second, together = digest.foremost
        paper.add(
            "BodyText",
            words.say(
                "dimensions.foremost",
                first=words.named("ask", first),
                second=words.named("ask", second),
                share=words.percent(together),
            ),
        )


def _sifeng(paper: Paper, words: Words, digest: Digest) -> None:
    winds = digest.sifeng
    caption = "sifeng.table_twice" if winds.twice else "sifeng.table"
    paper.add("Caption", words.say(caption, n=winds.twice))
    heads = (
        *(count.code for count in winds.counts),
        words.say("sifeng.none"),
        words.say("sifeng.merged"),
    )
    numbers = (*(count.number for count in winds.counts), winds.none, digest.overview.merged)
    paper.table([Column(head, 1) for head in heads], [[str(number) for number in numbers]])
    if digest.overview.personal:
        paper.add("Note", words.say("sifeng.note"))
    if any(count.number for count in digest.sizhi.counts):
        counts = words.join(
            (
                words.say("sifeng.sizhi_one", label=count.code, n=count.number)
                for count in digest.sizhi.counts
            ),
            "comma",
        )
        paper.add("BodyText", words.say("sifeng.sizhi", counts=counts, none=digest.sizhi.none))


def _topics(paper: Paper, words: Words, digest: Digest) -> None:
    if not digest.topics:
        paper.add("BodyText", words.say("topics.none"))
        return
    dash = words.say("list.dash")
    paper.add("Caption", words.say("topics.table", n=len(digest.topics)))
    rows = [
        (
            str(rank),
            row.name,
            str(row.now),
            words.before(row),
            words.change(row),
            words.join(row.groups) or dash,
        )
        for rank, row in enumerate(digest.topics, 1)
    ]
    others = digest.other_topics
    rows.append(
        (dash, words.say("topics.others"), str(others.now), words.before(others), words.change(others), dash)
    )  # fmt: skip
    columns = (
        Column(words.say("topics.rank"), 8),
        Column(words.say("topics.topic"), 36, "left"),
        Column(words.say("topics.now"), 10),
        Column(words.say("topics.before"), 10),
        Column(words.say("topics.change"), 13),
        Column(words.say("topics.groups"), 23, "left"),
    )
    paper.table(columns, rows)
    moved = [
        words.say(f"topics.{way}", names=words.join(digest.topic(code).name for code in codes))
        for way, codes in (("rising", digest.rising), ("falling", digest.falling))
        if codes
    ]
    if moved:
        paper.add("BodyText", words.join(moved, "semicolon") + words.say("list.stop"))
    if digest.agreement.looked_at:
        agreed = digest.agreement
        told = words.say(
            "topics.agreement", n=agreed.looked_at, same=agreed.same, rate=words.percent(agreed.rate)
        )  # fmt: skip
        paper.add("Note", told)
    for mark in digest.marks:
        paper.add("Note", words.say(f"mark.{mark.code}_told", n=mark.number))


# --- five to seven: words, what is urgent, what many say -----------------------------------------------------


def _typical(paper: Paper, words: Words, digest: Digest) -> None:
    if not digest.typical:
        paper.add("BodyText", words.say("typical.none"))
    for at, entry in enumerate(digest.typical, 1):
        parts = (entry.number, entry.unit, entry.group, words.named("ask", entry.dimension))
        source = words.join((part for part in parts if part), "comma")
        paper.add(
            "BodyText", words.say("typical.quote", number=at, source=source, text=entry.text)
        )


def _urgent_title(words: Words, digest: Digest) -> str:
    if not digest.urgent:
        return words.say("urgent.title_none")
    return words.say("urgent.title", n=len(digest.urgent))


def _urgent(paper: Paper, words: Words, digest: Digest) -> None:
    if not digest.urgent:
        paper.add("BodyText", words.say("urgent.none"))
        return
    columns = (
        Column(words.say("urgent.received"), 14),
        Column(words.say("urgent.matter"), 40, "left"),
        Column(words.say("urgent.handling"), 28, "left"),
        Column(words.say("urgent.state"), 18),
    )
    paper.table(
        columns,
        [
            (words.day(m.received), m.matter, m.handling, _state(words, m))
            for m in digest.urgent
        ],
    )


def _state(words: Words, matter: Urgent) -> str:
    state = words.say(f"urgent.{matter.state}")
    if matter.due is None or matter.state == "done":
        return state
    return words.say("urgent.due", state=state, day=words.day(matter.due))


def _repeated(paper: Paper, words: Words, digest: Digest) -> None:
    if not digest.repeated:
        paper.add("BodyText", words.say("repeated.none"))
    for at, matter in enumerate(digest.repeated, 1):
        key = "first" if matter.periods == 1 else "staying" if matter.ranked else "again"
        told = words.say(
            f"repeated.{key}",
            title=matter.title,
            periods=matter.periods,
            n=matter.number,
            units=words.say("repeated.units", n=matter.units) if matter.units else "",
        )
        if matter.voice:
            told += words.say("repeated.voice", text=matter.voice)
        paper.add("BodyText", words.say("digest.point", number=words.numeral(at), text=told))
    many = {matter.title for matter in digest.repeated}
    more = [theme for theme in digest.themes if theme.title not in many and theme.opinions > 1]
    if more:
        named = words.join((_theme(words, one) for one in more[:THEMES_NAMED]), "semicolon")
        paper.add("BodyText", words.say("repeated.themes", themes=named))


def _theme(words: Words, theme: Theme) -> str:
    key = "repeated.theme_again" if theme.periods > 1 else "repeated.theme"
    return words.say(key, title=theme.title, n=theme.opinions, periods=theme.periods)


# --- eight to eleven: what becomes of it -----------------------------------------------------------------------


def _rectification(paper: Paper, words: Words, digest: Digest) -> None:
    r = digest.rectification
    assert r is not None
    if not r.total:
        paper.add("BodyText", words.say("rectification.empty"))
        return
    kinds = (
        words.say(f"rectification.{kind.code}", total=kind.total, done=kind.done)
        for kind in r.kinds
    )
    late = words.join(
        (
            words.say("rectification.overdue_one", number=o.number, title=o.title, unit=o.unit, days=o.days)
            for o in r.overdue
        ),
        "semicolon",
    )  # fmt: skip
    sentences = [
        words.say("rectification.total", n=r.total),
        _musts(words, digest),
        words.say("rectification.done", done=r.done, rate=words.percent(r.rate), kinds=words.join(kinds)),
        words.say("rectification.overdue", n=len(r.overdue), what=late)
        if r.overdue
        else words.say("rectification.overdue_none"),
        _published(words, digest),
    ]  # fmt: skip
    sentences += _again(words, digest)
    if r.help:
        sentences.append(
            words.say("rectification.help", n=len(r.help), what=words.join(r.help, "semicolon"))
        )
    paper.add("BodyText", "".join(sentences))
    paper.add("Caption", words.say("rectification.graded"))
    heads = (
        "rectification.grade",
        "rectification.own",
        "rectification.people",
        "rectification.share",
    )
    paper.table([Column(words.say(head), 1) for head in heads], graded(words, r))
    rates = (
        words.say("rectification.rate", name=name, rate=rate, counted=counted)
        for name, rate, counted in four_rates(words, r)
    )
    paper.add("BodyText", words.say("rectification.rates", rates=words.join(rates, "comma")))


def _again(words: Words, digest: Digest) -> Iterator[str]:
    """What is being redone, and what else of it should make one look."""
    r = digest.rectification
    assert r is not None
    if r.rework:
        yield words.say(
            "rectification.rework", n=len(r.rework), what=words.join(r.rework, "semicolon")
        )
    if r.recurred or r.shrunk or r.extended:
        yield words.say(
            "rectification.noticed", recurred=r.recurred, shrunk=r.shrunk, extended=r.extended
        )


def _musts(words: Words, digest: Digest) -> str:
    r = digest.rectification
    assert r is not None
    if r.whole == r.total:
        return words.say("rectification.whole", whole=r.whole)
    lacking = (words.say(f"rectification.{count.code}", n=count.number) for count in r.missing)
    return words.say(
        "rectification.missing", whole=r.whole, n=r.total - r.whole, what=words.join(lacking)
    )


def _published(words: Words, digest: Digest) -> str:
    """Published items and how people rate them; a handful of ratings gives no percentage."""
    r = digest.rectification
    assert r is not None
    rated = r.ratings
    if not r.published:
        return ""
    if rated.total < FEW:
        return words.say("rectification.published", n=r.published)
    return words.say(
        "rectification.rated",
        n=r.published,
        total=rated.total,
        good=rated.good,
        good_share=words.percent(share(rated.good, rated.total)),
        fair=rated.fair,
        fair_share=words.percent(share(rated.fair, rated.total)),
        poor=rated.poor,
        poor_share=words.percent(share(rated.poor, rated.total)),
    )


def _replies(paper: Paper, words: Words, digest: Digest) -> None:
    owed = digest.replies
    if owed.late:
        told = words.say(
            "replies.late",
            n=owed.within + owed.late,
            within=owed.within,
            late=owed.late,
            days=owed.longest_days,
            by=owed.longest_by,
        )
    elif owed.within:
        told = words.say("replies.within", n=owed.within)
    else:
        told = words.say("replies.none")
    paper.add("BodyText", told)


def _destinations(paper: Paper, words: Words, digest: Digest) -> None:
    if not digest.destinations:
        paper.add("BodyText", words.say("destinations.none"))
        return
    counts = words.join(
        (
            words.say(f"destinations.{count.code or 'pending'}", n=count.number)
            for count in digest.destinations
        ),
        "comma",
    )
    paper.add(
        "BodyText", words.say("destinations.sentence", n=digest.overview.merged, counts=counts)
    )


def _nodes_title(words: Words, digest: Digest) -> str:
    first, last = words.day(digest.closes), words.day(digest.next_closes)
    if not digest.days_off:
        return words.say("nodes.title", first=first, last=last)
    holidays = words.join(
        words.say("nodes.holiday", span=words.span(off.first, off.last), name=off.name)
        for off in digest.days_off
    )
    return words.say("nodes.title_off", first=first, last=last, holidays=holidays)


def _nodes(paper: Paper, words: Words, digest: Digest) -> None:
    told: list[str] = []
    for node in digest.nodes:
        when = words.day(node.day) if node.day else node.when
        if node.day is None:
            told.append(words.say("nodes.node_open", when=when, what=node.what))
        elif node.note:
            told.append(words.say("nodes.node_note", when=when, what=node.what, note=node.note))
        else:
            told.append(words.say("nodes.node", when=when, what=node.what))
    plan = (
        words.join(told, "semicolon") + words.say("list.stop")
        if told
        else words.say("nodes.none")
    )
    key = "nodes.moved" if digest.moved else "nodes.next"
    paper.add("BodyText", plan + words.say(key, day=words.day(digest.next_closes)))


# --- the clerk's own -------------------------------------------------------------------------------------------


def _practices(paper: Paper, words: Words, digest: Digest) -> None:
    _points(paper, words, digest.notes.practices)


def _suggestions(paper: Paper, words: Words, digest: Digest) -> None:
    _points(paper, words, digest.notes.suggestions)


def _corrections(paper: Paper, words: Words, digest: Digest) -> None:
    _points(paper, words, digest.notes.corrections)


def _points(paper: Paper, words: Words, points: Sequence[str]) -> None:
    for at, text in enumerate(points, 1):
        paper.add("BodyText", words.say("digest.point", number=words.numeral(at), text=text))


# --- after the text --------------------------------------------------------------------------------------------


def _annex(paper: Paper, words: Words, digest: Digest) -> None:
    """What is attached, and the words themselves on pages of their own."""
    if not digest.entries:
        return
    ledger = words.say("annex.ledger")
    paper.add("Normal")
    if sum(bool(entry.text) for entry in digest.entries) > MOST_WORDS_PRINTED:
        paper.add("Attached", words.say("annex.list_one", first=ledger))
        return
    paper.add("Attached", words.say("annex.list", first=ledger))
    paper.add("AttachedNext", words.say("annex.list_next", second=words.say("annex.words")))
    paper.new_page()
    paper.add("AnnexMark", words.say("annex.heading"))
    title(paper, words, words.say("annex.words"))
    verbatim(paper, words, digest.entries)


def verbatim(paper: Paper, words: Words, entries: Sequence[Entry]) -> None:
    """Every opinion word for word, in the order of its number, under the ask it answers."""
    for dimension, said in groupby(entries, key=lambda entry: entry.dimension):
        name = words.named("ask", dimension) if dimension else words.say("annex.unasked")
        paper.add("Heading1", name)
        for entry in said:
            parts = (entry.unit, entry.group, entry.topic)
            known = words.join((part for part in parts if part), "comma")
            source = words.say("annex.source", source=known) if known else ""
            said = (
                words.say(f"mark.{entry.mark}_folded", merged=entry.merged)
                if entry.mark in FOLDED
                else words.say("annex.taps", words=entry.words, n=entry.answers)
                if entry.answers > 1
                else entry.words
            )
            paper.add("Verbatim", f"{entry.number}{source}{said}")


def _colophon(paper: Paper, words: Words, digest: Digest) -> None:
    notes = digest.notes
    lines = [
        words.say(f"colophon.{key}", names=words.join(names, "comma"))
        for key, names in (
            ("report_to", notes.report_to),
            ("copy_to", notes.copy_to),
            ("send_to", notes.send_to),
        )
        if names
    ]
    printed = words.say("colophon.printed", day=words.full_day(digest.closes))
    copies = words.say("colophon.copies", n=notes.copies) if notes.copies else ""
    paper.colophon(lines, f"{digest.office}\t{printed}", copies)


# --- for other papers ------------------------------------------------------------------------------------------------

SHARED: Mapping[str, Body] = {
    "channels": lambda paper, words, digest: _told_channels(paper, words, digest),
    "groups": lambda paper, words, digest: _turnout(
        paper, words, "groups", digest.groups, digest
    ),
    "units": lambda paper, words, digest: _turnout(paper, words, "units", digest.units, digest),
    "dimensions": _dimensions,
    "sifeng": _sifeng,
    "windows": _windows,
    "typical": _typical,
    "repeated": _repeated,
    "rectification": _rectification,
    "destinations": _destinations,
    "practices": _practices,
    "suggestions": _suggestions,
}
"""Bodies that the reports of a phase have too."""
