"""Things tests need, with sensible defaults: say only what matters to the test."""

import os
from collections.abc import Mapping
from typing import Any

from bot.core.bucket import Piece
from bot.core.messages import Redacted
from bot.core.release import Freed
from bot.core.round import Round
from bot.core.survey import Form, Group, Option, Question, Script, Survey, Unit, When

PARTY = Group(id="party", words={"zh": "普通党员", "en": "Party members"})
TEACHER = Group(id="teacher", words={"zh": "一线教师", "en": "Classroom teachers"})
PARENT = Group(id="parent", words={"zh": "学生家长", "en": "Parents"}, audience="parent")
GROUPS = (PARTY, TEACHER, PARENT)

UNITS = (
    Unit(id="no1", name="第一中学"),
    Unit(id="no2", name="第二中学"),
    Unit(id="newtown", name="新城小学", also=("新小",)),
)


def words(zh: str) -> dict[Any, str]:
    """The same words in both languages, marked."""
    return {"zh": zh, "en": f"{zh} (en)"}


def open_form(text: str = "请说一说") -> Form:
    """An open question."""
    return Form(kind="open", words=words(text))


def choices(*labels: str, kind: Any = "single", own_words: bool = False) -> Form:
    """A question with options a, b, c …"""
    options = tuple(Option("abcdefgh"[i], words(label)) for i, label in enumerate(labels))
    return Form(kind=kind, words=words("选一个"), options=options, own_words=own_words)


def question(
    id: str = "q1", *, when: When | None = None, staff: Form | None = None, **kept: Any
) -> Question:
    """One question; open for staff, single with own words for parents."""
    parent = kept.pop("parent", choices("作业太多", "食堂", "接送不方便", own_words=True))
    return Question(
        id=id,
        dimension=kept.pop("dimension", "怨"),
        staff=staff or open_form(),
        parent=parent,
        when=when,
        name=words(kept.pop("name", f"问{id}")),
    )


def survey(*questions: Question, id: str = "asks") -> Survey:
    """A survey; two questions unless told."""
    return Survey(
        id=id, words=words("五问"), questions=questions or (question("q1"), question("q2"))
    )


def script(
    *questions: Question,
    round: str = "spring",
    groups: tuple[Group, ...] = GROUPS,
    units: tuple[Unit, ...] = UNITS,
) -> Script:
    """A script of these questions."""
    return Script(round=round, survey=survey(*questions), groups=groups, units=units)


def a_round(*questions: Question, **kept: Any) -> Round:
    """A round that is always open."""
    made = script(*questions, **kept)
    return Round(id=made.round, script=made)


def word_round(groups: tuple[Group, ...] = GROUPS, units: tuple[Unit, ...] = UNITS) -> Round:
    """The standing round."""
    standing = survey(question("word", parent=open_form(), name="想说的话"), id="word")
    return Round(
        id="word", script=Script(round="word", survey=standing, groups=groups, units=units)
    )


def freed(
    text: Redacted, labels: Mapping[str, Any], *, question: str = "q1", unit: str = "newtown"
) -> Freed:
    """What somebody said, as it leaves the vault."""
    piece = Piece(
        id=os.urandom(16),
        reply_key=os.urandom(32),
        atom="a",
        question=question,
        dimension="怨",
        text=text,
        labels=labels,
    )
    return Freed(piece, "a", unit, "parent")
