"""What a survey is: questions as data, each with a wording for staff and one for parents.

A `Survey` comes from TOML written by people who do not program. `bound` to a round's groups and units it becomes
a `Script`: what one conversation follows from the first card to the last. A running session pins its script by
digest, so a text changed on Tuesday never moves the ground under somebody who began on Monday.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

Audience = Literal["staff", "parent"]
"""Whose wording is used: parents are spoken to in plain words and may answer by taps alone."""

Kind = Literal["open", "single", "multiple", "rating", "number"]

DIMENSIONS = ("效", "怨", "症", "需", "策", "政", "差距", "举措")
"""The one list every question set maps to, so that figures add up across sets."""

MOST_OPTIONS = 8
"""Digits 1 to 8 pick an option; 9 goes back and 0 skips."""

RATING = "rating"
"""The id of surveys in which people rate what was done: nobody is led into one who did not follow its link."""

RATINGS = "rate_"
"""How the rounds of such surveys begin: what is said there is about a notice, and no opinion of its own."""

APPRAISAL = "appraisal"
"""The id of surveys in which a meeting rates its leading team: only for those who have a vote."""

BY_THEMSELVES = frozenset({RATING, APPRAISAL})
"""Surveys whose answers are counted by themselves and in no digest; one comes to them by their name alone."""

Words = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be tapped."""

    id: str
    words: Words


@dataclass(frozen=True, slots=True)
class When:
    """A question is asked only when an earlier one was answered with one of these options."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a question is put to one audience."""

    kind: Kind
    words: Words
    options: tuple[Option, ...] = ()
    own_words: bool = False
    """With options: a typed sentence is an answer too."""
    low: int = 1
    high: int = 5
    """The bounds of a rating or a number."""
    name: Words | None = None
    """A short name in this audience's own words; the question's where there is none."""

    def option(self, id: str) -> Option | None:
        """The option of that id."""
        return next((o for o in self.options if o.id == id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing asked; it counts under one dimension."""

    id: str
    dimension: str
    staff: Form | None
    parent: Form | None
    when: When | None = None
    name: Words | None = None
    """A short name (问效) for the preview and the papers; the wording itself where there is none."""

    def form(self, audience: Audience) -> Form | None:
        """Its wording for that audience; None where it is not put to them."""
        return self.staff if audience == "staff" else self.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A named set of questions."""

    id: str
    words: Words
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Who somebody is among those listened to (五听 and parents)."""

    id: str
    words: Words
    audience: Audience = "staff"
    common: str = ""
    """The group of the common list it counts under, where a preset names it differently."""
    invited: bool = False
    """Joined by invitation only (supervisors, delegates); not shown to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A school or an office; units form a tree."""

    id: str
    name: str
    parent: str = ""
    type: str = ""
    also: tuple[str, ...] = ()
    """Other names people type for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A survey bound to a round: everything one conversation needs, complete in itself."""

    round: str
    survey: Survey
    groups: tuple[Group, ...]
    units: tuple[Unit, ...]

    def question(self, id: str) -> Question | None:
        """The question of that id."""
        return next((q for q in self.survey.questions if q.id == id), None)

    def group(self, id: str) -> Group | None:
        """The group of that id."""
        return next((g for g in self.groups if g.id == id), None)

    def unit(self, id: str) -> Unit | None:
        """The unit of that id."""
        return next((u for u in self.units if u.id == id), None)
