"""The office's desk, in chat: the table of its commands, and how one is found and answered.

A file a subject. A command without arguments answers with buttons, never with a usage text. What a role may do stands in
one table (`core.people.rights`). Words that are no command go to the one that awaits them; a file too, and where none
awaits it the desk asks what it is.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.messages import COUNTING, Sent, choices
from bot.core.people import Deed, somewhere
from handlers.desk.appointment import VISITS
from handlers.desk.appraisal import APPRAISALS
from handlers.desk.base import Answer, Asking, Command, Desk, Rows, Spot, called, pairs
from handlers.desk.campaign import LOOK_BACK, NODE, PLANS, SCHEDULE, TAKE_IN
from handlers.desk.cards import CARDS
from handlers.desk.circle import CIRCLE
from handlers.desk.clues import CLUES
from handlers.desk.dialogue import TALK
from handlers.desk.digest import ARRIVALS, DIGEST, LEDGERS, SEND
from handlers.desk.intake import BY_SOURCE, IMPORT, INTAKE
from handlers.desk.links import LINKS
from handlers.desk.mailing import MAILING
from handlers.desk.notice import NOTICES
from handlers.desk.rectification import PROBLEMS
from handlers.desk.report import CHECKUP, REPORT
from handlers.desk.round import OPEN, PROGRESS, REMIND, STOP
from handlers.desk.sheets import SHEETS
from handlers.desk.signature import CONTACTS
from handlers.desk.sorting import SORT
from handlers.desk.taken import MERGE, UNDO
from handlers.desk.talks import TALKS
from handlers.desk.themes import THEMES
from handlers.desk.tidings import TELL
from handlers.desk.urgent import URGENT
from handlers.desk.ways import WAYS
from storage.errand import Errand
from storage.staff import Member
from storage.unit_of_work import Work

__all__ = ["Answer", "Desk", "Spot", "hear", "hear_aloud", "hear_file", "reading", "take"]

COMMANDS: tuple[Command, ...] = (
    OPEN,
    PROGRESS,
    URGENT,
    INTAKE,
    DIGEST,
    SEND,
    REPORT,
    CHECKUP,
    ARRIVALS,
    LEDGERS,
    PROBLEMS,
    SORT,
    THEMES,
    WAYS,
    CLUES,
    NOTICES,
    CARDS,
    LINKS,
    REMIND,
    STOP,
    SHEETS,
    TALKS,
    APPRAISALS,
    VISITS,
    CIRCLE,
    SCHEDULE,
    LOOK_BACK,
    TAKE_IN,
    PLANS,
    NODE,
    TALK,
    CONTACTS,
    TELL,
    IMPORT,
    MERGE,
    UNDO,
    MAILING,
    *BY_SOURCE,
)
"""In the order of the menu."""

MOST_BYTES = 20 << 20
"""A file may be as large as Telegram hands one on (https://core.telegram.org/bots/api#getfile)."""

DAY = 86400

_HANDOVER = ("handover", "交接")
"""Accounts are no command of the desk: they come and go in any talk (`handlers.people`). Their button stands here all the same."""

_MARK = "#"
"""Before the number of a file, where a button says what it is."""

_BY_WORD = {word: command for command in COMMANDS for word in command.words}
_BARE = frozenset((*_BY_WORD, "?", "？", "菜单", "menu"))
"""Words that are a command even where others are awaited."""


def hear(
    work: Work, desk: Desk, member: Member, typed: str, now: float, *, tapped: bool = False
) -> Answer:
    """One thing somebody of the staff typed or tapped."""
    typed = _read_off(desk, member, typed)
    awaited = "" if tapped or typed.startswith("/") else work.errands.awaited(member.tag)
    if awaited and typed.strip().casefold() not in _BARE:
        first, rest = _parted(awaited)
        text = typed
    else:
        first, text = _parted(typed.strip().removeprefix("/"))
        rest = text
    command = _BY_WORD.get(first.casefold())
    if command is None and (command := _meant(member, typed)):
        rest, text = "", typed
    asking = Asking(
        work=work,
        desk=desk,
        member=member,
        now=_moment(now),
        rest=tuple(rest.split()),
        text=text,
    )
    return _remembered(asking, _answer(command, asking))


def _read_off(desk: Desk, member: Member, typed: str) -> str:
    """A button of the menu types its command; whoever types what stands on the button means the same."""
    says = {
        desk.texts.say(member.language, f"desk.menu_{one.name}").casefold(): one.words[0]
        for one in COMMANDS
        if one.menu
    }
    return says.get(typed.strip().casefold(), typed)


def _meant(member: Member, typed: str) -> Command | None:
    """The command for which somebody pasted this, without having said so."""
    mine = (one for one in COMMANDS if one.knows and somewhere(member.staff, one.deed))
    return next((one for one in mine if one.knows and one.knows(typed)), None)


def hear_aloud(
    work: Work, desk: Desk, member: Member, spot: Spot, typed: str, now: float
) -> Answer:
    """One command given in a group chat. What others are not to read is answered in one's own chat only, and nothing is
    awaited: what people say to each other there is none of ours."""
    first, text = _parted(typed.strip().removeprefix("/"))
    asking = Asking(
        work=work,
        desk=desk,
        member=member,
        now=_moment(now),
        rest=tuple(text.split()),
        text=text,
        spot=spot,
    )
    command = _BY_WORD.get(first.casefold(), CIRCLE)
    if not command.aloud:
        return Answer(text=asking.say("circle.private"))
    if not somewhere(member.staff, command.deed):
        return Answer(text=asking.say("circle.not_yours"))
    if command is not CIRCLE and work.circles.find(spot.address) is None:
        return Answer(text=asking.say("circle.unknown"))
    answer = command.answer(asking)
    if not answer.menu or work.circles.find(spot.address) is None:
        return answer
    shown = [
        asking.button(f"desk.menu_{one.name}", one.words[0])
        for one in COMMANDS
        if one.menu and one.aloud and one is not CIRCLE and somewhere(member.staff, one.deed)
    ]
    return replace(answer, rows=(*answer.rows, *pairs(shown)))


def hear_file(
    work: Work, desk: Desk, member: Member, sent: Sent, caption: str, now: float
) -> Answer:
    """A file. It is fetched and read once this is committed; see `reading` and `take`."""
    asking = Asking(work=work, desk=desk, member=member, now=_moment(now))
    readers = [one for one in COMMANDS if one.reads and somewhere(member.staff, one.deed)]
    if sent.size > MOST_BYTES or not readers:
        key = "desk.file_large" if readers else "desk.file_unwanted"
        return Answer(text=asking.say(key, most=str(MOST_BYTES >> 20)), menu=True)
    awaited = work.errands.awaited(member.tag)
    words = caption.strip() or awaited
    if _BY_WORD.get(_parted(words)[0].casefold()) in readers:
        number = work.errands.take_up(member.address, sent, words, now)
        return _shown(asking, _fetching(asking, number), awaited)
    number = work.errands.take_up(member.address, sent, "", now)
    buttons = [
        asking.button(f"desk.menu_{one.name}", f"{one.words[0]} {_MARK}{number}")
        for one in readers
    ]
    answer = Answer(
        text=asking.say("desk.file_which", name=sent.name), rows=pairs(buttons), either=True
    )
    return _shown(asking, answer, awaited)


def reading(errand: Errand) -> Callable[[str, bytes], object] | None:
    """What reads the file of that errand."""
    command = _BY_WORD.get(_parted(errand.words)[0].casefold())
    return command.reads if command else None


def take(
    work: Work, desk: Desk, member: Member, errand: Errand, found: object, now: float
) -> Answer | None:
    """The file of that errand has been read. None where that was done before."""
    if not work.errands.done(errand.number):
        return None
    first, rest = _parted(errand.words)
    asking = Asking(
        work=work,
        desk=desk,
        member=member,
        now=_moment(now),
        rest=tuple(rest.split()),
        found=found,
        file=errand.sent.name,
    )
    return _remembered(asking, _answer(_BY_WORD.get(first.casefold()), asking))


def _answer(command: Command | None, asking: Asking) -> Answer:
    if command is None:
        return Answer(
            text=asking.say("desk.menu", label=called(asking, asking.member)), menu=True
        )
    if not somewhere(asking.member.staff, command.deed):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    last = asking.rest[-1] if asking.rest else ""
    if command.reads and last.startswith(_MARK) and last[1:].isdecimal():
        words = " ".join((command.words[0], *asking.rest[:-1]))
        if asking.work.errands.meant(int(last[1:]), asking.member.address, words):
            return _fetching(asking, int(last[1:]))
        return Answer(text=asking.say("desk.file_gone"), menu=True)
    return command.answer(asking)


def _fetching(asking: Asking, number: int) -> Answer:
    return Answer(text=asking.say("desk.file_reading"), errand=number)


def _remembered(asking: Asking, answer: Answer) -> Answer:
    """With the menu below it where it wants one; what it awaits is kept, and nothing else is."""
    if answer.menu:
        answer = replace(answer, rows=(*answer.rows, *_menu(asking)))
    return _shown(asking, answer, answer.awaits)


def _shown(asking: Asking, answer: Answer, awaited: str) -> Answer:
    """With its choices counted, where they are shown so and a number can mean nothing else."""
    counts = asking.member.address.channel in COUNTING and (answer.either or not awaited)
    shown = choices(answer.rows) if counts else ()
    day = int(asking.now.timestamp() // DAY)
    asking.work.errands.awaits(asking.member.tag, awaited, day, shown)
    return replace(answer, counted=bool(shown))


def _menu(asking: Asking) -> Rows:
    mine = asking.member.staff
    shown = [
        (one.name, one.words[0]) for one in COMMANDS if one.menu and somewhere(mine, one.deed)
    ]
    if somewhere(mine, Deed.INVITE_STAFF):
        shown.append(_HANDOVER)
    return pairs([asking.button(f"desk.menu_{name}", says) for name, says in shown])


def _parted(words: str) -> tuple[str, str]:
    """The first word, and what comes after it as it stands."""
    first = words.split(maxsplit=1)[:1]
    return (first[0], words.strip()[len(first[0]) :].strip()) if first else ("", "")


def _moment(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)
