"""Opinions that came by other ways, entered in chat: pasted, split, looked at, put right, confirmed; or sent as a file.

    座谈 → paste what was said, in as many messages as it takes → 1 … 12, with who, where and when → 收下
    导入 → a file → from where? → which column is what → 收下

Nothing counts before 收下. What waits for it is sealed, and gone after three days.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from bot.content.intake.sent import LinesFound, TableFound, Unreadable
from bot.content.intake.sent import read as read_file
from bot.core.intake.columns import FIELDS, Field, header_key, read_day
from bot.core.intake.model import (
    DICTATED,
    FACE_TO_FACE,
    LETTER,
    LONGEST,
    MEETING,
    SOURCES,
    Facts,
)
from bot.core.intake.splitting import sentences, split
from bot.core.messages import Button
from bot.core.people import Deed, find_units, may
from bot.core.survey import Group, Unit
from handlers import intake
from handlers.desk.base import Answer, Asking, Command, Rows, glued, pairs
from storage.intake import BEGUN, ROWS, Batch

SHOWN = 10
"""Opinions on one screen."""

CUT = 70
"""Characters of each that are shown."""

MOST = 400
"""Opinions that may be typed at once; more belong into a file."""

A_PAGE = 8
"""Units on one screen."""

WORDS: Mapping[str, tuple[str, ...]] = {
    MEETING: ("座谈", "座谈会", "meeting"),
    LETTER: ("函", "书面函", "letter"),
    "visit": ("走访", "visit"),
    "mail": ("来信", "mail"),
    "caller": ("来访", "caller"),
    "hotline": ("热线", "hotline"),
    "12345": ("12345",),
    "web": ("网络", "web"),
    "guide": ("指导组", "guide"),
    DICTATED: ("代录", "dictated"),
}
"""What one types, by source."""

LONGEST_ANSWER = 200
"""Characters of what was answered at once."""

_HELD = frozenset({MEETING, "visit", "guide"})
"""Sources with a place and a host."""


# -- where to begin ----------------------------------------------------------------------------------------------------


def _intake(asking: Asking) -> Answer:
    """录入: the ways in, or one batch that was begun."""
    match asking.rest:
        case ("急", *rest):
            from handlers.desk.taken import urgent

            return urgent(asking, rest)
        case (number, *rest) if batch := _begun(asking, number):
            return _change(asking, batch, rest)
        case (number, *_) if number.isdecimal():
            return Answer(text=asking.say("intake.gone"), rows=_ways(asking))
        case _:
            return Answer(text=asking.say("intake.which"), rows=_ways(asking))


def _ways(asking: Asking) -> Rows:
    sources = [asking.button(f"intake.source_{code}", WORDS[code][0]) for code in SOURCES]
    more = [
        asking.button("intake.from_file", "导入"),
        asking.button("intake.look_twins", "合并"),
        asking.button("intake.look_urgent", "录入 急"),
        asking.button("intake.undo", "撤回误导入"),
    ]
    return (*pairs([*sources, *more]), (asking.back(),))


def _from(source: str, asking: Asking) -> Answer:
    """One source: what was pasted after it, or where to paste it."""
    words = asking.text.strip()
    if not words:
        text = asking.say("intake.send", source=asking.say(f"intake.source_{source}"))
        return Answer(text=text, rows=((asking.back(),),), awaits=WORDS[source][0])
    today = asking.today.isoformat()
    batch = asking.work.intakes.begin(
        source, today, str(asking.member.label), asking.member.address
    )
    facts = Facts(day=today, unit=_own(asking))
    return _pasted(asking, replace(batch, facts=facts), words)


def begin(asking: Asking, source: str, facts: Facts) -> Answer:
    """A batch of that source of which this much is known already; what was said is awaited."""
    today, who = asking.today.isoformat(), str(asking.member.label)
    batch = asking.work.intakes.begin(source, today, who, asking.member.address)
    asking.work.intakes.save(replace(batch, facts=facts))
    text = asking.say("intake.send", source=asking.say(f"intake.source_{source}"))
    return Answer(text=text, rows=((asking.back(),),), awaits=f"录入 {batch.number} 贴")


def entering(source: str) -> Callable[[Asking], Answer]:
    """What answers the words of that source."""
    return partial(_from, source)


def _own(asking: Asking) -> str:
    """The one unit for which they may enter; empty where they may for more."""
    units = _units(asking)
    return units[0].id if len(units) == 1 and not _everywhere(asking) else ""


def _units(asking: Asking) -> tuple[Unit, ...]:
    return tuple(u for u in asking.desk.units if may(asking.member.staff, Deed.TAKE_IN, u.id))


def _everywhere(asking: Asking) -> bool:
    return may(asking.member.staff, Deed.TAKE_IN)


def _begun(asking: Asking, number: str) -> Batch | None:
    """A batch of theirs that is not confirmed."""
    found = asking.work.intakes.find(int(number)) if number.isdecimal() else None
    mine = found is not None and found.address == asking.member.address
    return found if found and mine and found.state == BEGUN else None


# -- what was pasted ---------------------------------------------------------------------------------------------------


def _pasted(asking: Asking, batch: Batch, words: str) -> Answer:
    """Split, and added to what is there; a message that a platform cut goes on where the last one ended."""
    *before, last = batch.lines or ("",)
    joined = glued(last, batch.cut, words) if batch.cut else words
    goes_on = batch.cut and not joined.startswith(f"{last}\n")
    found = split(joined if goes_on else words)
    kept = tuple(before) if goes_on else batch.lines
    lines = (*kept, *found.opinions)
    if len(lines) > MOST:
        return Answer(
            text=asking.say("intake.too_many", most=str(MOST)), rows=_rows(asking, batch)
        )
    if long := next((one for one in lines if len(one) > LONGEST), ""):
        text = asking.say("intake.too_long", begins=_short(long), most=str(LONGEST))
        return Answer(text=text, awaits=f"录入 {batch.number} 贴")
    left = asking.say("intake.left_out", lines=_short("；".join(found.left_out)))
    head = left if found.left_out else ""
    return _kept(asking, replace(batch, lines=lines, cut=len(words)), head)


def _kept(asking: Asking, batch: Batch, head: str = "") -> Answer:
    asking.work.intakes.save(batch)
    return _show(asking, batch, head)


def _show(asking: Asking, batch: Batch, head: str = "", page: int = 0) -> Answer:
    """All of it that one has to know before saying yes."""
    title = asking.say(
        "intake.head",
        source=asking.say(f"intake.source_{batch.source}") if batch.source else "",
        facts=_told(asking, batch),
    )
    said = batch.facts.answer
    answered = asking.say("intake.answered", answer=said) if said else ""
    body = _table(asking, batch) if batch.file else _lines(asking, batch, page)
    missing = _missing(asking, batch)
    text = "\n".join(filter(None, (head, title, answered, *body, missing)))
    awaits = "" if batch.file else f"录入 {batch.number} 贴"
    return Answer(text=text, rows=_rows(asking, batch, page), awaits=awaits, either=True)


def _lines(asking: Asking, batch: Batch, page: int) -> list[str]:
    first = page * SHOWN
    some = batch.lines[first : first + SHOWN]
    shown = [f"#{at} {_short(one)}" for at, one in enumerate(some, first + 1)]
    return [*shown, asking.say("intake.many", count=str(len(batch.lines)))]


def _rows(asking: Asking, batch: Batch, page: int = 0) -> Rows:
    says = f"录入 {batch.number}"
    buttons: list[Button] = []
    if batch.file:
        buttons.append(asking.button("intake.columns", f"{says} 列"))
        buttons.append(asking.button("intake.source", f"{says} 来源"))
    buttons += [
        asking.button(f"intake.fact_{name}", f"{says} {word}") for word, name in _facts(batch)
    ]
    if batch.lines:
        buttons += [
            asking.button("intake.join", f"{says} 并"),
            asking.button("intake.cut", f"{says} 拆"),
            asking.button("intake.drop", f"{says} 删"),
        ]
    if len(batch.lines) > (page + 1) * SHOWN:
        buttons.append(asking.button("intake.page", f"{says} 页 {page + 1}"))
    many = str(len(batch.lines) or batch.many)
    yes = (asking.button("intake.yes", f"{says} 收下", count=many),)
    no = asking.button("intake.no", f"{says} 不要")
    ready = bool(batch.lines or batch.many) and not _missing(asking, batch)
    return (*((yes,) if ready else ()), *pairs(buttons), (no, asking.back()))


def _facts(batch: Batch) -> list[tuple[str, str]]:
    """What may be said of the whole batch: the word one types, and the name of its button."""
    found = [("单位", "unit"), ("群体", "groups"), ("日期", "day")]
    if batch.source in _HELD:
        found += [("人数", "people"), ("地点", "place"), ("主持", "host")]
    elif batch.source == DICTATED:
        found.append(("方式", "way"))
    else:
        found.append(("部门", "origin"))
    if batch.source in FACE_TO_FACE:
        found.append(("答复", "answer"))
    return found


def _told(asking: Asking, batch: Batch) -> str:
    """Who, where and when, as far as it is known."""
    facts = batch.facts
    people = asking.say("intake.people", count=str(facts.people)) if facts.people else ""
    parts = (
        facts.day,
        facts.place,
        _unit_name(asking, facts.unit),
        "、".join(_group_name(asking, group) for group in facts.groups),
        people,
        facts.host,
        facts.origin,
    )
    return " · ".join(part for part in parts if part) or asking.say("intake.no_facts")


def _missing(asking: Asking, batch: Batch) -> str:
    """What has to be said before it can be taken in; empty where nothing has."""
    if not batch.source:
        return asking.say("intake.need_source")
    if batch.file and "text" not in batch.mapped:
        return asking.say("intake.need_text")
    if not _everywhere(asking) and not may(
        asking.member.staff, Deed.TAKE_IN, batch.facts.unit or "-"
    ):
        return asking.say("intake.need_unit")
    if batch.source == MEETING and not batch.facts.groups and "group" not in batch.mapped:
        return asking.say("intake.need_groups")
    if batch.source == DICTATED and not batch.facts.place:
        return asking.say("intake.need_way")
    return ""


# -- what is changed ---------------------------------------------------------------------------------------------------


def _change(asking: Asking, batch: Batch, rest: list[str]) -> Answer:
    match rest:
        case ["贴", *_] if asking.free:
            return _pasted(asking, batch, asking.text.strip())
        case ["页", page] if page.isdecimal():
            return _show(asking, batch, page=int(page))
        case ["并" | "拆" | "删" | "改" as verb, *which]:
            return _edit(asking, batch, verb, which)
        case ["列", *which]:
            return _columns(asking, batch, which)
        case ["来源", *code]:
            return _source(asking, batch, code)
        case [word, *said] if word in _FACTS:
            return _FACTS[word](asking, batch, said)
        case ["收下"]:
            return _take(asking, batch)
        case ["不要"]:
            asking.work.intakes.drop(batch.number)
            return Answer(text=asking.say("intake.dropped"), menu=True)
        case _:
            return _show(asking, batch)


def _edit(asking: Asking, batch: Batch, verb: str, which: list[str]) -> Answer:
    """并 3: with the one after it. 拆 3: by its sentences, or as one sends it again. 删 3."""
    number = (which or asking.free.split() or [""])[0]
    at = int(number) - 1 if number.isdecimal() else -1
    last = len(batch.lines) - (1 if verb == "并" else 0)
    if not 0 <= at < last:
        return _which(asking, batch, verb)
    lines = list(batch.lines)
    match verb:
        case "并":
            lines[at : at + 2] = ["\n".join(lines[at : at + 2])]
        case "删":
            del lines[at]
        case "拆" if len(parts := sentences(lines[at])) > 1:
            lines[at : at + 1] = parts
        case _ if which and asking.free:
            lines[at : at + 1] = [
                one.strip() for one in asking.text.splitlines() if one.strip()
            ]
        case _:
            text = asking.say("intake.again", text=lines[at])
            return Answer(text=text, awaits=f"录入 {batch.number} 改 {at + 1}")
    return _kept(asking, replace(batch, lines=tuple(lines), cut=0))


def _which(asking: Asking, batch: Batch, verb: str) -> Answer:
    """Which one; typed where there are many."""
    says = f"录入 {batch.number} {verb}"
    last = len(batch.lines) - (1 if verb == "并" else 0)
    buttons = [
        Button(f"{at} {one[:8]}", f"{says} {at}")
        for at, one in enumerate(batch.lines[:last][:12], 1)
    ]
    key = {"并": "intake.which_join", "拆": "intake.which_cut", "改": "intake.which_cut"}
    text = asking.say(key.get(verb, "intake.which_drop"))
    return Answer(text=text, rows=(*pairs(buttons), _back_to(asking, batch)), awaits=says)


def _back_to(asking: Asking, batch: Batch) -> tuple[Button, ...]:
    return (asking.button("intake.back", f"录入 {batch.number}"),)


def _fact(asking: Asking, batch: Batch, **changed: object) -> Answer:
    facts = replace(batch.facts, **changed)  # pyright: ignore[reportArgumentType] - named below
    return _kept(asking, replace(batch, facts=facts))


def _set_unit(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    mine, typed = _units(asking), " ".join(said) or asking.free
    if typed == "0" and _everywhere(asking):
        return _fact(asking, batch, unit="")
    exact = next((unit for unit in mine if unit.id == typed), None)
    found = (exact,) if exact else find_units(mine, typed)
    if exact or (typed and len(found) == 1):
        return _fact(asking, batch, unit=found[0].id)
    says = f"录入 {batch.number} 单位"
    buttons = [Button(unit.name[:14], f"{says} {unit.id}") for unit in found[:A_PAGE]]
    if _everywhere(asking):
        buttons.append(asking.button("intake.no_unit", f"{says} 0"))
    rows = (*pairs(buttons), _back_to(asking, batch))
    return Answer(text=asking.say("intake.ask_unit"), rows=rows, awaits=says, either=True)


def _set_groups(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    """Ticked one by one: a meeting may have several."""
    groups, mine = asking.desk.groups, batch.facts.groups
    if said and (group := next((g.id for g in groups if g.id == said[0]), "")):
        mine = tuple(g for g in mine if g != group) if group in mine else (*mine, group)
        batch = replace(batch, facts=replace(batch.facts, groups=mine))
        asking.work.intakes.save(batch)
    says = f"录入 {batch.number} 群体"
    buttons = [Button(_ticked(asking, g, mine), f"{says} {g.id}") for g in groups]
    done = asking.button("intake.groups_done", f"录入 {batch.number}")
    return Answer(text=asking.say("intake.ask_groups"), rows=(*pairs(buttons), (done,)))


def _ticked(asking: Asking, group: Group, mine: tuple[str, ...]) -> str:
    name = group.words[asking.member.language]
    return asking.say("choice.ticked", label=name) if group.id in mine else name


def _set_people(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    typed = (said or asking.free.split() or [""])[0].rstrip("人名位")
    if typed.isdecimal() and len(typed) < 6:
        return _fact(asking, batch, people=int(typed) or None)
    return _ask(asking, batch, "人数", "intake.ask_people")


def _set_day(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    typed = " ".join(said) or asking.free
    day = read_day(typed, asking.today) if typed else ""
    if day and day <= asking.today.isoformat():
        return _fact(asking, batch, day=day)
    return _ask(asking, batch, "日期", "intake.ask_day_again" if typed else "intake.ask_day")


def _set_words(name: str, word: str, asking: Asking, batch: Batch, said: list[str]) -> Answer:
    typed = (" ".join(said) or asking.free).strip()[:40]
    if typed:
        return _fact(asking, batch, **{name: typed})
    return _ask(asking, batch, word, f"intake.ask_{name}")


def _set_answer(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    """What was answered at once: then each of them has its way (已答复). 0: nothing was."""
    typed = (" ".join(said) or asking.free).strip()
    if not typed or len(typed) > LONGEST_ANSWER:
        return _ask(asking, batch, "答复", "intake.ask_answer", most=str(LONGEST_ANSWER))
    return _fact(asking, batch, answer="" if typed == "0" else asking.masked(typed))


def _set_way(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    """How words were taken down for somebody: on the telephone, or sitting together."""
    if said and said[0] in ("电话", "当面"):
        return _fact(asking, batch, place=said[0])
    says = f"录入 {batch.number} 方式"
    buttons = (
        asking.button("intake.by_phone", f"{says} 电话"),
        asking.button("intake.in_person", f"{says} 当面"),
    )
    return Answer(text=asking.say("intake.ask_way"), rows=(buttons, _back_to(asking, batch)))


def _ask(asking: Asking, batch: Batch, word: str, key: str, **params: str) -> Answer:
    says = f"录入 {batch.number} {word}"
    return Answer(text=asking.say(key, **params), rows=(_back_to(asking, batch),), awaits=says)


_FACTS: Mapping[str, Callable[[Asking, Batch, list[str]], Answer]] = {
    "单位": _set_unit,
    "群体": _set_groups,
    "人数": _set_people,
    "日期": _set_day,
    "方式": _set_way,
    "答复": _set_answer,
    "地点": partial(_set_words, "place", "地点"),
    "主持": partial(_set_words, "host", "主持"),
    "部门": partial(_set_words, "origin", "部门"),
}


# -- a file ------------------------------------------------------------------------------------------------------------


def _import(asking: Asking) -> Answer:
    """导入: a file."""
    match asking.found:
        case TableFound() as table:
            return _table_found(asking, table)
        case LinesFound(text=text):
            return _lines_found(asking, text)
        case Unreadable(fault=fault):
            text = asking.say(f"intake.fault_{fault}", file=asking.file)
            return Answer(text=text, rows=((asking.back(),),), awaits="导入")
        case _:
            text = asking.say("intake.send_file")
            return Answer(text=text, rows=((asking.back(),),), awaits="导入")


def _table_found(asking: Asking, table: TableFound) -> Answer:
    intakes, source = asking.work.intakes, _guessed(asking)
    batch = intakes.begin(
        source, asking.today.isoformat(), str(asking.member.label), asking.member.address
    )
    known = intakes.mapped(source, table.key) if source else None
    made = replace(
        batch,
        file=asking.file,
        head=table.head or tuple(f"{at}" for at in range(1, 1 + max(map(len, table.shown)))),
        shown=table.shown,
        mapped=known if known is not None else dict(table.mapped),
        many=table.many,
        facts=Facts(unit=_own(asking)),
    )
    intakes.wait(batch.number, ROWS, table.portions)
    left = asking.say("intake.tables_left", count=str(table.left)) if table.left else ""
    again = asking.say("intake.as_last_time") if known is not None else ""
    return _kept(asking, made, "\n".join(filter(None, (left, again))))


def _lines_found(asking: Asking, text: str) -> Answer:
    batch = asking.work.intakes.begin(
        _guessed(asking),
        asking.today.isoformat(),
        str(asking.member.label),
        asking.member.address,
    )
    facts = Facts(day=asking.today.isoformat(), unit=_own(asking))
    return _pasted(asking, replace(batch, facts=facts), text)


def _guessed(asking: Asking) -> str:
    """The source that was named with the file, or that the file's name speaks of."""
    named = (*asking.rest[:1], asking.file)
    return next(
        (code for name in named for code, words in WORDS.items() for w in words if w in name),
        "",
    )


def _source(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    if said and said[0] in SOURCES:
        known = asking.work.intakes.mapped(said[0], header_key(batch.head))
        mapped = known if batch.file and known is not None else batch.mapped
        return _kept(asking, replace(batch, source=said[0], mapped=mapped))
    says = f"录入 {batch.number} 来源"
    buttons = [asking.button(f"intake.source_{code}", f"{says} {code}") for code in SOURCES]
    rows = (*pairs(buttons), _back_to(asking, batch))
    return Answer(text=asking.say("intake.ask_source"), rows=rows)


def _table(asking: Asking, batch: Batch) -> list[str]:
    """Which column is taken for what, with the first row beside it."""
    first = batch.shown[0] if batch.shown else ()
    told = [
        asking.say(
            "intake.column_line",
            field=asking.say(f"intake.field_{field}"),
            column=batch.head[at] if at < len(batch.head) else f"{at + 1}",
            example=_short(first[at] if at < len(first) else "", 24),
        )
        for field in FIELDS
        if (at := batch.mapped.get(field)) is not None
    ]
    unused = [
        name
        for at, name in enumerate(batch.head)
        if name.strip() and at not in batch.mapped.values()
    ]
    rest = asking.say("intake.columns_unused", names="、".join(unused)) if unused else ""
    rows = asking.say("intake.rows", count=str(batch.many), file=batch.file)
    return [rows, *told, *((rest,) if rest else ())]


def _columns(asking: Asking, batch: Batch, said: list[str]) -> Answer:
    """列: which field → which column."""
    says = f"录入 {batch.number} 列"
    match said:
        case [field, column] if (named := _field(field)) and column.lstrip("-").isdecimal():
            at = int(column)
            others = {f: c for f, c in batch.mapped.items() if f != named and c != at}
            mapped = others | {named: at} if 0 <= at < len(batch.head) else others
            return _kept(asking, replace(batch, mapped=mapped))
        case [field] if named := _field(field):
            buttons = [
                Button(name[:14] or f"{at + 1}", f"{says} {named} {at}")
                for at, name in enumerate(batch.head)
            ]
            buttons.append(asking.button("intake.no_column", f"{says} {named} -1"))
            text = asking.say("intake.ask_column", field=asking.say(f"intake.field_{named}"))
            return Answer(text=text, rows=(*pairs(buttons), _back_to(asking, batch)))
        case _:
            buttons = [asking.button(f"intake.field_{f}", f"{says} {f}") for f in FIELDS]
            rows = (*pairs(buttons), _back_to(asking, batch))
            return Answer(text=asking.say("intake.ask_field"), rows=rows)


def _field(name: str) -> Field | None:
    return next((field for field in FIELDS if field == name), None)


# -- taken -------------------------------------------------------------------------------------------------------------


def _take(asking: Asking, batch: Batch) -> Answer:
    """收下: from here on it is read, masked and sorted where nobody waits; what became of it is told then."""
    if _missing(asking, batch) or not (batch.lines or batch.many):
        return _show(asking, batch)
    if not _everywhere(asking):  # a table of theirs speaks of their own unit alone
        mapped = {field: at for field, at in batch.mapped.items() if field != "unit"}
        batch = replace(batch, mapped=mapped)
    if batch.file:
        asking.work.intakes.remember(batch.source, header_key(batch.head), batch.mapped)
    period = asking.desk.almanac().current(asking.now).name.isoformat()
    rounds = [(one.opens, one.closes) for one in asking.desk.rounds(asking.work) if one.opens]
    began = intake.since(asking.work, asking.now, asking.today.isoformat(), rounds)
    if not intake.confirm(asking.work, batch, period, began):
        return Answer(text=asking.say("intake.gone"), rows=_ways(asking))
    deed = Deed.IMPORT if batch.file else Deed.TAKE_IN
    many = len(batch.lines) or batch.many
    asking.note(deed, batch=batch.number, source=batch.source, rows=many)
    text = asking.say("intake.taking", count=str(many))
    return Answer(text=text, imports=batch.number)


# -- small -------------------------------------------------------------------------------------------------------------


def _short(text: str, most: int = CUT) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[:most]}…"


def _unit_name(asking: Asking, unit: str) -> str:
    return next((u.name for u in asking.desk.units if u.id == unit), "")


def _group_name(asking: Asking, group: str) -> str:
    words = next((g.words for g in asking.desk.groups if g.id == group), None)
    return words[asking.member.language] if words else ""


INTAKE = Command(name="intake", words=("录入", "intake"), deed=Deed.TAKE_IN, answer=_intake)
IMPORT = Command(
    name="import",
    words=("导入", "import"),
    deed=Deed.IMPORT,
    answer=_import,
    reads=read_file,
    menu=False,
)
BY_SOURCE = tuple(
    Command(
        name=f"from_{code}",
        words=WORDS[code],
        deed=Deed.TAKE_IN,
        answer=entering(code),
        menu=False,
    )
    for code in SOURCES
    if code != LETTER  # which also says what was sent out: `desk.mailing`
)
