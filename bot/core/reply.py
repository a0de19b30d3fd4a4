"""What a typed answer means at the place where a talk stands: digits, numerals, words such as 停.

All that can be tapped can be typed, and digits alone are enough from start to end. Full-width digits, circled
digits and Chinese numerals count as digits. The controls are the same at every place:

    0 skip · 9 back · 88 hand in · 00 stop       (where a number itself is asked: 000, 099, 088, 00)
"""

import re
import unicodedata
from collections.abc import Sequence

from bot.core.engine import (
    Agreed,
    AskedElsewhere,
    AskedHotline,
    Bared,
    CalledDuty,
    Chose,
    ChoseGroup,
    ChoseLanguage,
    ChoseUnit,
    Confirmed,
    Discarded,
    Event,
    FinishedEarly,
    Gave,
    Hid,
    KeptForLater,
    MayWait,
    PickedAnswer,
    PickedFinding,
    Searched,
    SentMedia,
    Skipped,
    SpokeForPupil,
    Stopped,
    Ticked,
    TurnedPage,
    Unclear,
    WantsChange,
    WantsMasks,
    WantsPrivacy,
    WentBack,
    Wrote,
    form_at,
    page_of_units,
)
from bot.core.people import audiences, open_groups
from bot.core.reading import Finding
from bot.core.session import (
    CONSENT,
    LEAVE,
    MASKS,
    OFFER,
    PRIVACY,
    UNIT,
    Part,
    Session,
    audience_of,
    question_at,
)
from bot.core.survey import Form, Script

SKIP, BACK, HAND_IN, STOP, MORE_UNITS = "0", "9", "88", "00", "7"
DONE, FOR_PUPIL = "ok", "代学生"

_CONTROLS: dict[str, Event] = {
    **dict.fromkeys(("0", "跳过", "跳过这题", "skip"), Skipped()),
    **dict.fromkeys(("9", "返回", "上一题", "back"), WentBack()),
    **dict.fromkeys(("88", "交", "先交", "先交已答的", "交了", "submit"), FinishedEarly()),
    **dict.fromkeys(("00", "停", "停止", "退出", "stop", "quit", "/stop"), Stopped()),
    **dict.fromkeys(("热线", "电话", "hotline", "/hotline"), AskedHotline()),
    **dict.fromkeys(("/rate", "/vote"), AskedElsewhere()),  # the words alone may be an answer
    **dict.fromkeys(("english", "英文", "/en"), ChoseLanguage("en")),
    **dict.fromkeys(("中文", "chinese", "/zh"), ChoseLanguage("zh")),
}
_LONG_CONTROLS: dict[str, Event] = {
    "000": Skipped(),
    "099": WentBack(),
    "09": WentBack(),
    "088": FinishedEarly(),
}
_URGENT = frozenset({"急", "急事", "urgent"})
_DONE = frozenset({"ok", "好了", "选好了", "完成", "done"})

_COMMANDS = {
    **dict.fromkeys(("开始", "start", "开始答", "答题", "begin"), ("start", "")),
    **dict.fromkeys(("停", "停止", "退出", "00", "stop", "quit", "/stop"), ("stop", "")),
    **dict.fromkeys(("帮助", "help", "/help", "?", "菜单"), ("help", "")),
    **dict.fromkeys(("热线", "电话", "hotline", "/hotline"), ("hotline", "")),
    **dict.fromkeys(("评议", "民主评议", "投票", "vote", "/vote"), ("appraise", "")),
    **dict.fromkeys(("评价", "评一评", "rate", "/rate"), ("rate", "")),
    **dict.fromkeys(("english", "英文", "/en"), ("language", "en")),
    **dict.fromkeys(("中文", "chinese", "/zh"), ("language", "zh")),
}

_NUMERALS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "两": "2",
    "幺": "1",
}
_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十幺]{1,3}")
_LABEL = re.compile(r"(?:第|选|我选)?(\d{1,2})(?:[个项号.、,。)\]]|点)?")
_TICK = re.compile(r"\+([1-8])")
_SEVERAL = re.compile(r"[1-8](?:[\s,、.;和]*[1-8])*")
_BEFORE_WORDS = re.compile(r"([1-8])[\s,、.:;](.+)", re.DOTALL)
_WORDS = re.compile(r"[^\W_]")


def read(
    script: Script,
    session: Session,
    typed: str,
    message: str,
    findings: Sequence[Finding] = (),
) -> Event:
    """The event that a typed text (or a tap's words) is at this place.

    `typed` is what the person sent, cleaned of invisible characters; `message` the platform's name for it; `findings`
    what is listed where the talk stands at what is masked.
    """
    short = _plain(typed) if len(typed) <= 24 else ""
    form = form_at(script, session)
    if form is not None and form.kind in ("number", "rating"):
        return (
            _number(form, short)
            or _control(short, _LONG_CONTROLS)
            or _control(short)
            or Unclear()
        )
    if session.place == MASKS and (picked := _finding(findings, short)):
        return PickedFinding(picked)
    return (
        _control(short)
        or _choice(script, session, form, short)
        or _words(script, session, form, typed, message)
        or Unclear()
    )


def finding_number(place: int) -> int:
    """What one types for the finding at that place: 1 to 8, then from 10 on, because 9 goes back."""
    return place + 1 if place < int(BACK) - 1 else place + 2


def digits(typed: str) -> str | None:
    """A typed number as plain digits, from any digits or numerals; None where it is not a number.

    >>> digits("３"), digits("三"), digits("八十八"), digits("零零"), digits("①"), digits("第2个"), digits("三年")
    ('3', '3', '88', '00', '1', '2', None)
    """
    plain = _plain(typed)
    if plain.isdecimal():
        return plain
    return labelled[1] if (labelled := _LABEL.fullmatch(plain)) else None


def takes_words(session: Session, form: Form | None) -> bool:
    """Free words are an answer here."""
    return session.place == OFFER or (
        form is not None and (form.kind == "open" or form.own_words)
    )


def _plain(typed: str) -> str:
    """Folded: full width to half width, numerals to digits where the whole text is one, no outer spaces."""
    folded = unicodedata.normalize("NFKC", typed).strip().casefold()
    bare = folded.removeprefix("第").rstrip("个项号.、,。")
    if _NUMERAL.fullmatch(bare) and len(bare) <= 3:
        return _numeral(bare)
    return folded


def _numeral(text: str) -> str:
    if "十" not in text:
        return "".join(_NUMERALS[c] for c in text)
    tens, _, ones = text.partition("十")
    return (_NUMERALS.get(tens, "1") if tens else "1") + (
        _NUMERALS.get(ones, "0") if ones else "0"
    )


def _control(short: str, table: dict[str, Event] = _CONTROLS) -> Event | None:
    return table.get(short.rstrip("。.!")) if short else None


def _choice(script: Script, session: Session, form: Form | None, short: str) -> Event | None:
    if not short:
        return None
    number = digits(short)
    at = int(number) if number is not None else 0
    match session.place:
        case "consent" | "privacy" | "offer":
            return _card(script, session, at, short)
        case "group":
            groups = open_groups(script, session.audience)
            if 1 <= at <= len(groups):
                return ChoseGroup(groups[at - 1].id)
            named = next(
                (g for g in groups if short in (w.casefold() for w in g.words.values())), None
            )
            return ChoseGroup(named.id) if named else None
        case "preview":
            if short in (FOR_PUPIL, "4"):
                return SpokeForPupil()
            if at == 5:
                return WantsMasks() if any(a.parts for a in session.answers) else None
            if short in _URGENT:
                return Confirmed(tuple(a.question for a in session.answers if a.parts))
            return {1: Confirmed(), 2: WantsChange(), 3: Discarded()}.get(at)
        case "urgent":
            ways = (CalledDuty(True),) if script.unit(session.unit) else ()
            picked = dict(enumerate((*ways, CalledDuty(False), MayWait()), 1))
            return picked.get(at)
        case "bare":
            return {1: Bared(), 2: WentBack()}.get(at)
        case "change":
            return (
                PickedAnswer(session.answers[at - 1].question)
                if 1 <= at <= len(session.answers)
                else None
            )
        case "leave":
            return {1: FinishedEarly(), 2: KeptForLater(), 3: Discarded()}.get(at)
        case "unit":
            return _unit(script, session, at, number)
        case _:
            return _option(session, form, short, at) if form else None


def _finding(findings: Sequence[Finding], short: str) -> Finding | None:
    number = digits(short) if short else None
    if number is None or number.startswith("0"):
        return None
    return next(
        (one for at, one in enumerate(findings) if finding_number(at) == int(number)), None
    )


def _card(script: Script, session: Session, at: int, short: str) -> Event | None:
    """Consent has two doors where both audiences are heard, else one; an offer has one."""
    if session.place == PRIVACY:
        at = at if at == 1 else 0
    doors = two_doors(script, session)
    if doors and at in (1, 2):
        return Agreed("parent" if at == 1 else "staff")
    if at == 1:
        return Agreed()
    if at == (3 if doors else 2):
        return WantsPrivacy()
    return Stopped() if at == (4 if doors else 3) else None


def two_doors(script: Script, session: Session) -> bool:
    """The consent card asks parent or staff: both are heard and no link has told which."""
    return session.place == CONSENT and not session.group and len(audiences(script)) > 1


def _unit(script: Script, session: Session, at: int, number: str | None) -> Event | None:
    page, more = page_of_units(script, session)
    if 1 <= at <= len(page):
        return ChoseUnit(page[at - 1])
    if number == MORE_UNITS and more:
        return TurnedPage()
    return None


def _option(session: Session, form: Form, short: str, at: int) -> Event | None:
    if form.kind == "single":
        if 1 <= at <= len(form.options):
            return Chose((form.options[at - 1].id,))
        named = next(
            (o for o in form.options if short in (w.casefold() for w in o.words.values())), None
        )
        return Chose((named.id,)) if named else None
    if form.kind == "multiple":
        if short in _DONE:
            return Chose(session.ticked) if session.ticked else Skipped()
        if _SEVERAL.fullmatch(short):
            picked = dict.fromkeys(int(c) for c in short if c.isdecimal())
            if all(n <= len(form.options) for n in picked):
                return Chose(tuple(form.options[n - 1].id for n in picked))
        if tick := _TICK.fullmatch(short):
            at = int(tick[1])
            return Ticked(form.options[at - 1].id) if at <= len(form.options) else None
    return None


def _number(form: Form, short: str) -> Event | None:
    number = digits(short)
    if number is None or (len(number) > 1 and number.startswith("0")):
        return None
    value = int(number)
    return Gave(value) if form.low <= value <= form.high else None


def _words(
    script: Script, session: Session, form: Form | None, typed: str, message: str
) -> Event | None:
    if not _WORDS.search(typed):
        return SentMedia("signs")
    if session.place == UNIT:
        return Searched(typed[:24])
    if session.place == MASKS:
        return Hid(typed.strip())
    if session.place == LEAVE and session.behind:
        under = script.question(question_at(session.behind))
        form = under.form(audience_of(script, session)) if under else None
    if not takes_words(session, form):
        return None
    if form is not None and form.options and form.kind == "single":
        ahead = _BEFORE_WORDS.fullmatch(unicodedata.normalize("NFKC", typed[:2]) + typed[2:])
        if ahead and int(ahead[1]) <= len(form.options):
            chosen = form.options[int(ahead[1]) - 1].id
            return Chose((chosen,), Part(message, ahead[2].strip()))
    return Wrote(message, typed)


def command(typed: str) -> tuple[str, str] | None:
    """What a text asks for outside any talk: start (with a link), stop, help, hotline, a vote, a rating, language, or mere signs.

    >>> command("/start u_school3"), command("开始"), command("食堂的菜太凉")
    (('start', 'u_school3'), ('start', ''), None)
    """
    short = unicodedata.normalize("NFKC", typed).strip().casefold()
    if short.startswith("/start"):
        return "start", typed.strip()[6:].strip()
    if said := _COMMANDS.get(short):
        return said
    return None if _WORDS.search(typed) else ("signs", "")
