"""The office and the problem list: what is on it, the four musts, each item's way to being done with."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from bot.core.messages import Button
from bot.core.people import Deed, may, somewhere
from bot.core.rectification import (
    GRADES,
    MOVES,
    SOURCES,
    TERMS,
    Event,
    Move,
    Problem,
    Refused,
    State,
    overdue,
    rates,
)
from handlers.desk.base import CONFIRM, Answer, Asking, Command, Rows, called, pairs
from handlers.desk.days import typed_days
from handlers.rectification import act, answers, draw_ledger, put_on_list

A_PAGE = 8
"""Problems on one screen."""

MOST_THEN = 20
"""Of the past, on one screen."""

_FIELDS = {"目标": "goal", "措施": "measures", "单位": "unit", "责任人": "person", "时限": "due", "表述": "title"}  # fmt: skip
_MOVES = {
    "立项": Move.OPEN,
    "公布": Move.ANNOUNCE,
    "自评": Move.OWN,
    "开始": Move.BEGIN,
    "进展": Move.PROGRESS,
    "完成": Move.FINISH,
    "需上级": Move.ASK_ABOVE,
    "可续办": Move.RESUME,
    "延期": Move.EXTEND,
    "返工": Move.SEND_BACK,
    "销号": Move.CLOSE,
    "更正": Move.CORRECT,
    "归并": Move.DROP,
    "回看": Move.LOOK,
}
_RIGHTS: Mapping[Move, Deed] = {
    Move.SET: Deed.OPEN_ITEM,
    Move.OPEN: Deed.OPEN_ITEM,
    Move.ANNOUNCE: Deed.OPEN_ITEM,
    Move.OWN: Deed.WORK_ITEM,
    Move.BEGIN: Deed.WORK_ITEM,
    Move.PROGRESS: Deed.WORK_ITEM,
    Move.FINISH: Deed.WORK_ITEM,
    Move.ASK_ABOVE: Deed.WORK_ITEM,
    Move.RESUME: Deed.WORK_ITEM,
    Move.EXTEND: Deed.OPEN_ITEM,
    Move.SEND_BACK: Deed.SEND_BACK,
    Move.CLOSE: Deed.CLOSE_ITEM,
    Move.CORRECT: Deed.OPEN_ITEM,
    Move.DROP: Deed.LIST_PROBLEMS,
    Move.LOOK: Deed.WORK_ITEM,
}
_PLAIN = frozenset({"unit", "person", "due", "kind", "sources", "personal"})
"""Fields that are no sentence: all others may be read by people, so nobody's name stays in them."""
_SOURCES = dict(zip(("群众提", "自己找", "上级点", "互相帮", "集体议"), SOURCES, strict=True))
_GRADES = dict(zip(("满意", "基本满意", "不满意"), GRADES, strict=True))
_KINDS = {"即知即改": "now", "限期整改": "term", "长期坚持": "long"}
# -- the list -------------------------------------------------------------------------------------------------------


def _problems(asking: Asking) -> Answer:
    """问题 · 问题 新 … · 问题 12 · 问题 12 措施 …"""
    match asking.rest:
        case ["新", *title]:
            return _new(asking, " ".join(title) or asking.free)
        case ["率"]:
            return _rates(asking)
        case ["回看"]:
            return _look_back(asking)
        case ["那时", first, last]:
            return _then(asking, first, last)
        case ["台账"] if somewhere(asking.member.staff, Deed.LIST_PROBLEMS):
            return _ledger(asking)
        case [number, *rest] if number.isdecimal():
            problem = asking.work.problems.find(int(number))
            if problem is None or not _sees(asking, problem):
                return _list(asking, 0)
            return _one(asking, problem, rest)
        case ["页", page] if page.isdecimal():
            return _list(asking, int(page))
        case _:
            return _list(asking, 0)


def _list(asking: Asking, page: int) -> Answer:
    """What is open, as far as they may see it, what is late first."""
    today = asking.today
    every = [p for p in asking.work.problems.every() if _sees(asking, p)]
    going = sorted((p for p in every if p.open), key=lambda p: (-overdue(p, today), p.number))
    shown = going[page * A_PAGE : (page + 1) * A_PAGE]
    lines = [_line(asking, p, today) for p in shown]
    head = asking.say(
        "problems.head", open=str(len(going)), closed=str(sum(not p.open for p in every))
    )
    buttons = [Button(f"{p.number} {p.title}"[:14], f"问题 {p.number}") for p in shown]
    rows: Rows = pairs(buttons)
    if len(going) > (page + 1) * A_PAGE:
        rows = (*rows, (asking.button("problems.more", f"问题 页 {page + 1}"),))
    more: list[Button] = []
    if somewhere(asking.member.staff, Deed.LIST_PROBLEMS):
        more += [
            asking.button("problems.new", "问题 新"),
            asking.button("problems.ways", "去向"),
            asking.button("problems.ledger", "问题 台账"),
        ]
    if somewhere(asking.member.staff, Deed.PUBLISH_NOTICE):
        more.append(asking.button("problems.notice", "公示"))
    more.append(asking.button("problems.rates", "问题 率"))
    return Answer(text="\n".join((head, *lines)), rows=(*rows, *pairs(more)))


def _line(asking: Asking, problem: Problem, today: date) -> str:
    late = overdue(problem, today)
    state = asking.say(f"state.{problem.state}")
    due = f"{problem.musts.due:%m-%d}" if problem.musts.due else asking.say("problems.no_due")
    mark = asking.say("problems.late", days=str(late)) if late else ""
    return asking.say(
        "problems.line",
        number=str(problem.number),
        title=problem.title,
        state=state,
        due=due,
        late=mark,
    )


def _new(asking: Asking, title: str) -> Answer:
    if not somewhere(asking.member.staff, Deed.LIST_PROBLEMS):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    if not title.strip():
        return Answer(text=asking.say("problems.title_wanted"), awaits="问题 新")
    said = asking.masked(title)
    made = put_on_list(asking.work, said, asking.today, str(asking.member.label))
    asking.note(Deed.LIST_PROBLEMS, problem=made.number)
    return _shown(asking, made, "problems.listed")


def due_to_look(asking: Asking) -> list[Problem]:
    """What was closed a month or three ago, as far as they may see it."""
    return [p for p in asking.work.problems.to_look_back(asking.today) if _sees(asking, p)]


def listed_between(asking: Asking, first: date, last: date) -> list[Problem]:
    """What was put on the list from that day to that one, as far as they may see it."""
    every = asking.work.problems.every()
    return [p for p in every if p.listed and first <= p.listed <= last and _sees(asking, p)]


def _then(asking: Asking, first: str, last: str) -> Answer:
    """What was put on the list in those days, and what became of it: a look back at a step of the plan leads here."""
    try:
        found = listed_between(asking, date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return _list(asking, 0)
    lines = [_line(asking, p, asking.today) for p in found[:MOST_THEN]]
    head = asking.say(
        "problems.then",
        first=first,
        last=last,
        count=str(len(found)),
        closed=str(sum(p.state is State.CLOSED for p in found)),
    )
    left = asking.say("plan.more", count=str(len(found) - MOST_THEN))
    more = (left,) if len(found) > MOST_THEN else ()
    buttons = [Button(f"{p.number} {p.title}"[:14], f"问题 {p.number}") for p in found[:A_PAGE]]
    rows = (*pairs(buttons), (asking.button("problems.all", "问题"), asking.back()))
    return Answer(text="\n".join((head, *lines, *more)), rows=rows)


def _look_back(asking: Asking) -> Answer:
    """回头看: each is asked about, and the people may be."""
    due = due_to_look(asking)
    lines = [
        asking.say(
            "problems.look_line",
            number=str(p.number),
            title=p.title,
            closed=p.closed.isoformat() if p.closed else "",
        )
        for p in due[:A_PAGE]
    ]
    head = asking.say(
        "problems.look_head" if due else "problems.look_none", count=str(len(due))
    )
    buttons = [Button(f"{p.number} {p.title}"[:14], f"问题 {p.number}") for p in due[:A_PAGE]]
    if any(not p.personal for p in due) and somewhere(asking.member.staff, Deed.PUBLISH_NOTICE):
        buttons.append(asking.button("rectification.ask_people", "公示 回看"))
    buttons.append(asking.button("problems.all", "问题"))
    return Answer(text="\n".join((head, *lines)), rows=pairs(buttons))


def _rates(asking: Asking) -> Answer:
    """The four rates, each with how it is counted."""
    problems = asking.work.problems
    judged = sum(problems.judged().values())
    found = rates(
        problems.every(),
        opinions=asking.work.opinions.worded(),
        judged=judged,
        today=asking.today,
    )
    shown = {
        name: "—" if value is None else f"{value / 10:.1f}%"
        for name, value in (
            ("met", found.met),
            ("finished", found.finished),
            ("in_order", found.in_order),
            ("content", found.content),
        )
    }
    return Answer(text=asking.say("problems.four", **shown), menu=True)


def _ledger(asking: Asking) -> Answer:
    """The list and the table of answers, as a workbook."""
    makes = partial(
        draw_ledger,
        asking.work.problems.every(),
        asking.work.problems.weights(),
        {unit.id: unit.name for unit in asking.desk.units},
        answers(asking.work),
        _closers(asking),
        asking.today,
    )
    return Answer(text=asking.say("problems.ledger_done"), makes=makes, menu=True)


def _closers(asking: Asking) -> dict[int, str]:
    """Who closed each item that is closed, as they are called."""
    names = {str(m.label): called(asking, m) for m in asking.work.staff.every()}
    problems = asking.work.problems
    by = {
        one.number: next(
            (e.who for e in reversed(problems.history(one.number)) if e.move == Move.CLOSE), ""
        )
        for one in problems.at(State.CLOSED)
    }
    return {number: names.get(label, label) for number, label in by.items()}


# -- one problem ----------------------------------------------------------------------------------------------------


def _one(asking: Asking, problem: Problem, rest: list[str]) -> Answer:
    match rest:
        case []:
            return _shown(asking, problem)
        case ["历史"]:
            return _history(asking, problem)
        case ["评语"]:
            return _comments(asking, problem)
        case ["来源", *named]:
            return _sources(asking, problem, named)
        case ["单位"] if not asking.free:
            return _units(asking, problem)
        case [name, *value] if name in _FIELDS:
            return _set(asking, problem, name, value)
        case [name] if name in _KINDS:
            return _do(asking, problem, Move.SET, _KINDS[name], field="kind")
        case ["自评", *grade]:
            return _own(asking, problem, grade)
        case ["个人"]:
            return _do(asking, problem, Move.SET, "1", field="personal")
        case [name, *value] if name in _MOVES:
            return _move(asking, problem, name, value)
        case _:
            return _shown(asking, problem)


def _shown(asking: Asking, problem: Problem, key: str = "") -> Answer:
    """How it stands, and what may be done next."""
    today, musts = asking.today, problem.musts
    empty = asking.say("problems.empty")
    units = {unit.id: unit.name for unit in asking.desk.units}
    lines = [
        asking.say(key, number=str(problem.number)) if key else "",
        _line(asking, problem, today),
        asking.say(
            "problems.musts",
            goal=musts.goal or empty,
            measures=musts.measures or empty,
            unit=units.get(musts.unit, musts.unit) or empty,
            person=musts.person or empty,
            due=musts.due.isoformat() if musts.due else empty,
        ),
        asking.say(
            "problems.about",
            kind=asking.say(f"kind.{problem.kind}"),
            sources="、".join(asking.say(f"source.{one}") for one in problem.sources),
            opinions=str(asking.work.problems.weights().get(problem.number, 0)),
        ),
        asking.say("problems.latest", latest=problem.latest) if problem.latest else "",
        asking.say(
            "problems.rated",
            good=str(problem.good),
            fair=str(problem.fair),
            poor=str(problem.poor),
        )
        if problem.rated
        else "",
        asking.say("problems.own", grade=asking.say(f"rating.{problem.own}"))
        if problem.own
        else "",
        asking.say("problems.closed", closed=problem.closed.isoformat(), result=problem.result)
        if problem.closed
        else "",
        asking.say("problems.unrated") if _unrated(problem) else "",
        asking.say("problems.look_due", look=problem.look.isoformat()) if problem.look else "",
        asking.say("problems.shrunk") if problem.shrunk else "",
        asking.say("problems.recurred") if problem.recurred else "",
        asking.say("problems.unbound", person=musts.person)
        if _unbound(asking, problem)
        else "",
    ]
    text = "\n".join(line for line in lines if line)
    return Answer(text=text, rows=_choices(asking, problem))


def _unrated(problem: Problem) -> bool:
    """Whether it was closed before people could say what they think: it comes back when they are not content."""
    said = problem.good + problem.fair + problem.poor
    return problem.state is State.CLOSED and not problem.personal and not said


def _unbound(asking: Asking, problem: Problem) -> bool:
    """Whether those who may invite them have to be told that whoever is responsible cannot be reached."""
    person = problem.musts.person
    may_invite = somewhere(asking.member.staff, Deed.INVITE_STAFF)
    return may_invite and problem.open and bool(person) and not asking.work.staff.named(person)


def _choices(asking: Asking, problem: Problem) -> Rows:
    """Only what can be done now, and what they may do."""
    says = f"问题 {problem.number}"
    buttons: list[Button] = []
    if _mine(asking, problem, Deed.OPEN_ITEM) and problem.state is State.LISTED:
        for must in problem.musts.missing:
            words = {"goal": "目标", "measures": "措施", "when": "时限"}.get(must)
            words = words or ("责任人" if problem.musts.unit else "单位")
            buttons.append(asking.button(f"musts.{must}", f"{says} {words}"))
        kinds = [k for k, kind in _KINDS.items() if kind != problem.kind]
        buttons += [asking.button(f"kind.{_KINDS[k]}", f"{says} {k}") for k in kinds]
        buttons.append(asking.button("problems.sources", f"{says} 来源"))
    for word, move in _MOVES.items():
        if move is Move.CORRECT or problem.state not in MOVES[move].sources:
            continue
        if move is Move.FINISH and problem.state is State.DONE:
            continue  # said anew where it has to be, and not asked for
        if move is Move.OPEN and problem.musts.missing:
            continue
        if move is Move.CLOSE and problem.state is State.DONE and not problem.personal:
            continue
        if move is Move.ANNOUNCE and problem.announced:
            continue
        if move is Move.LOOK and problem.look is None:
            continue
        if _mine(asking, problem, _RIGHTS[move]):
            buttons.append(asking.button(f"move.{move}", f"{says} {word}"))
    if _unbound(asking, problem):
        person = problem.musts.person
        invited = f"/handover add node {person}"
        buttons.append(asking.button("problems.invite", invited, person=person))
    if problem.good + problem.fair + problem.poor:
        buttons.append(asking.button("problems.comments", f"{says} 评语"))
    buttons.append(asking.button("problems.history", f"{says} 历史"))
    buttons.append(asking.button("problems.all", "问题"))
    return pairs(buttons)


def _comments(asking: Asking, problem: Problem) -> Answer:
    """What people said in a sentence when they rated it, in an order of chance; never who."""
    found: list[str] = []
    for notice in asking.work.problems.notices():
        if notice.down:
            said = asking.work.opinions.words_on(notice.round, f"p{problem.number}", A_PAGE)
            found += (f"{notice.batch} · {one}" for one in said)
    text = "\n".join(found[-A_PAGE:]) or asking.say("problems.no_comments")
    back = asking.button("problems.back", f"问题 {problem.number}")
    return Answer(text=text, rows=((back,),))


def _history(asking: Asking, problem: Problem) -> Answer:
    lines = [
        asking.say(
            "problems.event",
            day=event.day.isoformat(),
            who=_whom(asking, event.who),
            move=asking.say(f"move.{event.move}"),
            words=_told(asking, event),
        )
        for event in asking.work.problems.history(problem.number)
    ]
    rows = (
        (
            asking.button("problems.back", f"问题 {problem.number}"),
            asking.button("move.correct", f"问题 {problem.number} 更正"),
        ),
    )
    return Answer(text="\n".join(lines), rows=rows)


def _told(asking: Asking, event: Event) -> str:
    """What goes with a line of the history, in words instead of codes."""
    values = event.values
    match Move(event.move):
        case Move.LIST:
            return f"{event.words}（{_named(asking, values.get('sources', ''))}）"
        case Move.SET:
            field = values.get("field", "")
            return f"{asking.say(f'part.{field}')}：{_value(asking, field, event.words)}"
        case Move.OWN:
            return asking.say(f"rating.{event.words}")
        case Move.RATE | Move.WEIGH:
            return "，".join(f"{asking.say(f'rating.{g}')}{values.get(g, '')}" for g in GRADES)
        case _:
            said = (*(values[name] for name in ("due", "batch", "into") if values.get(name)),)
            return "：".join(part for part in ("，".join(said), event.words) if part)


def _value(asking: Asking, field: str, words: str) -> str:
    match field:
        case "kind":
            return asking.say(f"kind.{words}")
        case "sources":
            return _named(asking, words)
        case "unit":
            return asking.desk.place.units.get(words, words)
        case "personal":
            return asking.say("part.personal_yes")
        case _:
            return words


def _named(asking: Asking, sources: str) -> str:
    return "、".join(asking.say(f"source.{one}") for one in sources.split(",") if one)


def _whom(asking: Asking, who: str) -> str:
    """办公室1, or the clock."""
    role, _, number = who.rpartition("-")
    return f"{asking.say(f'role.{role}')}{number}" if role else asking.say("problems.clock")


def _sources(asking: Asking, problem: Problem, named: list[str]) -> Answer:
    """Where it comes from; several may be ticked."""
    if named and named[0] in _SOURCES:
        chosen = _SOURCES[named[0]]
        left = (
            tuple(one for one in problem.sources if one != chosen)
            if chosen in problem.sources
            else (*problem.sources, chosen)
        )
        return _do(asking, problem, Move.SET, ",".join(left), field="sources")
    says = f"问题 {problem.number} 来源"
    buttons = [
        Button(
            ("✓ " if source in problem.sources else "") + asking.say(f"source.{source}"),
            f"{says} {word}",
        )
        for word, source in _SOURCES.items()
    ]
    buttons.append(asking.button("problems.back", f"问题 {problem.number}"))
    return Answer(text=asking.say("problems.sources_which"), rows=pairs(buttons))


def _own(asking: Asking, problem: Problem, grade: list[str]) -> Answer:
    """How those responsible rate their own work."""
    if grade and grade[0] in _GRADES:
        return _do(asking, problem, Move.OWN, _GRADES[grade[0]])
    says = f"问题 {problem.number} 自评"
    buttons = [
        asking.button(f"rating.{grade}", f"{says} {word}") for word, grade in _GRADES.items()
    ]
    return Answer(text=asking.say("problems.own_which"), rows=pairs(buttons))


def _units(asking: Asking, problem: Problem) -> Answer:
    says = f"问题 {problem.number} 单位"
    buttons = [Button(unit.name, f"{says} {unit.id}") for unit in asking.desk.units]
    return Answer(
        text=asking.say("problems.unit_which"), rows=pairs(buttons), awaits=says, either=True
    )


def _set(asking: Asking, problem: Problem, name: str, value: list[str]) -> Answer:
    said = " ".join(value) or asking.free
    says = f"问题 {problem.number} {name}"
    if not said:
        field = _FIELDS[name]
        rows: Rows = ()
        if field == "due":
            rows = pairs(_terms(asking, says))
        return Answer(
            text=asking.say(f"wanted.{field}"), rows=rows, awaits=says, either=bool(rows)
        )
    if name == "时限":
        due = _day(asking, said)
        if due is None:
            return Answer(text=asking.say("wanted.due"), awaits=says)
        said = due.isoformat()
    return _do(asking, problem, Move.SET, said, field=_FIELDS[name])


def _terms(asking: Asking, says: str) -> list[Button]:
    today = asking.today
    return [
        asking.button("problems.days", f"{says} {today + timedelta(days=days)}", days=str(days))
        for days in TERMS.values()
    ]


def _move(asking: Asking, problem: Problem, name: str, value: list[str]) -> Answer:
    """A move; where it takes words or a date, they are asked for first."""
    move, says = _MOVES[name], f"问题 {problem.number} {name}"
    said = " ".join(value) or asking.free
    if move is Move.DROP:
        return _drop(asking, problem, value, says)
    if move in (Move.EXTEND, Move.SEND_BACK):
        return _later(asking, problem, move, value, says)
    if MOVES[move].words and not said:
        early = move is Move.CLOSE and problem.state is State.PUBLISHED
        asked = (asking.say("problems.unrated_yet"),) if early else ()
        return Answer(text="\n".join((*asked, asking.say(f"wanted.{move}"))), awaits=says)
    if move is Move.CLOSE and problem.state is State.PUBLISHED:
        return _do(asking, problem, move, said, unrated="1")
    return _do(asking, problem, move, said)


def _later(asking: Asking, problem: Problem, move: Move, value: list[str], says: str) -> Answer:
    """A new date first, then the reason."""
    due = _day(asking, value[0] if value else asking.free)
    if due is None:
        return Answer(
            text=asking.say("wanted.new_due"),
            rows=pairs(_terms(asking, says)),
            awaits=says,
            either=True,
        )
    reason = " ".join(value[1:]) or (asking.free if value else "")
    if not reason:
        return Answer(text=asking.say(f"wanted.{move}"), awaits=f"{says} {due}")
    return _do(asking, problem, move, reason, due=due.isoformat())


def _drop(asking: Asking, problem: Problem, value: list[str], says: str) -> Answer:
    """Into which other problem; its opinions go with it."""
    match value:
        case [into, word] if into.isdecimal() and word == CONFIRM:
            if asking.work.problems.find(int(into)) is None:
                return _shown(asking, problem)
            words = asking.say("problems.dropped_into", number=into)
            return _do(asking, problem, Move.DROP, words, into=into)
        case [into] if into.isdecimal():
            sure = asking.button("problems.drop_confirm", f"{says} {into} {CONFIRM}")
            return Answer(
                text=asking.say("problems.drop_sure", into=into, number=str(problem.number)),
                rows=((sure, asking.button("problems.back", f"问题 {problem.number}")),),
            )
        case _:
            others = [
                p
                for p in asking.work.problems.every()
                if p.open and p.number != problem.number and not p.personal
            ]
            buttons = [
                Button(f"{p.number} {p.title}"[:14], f"{says} {p.number}")
                for p in others[:A_PAGE]
            ]
            return Answer(
                text=asking.say("problems.drop_which"), rows=pairs(buttons), awaits=says
            )


def _do(asking: Asking, problem: Problem, move: Move, words: str = "", **values: str) -> Answer:
    """Do it, if the table of rights and the problem's state allow."""
    if not _mine(asking, problem, _RIGHTS[move]):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    if values.get("field") not in _PLAIN:
        words = asking.masked(words)
    try:
        changed = act(
            asking.work,
            problem.number,
            move,
            asking.today,
            str(asking.member.label),
            words,
            **values,
        )
    except Refused as refused:
        said = {**refused.params}
        if "missing" in said:
            said["missing"] = "、".join(
                asking.say(f"musts.{one}") for one in said["missing"].split(",")
            )
        text = asking.say(f"refused.{refused.key}", **said)
        return Answer(text=text, rows=_choices(asking, problem))
    asking.note(_RIGHTS[move], problem=changed.number)
    return _shown(asking, changed, "problems.done")


# -- small things ---------------------------------------------------------------------------------------------------


def _sees(asking: Asking, problem: Problem) -> bool:
    """Leaders' own measures are seen by those who open items, and by whom they name."""
    deed = Deed.OPEN_ITEM if problem.personal else Deed.SEE_PROBLEMS
    return _mine(asking, problem, deed) or _mine(asking, problem, Deed.WORK_ITEM)


def _mine(asking: Asking, problem: Problem, deed: Deed) -> bool:
    """Whether the table of rights lets them do this to that problem."""
    return may(asking.member.staff, deed, problem.musts.unit, problem.musts.person)


def _day(asking: Asking, said: str) -> date | None:
    """The last day of what somebody typed, not before today."""
    found = typed_days(said, asking.today, asking.desk.calendar)
    return found[1] if found and found[1] >= asking.today else None


PROBLEMS = Command(
    name="problems", words=("问题", "problems"), deed=Deed.SEE_PROBLEMS, answer=_problems
)
