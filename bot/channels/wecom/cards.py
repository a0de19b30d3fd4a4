"""Choices on a card: which kind fits them, what it carries, and what a tap on it says.

    button_interaction     up to 6 choices of up to 10 characters: one tap answers
    vote_interaction       up to 20 of up to 17, one or several
    multiple_interaction   up to 27, in three drop-downs; each begins with "please choose", which chooses nothing,
                           for the platform preselects whatever stands first

More or longer ones are listed in words. Labels that would be cut are listed in words too, and the card shows their
digits. Where quiet controls (skip, back, stop) find no room they are named in words. So digits alone are always enough,
and each card says so. A key carries the screen, the label and what typing would say; the platform takes keys of 1,024
bytes and option ids of 128. Limits: path 90236 and the error table; those of characters are the platform's advice.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.messages import Button, Outgoing, Tap

VERSION = "v1"
BUTTONS, BUTTON = 6, 10
VOTES, VOTE = 20, 17
SELECTS, SELECT = 3, 10
ID = 128
TITLE, DESC, SUBTITLE = 36, 44, 160
LINES = 4
"""Lines below the title of a card; more is easier to read as a message."""
NOTHING = "-"
"""The id of "please choose"."""
QUESTION = "q"

_TICK = re.compile(r"\+[0-9]{1,2}")

Words = Mapping[str, str]
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button as a card shows it."""

    button: Button
    label: str
    quiet: bool
    digit: str
    """What one types for it where that is a number; else empty."""

    @property
    def says(self) -> str:
        """What a tap says."""
        return self.button.says

    @property
    def types(self) -> str:
        """What one types for it: what a tap says, or the number of its place."""
        return self.says if _digit(self.button) else self.digit or self.says


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands on a card, and what is said before it."""

    text: str
    """Words that find no room on the card; sent before it. May be empty."""
    card: Facts | None
    """None: words alone do."""


def plan(outgoing: Outgoing, words: Words, text: str, task: str, page: str = "") -> Plan:
    """How this message's choices are shown. `page`: the address of another way to answer, offered beside them."""
    choices, controls = _sorted(outgoing)
    several = [choice for choice in choices if _TICK.fullmatch(choice.says)]
    if not choices and not controls:
        return Plan(text, None)
    if any(len(choice.says.encode()) > ID for choice in (*choices, *controls)):
        return Plan(listed(outgoing, words, text), None)
    done = [choice for choice in choices if choice not in several]
    if several and len(several) <= VOTES and len(done) <= 1:
        return _vote(outgoing, words, text, task, several, [*done, *controls], several=True)
    every = [*choices, *controls]
    room = BUTTONS - bool(page)
    for shown, unshown in ((every, []), (choices, controls)):
        if shown and _fit(shown, room, BUTTON):
            return _buttons(outgoing, words, text, task, shown, unshown, page)
        if in_order := _in_order(shown, room):
            return _buttons(outgoing, words, text, task, in_order, unshown, page)
    if page:
        text = "\n".join((text, words["page_at"].format(url=page)))
    if _fit(every, VOTES, VOTE):
        return _vote(outgoing, words, text, task, every, [])
    if len(choices) <= VOTES:
        return _vote(
            outgoing, words, text, task, choices or controls, controls if choices else []
        )
    if len(choices) <= SELECTS * (SELECT - 1):
        return _selects(outgoing, words, text, task, choices, controls)
    return Plan(listed(outgoing, words, text), None)


def listed(outgoing: Outgoing, words: Words, text: str) -> str:
    """Everything in words, for where there are no cards."""
    lines = [
        _counted(choice.digit, choice.button.label) if choice.digit else _typed(choice, words)
        for choice in _choices(outgoing)
    ]
    hint = words["hint_count"] if outgoing.counted else ""
    return "\n".join(filter(None, (text, *lines, hint)))


def read_tap(key: str, selected: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Tap, str]:
    """What a tap says, and what was chosen in words short enough for the card.

    >>> read_tap("v1|12|1 yes|1", ())
    (Tap(says='1', screen='12'), '1 yes')
    >>> read_tap("v1|12||ok", (("q", ("+1", "+3")),))
    (Tap(says='1 3', screen='12'), '1 3')
    >>> read_tap("v1|12||", (("q0", ("-",)), ("q1", ("4",)))), read_tap("else", ())
    ((Tap(says='4', screen='12'), '4'), (Tap(says='', screen=''), ''))
    """
    match key.split("|", 3):
        case [version, screen, label, says] if version == VERSION:
            chosen = [id for _, ids in selected for id in ids if id != NOTHING]
            if any(not id.startswith("+") for id in chosen):
                chosen = chosen if len(chosen) == 1 else []  # two drop-downs: which is meant?
                says = "".join(chosen)
            elif chosen:
                says = " ".join(id.removeprefix("+") for id in chosen)
            return Tap(says, screen), label or (says if len(says) <= BUTTON else "")
        case _:
            return Tap("", ""), ""


# --- the three kinds -------------------------------------------------------------------------------------------


def _buttons(
    outgoing: Outgoing,
    words: Words,
    text: str,
    task: str,
    choices: list[Choice],
    unshown: list[Choice],
    page: str,
) -> Plan:
    title, below, before = _laid_out(text, _hint(words, choices, unshown), SUBTITLE, words)
    buttons: list[Facts] = [
        {
            "text": choice.label,
            "style": 4 if choice.quiet else 1,
            "key": _key(outgoing.screen, choice.label, choice.says),
        }
        for choice in choices
    ]
    if page:
        buttons.append({"text": words["page"], "style": 4, "type": 1, "url": page})
    card = {
        "card_type": "button_interaction",
        "main_title": {"title": title},
        "sub_title_text": below,
        "task_id": task,
        "button_list": buttons,
    }
    return Plan(before, card)


def _vote(
    outgoing: Outgoing,
    words: Words,
    text: str,
    task: str,
    choices: list[Choice],
    unshown: list[Choice],
    *,
    several: bool = False,
) -> Plan:
    shown, text = _short(choices, VOTE, text)
    done = next((choice.says for choice in unshown if several and not choice.quiet), "")
    named = [choice for choice in unshown if choice.quiet]
    title, below, before = _laid_out(text, _hint(words, choices, named), DESC, words)
    card = {
        "card_type": "vote_interaction",
        "main_title": {"title": title, "desc": below},
        "task_id": task,
        "checkbox": {
            "question_key": QUESTION,
            "mode": int(several),
            "option_list": [
                {"id": choice.says, "text": label, "is_checked": False}
                for choice, label in zip(choices, shown, strict=True)
            ],
        },
        "submit_button": {"text": words["submit"], "key": _key(outgoing.screen, "", done)},
    }
    return Plan(before, card)


def _selects(
    outgoing: Outgoing,
    words: Words,
    text: str,
    task: str,
    choices: list[Choice],
    unshown: list[Choice],
) -> Plan:
    shown, text = _short(choices, VOTE, text)
    title, below, before = _laid_out(text, _hint(words, choices, unshown), DESC, words)
    nothing = {"id": NOTHING, "text": words["choose"]}
    selects = [
        {
            "question_key": f"{QUESTION}{number}",
            "title": words["choose_part"].format(first=part[0][1], last=part[-1][1]),
            "option_list": [
                nothing,
                *({"id": choice.says, "text": label} for choice, label in part),
            ],
        }
        for number, part in enumerate(_parts(list(zip(choices, shown, strict=True))))
    ]
    card = {
        "card_type": "multiple_interaction",
        "main_title": {"title": title, "desc": below},
        "task_id": task,
        "select_list": selects,
        "submit_button": {"text": words["submit"], "key": _key(outgoing.screen, "", "")},
    }
    return Plan(before, card)


# --- labels and words ------------------------------------------------------------------------------------------


def _sorted(outgoing: Outgoing) -> tuple[list[Choice], list[Choice]]:
    """Choices and controls, each once."""
    every = _choices(outgoing)
    return [c for c in every if not c.quiet], [c for c in every if c.quiet]


def _choices(outgoing: Outgoing) -> list[Choice]:
    """Each once, with its number: its own digit, or its place where places are counted."""
    known: dict[str, Choice] = {}
    for button in (button for row in outgoing.rows for button in row):
        digit = str(len(known) + 1) if outgoing.counted else _digit(button)
        shown = _counted(digit, button.label.strip())
        known.setdefault(button.says, Choice(button, shown, button.quiet, digit))
    return list(known.values())


def _counted(digit: str, label: str) -> str:
    """The label behind its number."""
    if not digit or digit == label:
        return label or digit
    return f"{digit}) {label}" if label[:1].isdecimal() else f"{digit} {label}".strip()


def _typed(choice: Choice, words: Words) -> str:
    """What one types for a choice that has no number."""
    return words["typed"].format(label=choice.button.label.strip(), says=choice.says)


def _fit(choices: Iterable[Choice], most: int, longest: int) -> bool:
    every = list(choices)
    return len(every) <= most and all(
        len(choice.label) <= longest and "|" not in choice.label for choice in every
    )


def _in_order(choices: list[Choice], most: int) -> list[Choice]:
    """The same without their digits, where these are 1, 2, 3 ... and labels would not fit otherwise; else none."""
    bare = [replace(choice, label=choice.button.label.strip()) for choice in choices]
    counted = [choice.digit for choice in choices] == [str(n + 1) for n in range(len(choices))]
    return bare if counted and _fit(bare, most, BUTTON) else []


def _short(choices: list[Choice], longest: int, text: str) -> tuple[list[str], str]:
    """Labels that fit; where one does not, all are listed in the text, and marks stand on the card."""
    if all(len(choice.label) <= longest for choice in choices):
        return [choice.label for choice in choices], text
    marks = [choice.digit or _letter(at) for at, choice in enumerate(choices)]
    lines = [
        _counted(mark, choice.button.label.strip())
        for mark, choice in zip(marks, choices, strict=True)
    ]
    return marks, "\n".join((text, *lines))


def _parts(pairs: list[tuple[Choice, str]]) -> Iterator[list[tuple[Choice, str]]]:
    most = SELECT - 1
    return (pairs[at : at + most] for at in range(0, len(pairs), most))


def _letter(at: int) -> str:
    return chr(ord("A") + at % 26) + ("" if at < 26 else str(at // 26))


def _hint(words: Words, choices: Iterable[Choice], unshown: Iterable[Choice]) -> str:
    """How to answer without tapping."""
    every = list(choices)
    also = " · ".join(f"{choice.types} {choice.button.label}" for choice in unshown)
    if not all(choice.digit for choice in every):
        listed = words["typed_join"].join(_typed(choice, words) for choice in every)
        said = words["hint_words"].format(listed=listed)
    elif any(choice.digit not in choice.label for choice in every):
        said = words["hint_order"].format(last=len(every))
    else:
        said = words["hint_digits"]
    return f"{said}{words['hint_also'].format(listed=also)}" if also else said


def _laid_out(text: str, hint: str, room: int, words: Words) -> tuple[str, str, str]:
    """Title, what stands below it, and what is said before the card because it finds no room on it."""
    title, _, rest = text.strip().partition("\n")
    below = "\n".join(filter(None, (rest.strip(), hint)))
    fits = 0 < len(title) <= TITLE and len(below) <= room and below.count("\n") < LINES
    if fits:
        return title, below, ""
    if len(hint) <= room:
        return words["choose"], hint, text
    return words["choose"], "", f"{text}\n{hint}"


def _digit(button: Button) -> str:
    digit = button.says.removeprefix("+")
    return digit if digit.isdecimal() and len(digit) <= 3 else ""


def _key(screen: str, label: str, says: str) -> str:
    return f"{VERSION}|{screen}|{label}|{says}"
