"""The way in to everything people wrote as TOML: surveys, groups, sentences.

What comes with Tingwen is read once a process; an operator's survey again when its file changes. A file with a
mistake is refused whole (`Refused`), with all its mistakes: `content_problems` and `settings_problems` collect
those of every file for `tingwen check`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from bot.content.headcounts import read_file as read_headcounts
from bot.content.questions import Rules, group_problems, read_groups, read_rules, read_survey
from bot.content.wording import Texts, read_texts
from bot.core.people.headcounts import Counted
from bot.core.survey import LANGUAGES, Group, Language, Survey
from bot.settings import PlannedRound, Settings
from bot.settings.problem import Problem, Refused

T = TypeVar("T")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

EXPLANATIONS = ("problems", "telegram/problems", "wecom/problems")
"""Sentences for operators: the house's own, and what each platform may be found to say."""

STANDING = "word"
"""The survey, and the round, of what is said without being asked."""

COMMON = "five"
"""The preset whose groups are the common list all figures are kept by."""


def load_surveys(folder: Path | None = None) -> dict[str, Survey]:
    """The surveys by id: those that come along, and the operator's own of `folder`, which take the place of ours
    where the file has the same name. Refused where one of them has a mistake."""
    return {path.stem: load_survey_file(path) for path in survey_files(folder)}


def load_survey_file(path: Path) -> Survey:
    """The survey of one file, read again only when the file changed. Refused where it has a mistake."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise Refused((_unreadable(path, error),)) from error
    return _survey_as_of(path, changed)


def load_groups(preset: str) -> tuple[Group, ...]:
    """The groups of a preset, in the order they are offered. KeyError where there is no such preset."""
    return _accepted(*_read_groups())[preset]


def presets() -> tuple[str, ...]:
    """The names that `load_groups` knows."""
    return tuple(_accepted(*_read_groups()))


@cache
def load_texts() -> Texts:
    """All sentences for people."""
    return _accepted(*_read_texts(HERE / "texts"))


@cache
def load_explanations() -> Texts:
    """The sentences for operators: `{fault}.reason`, `{fault}.remedy`, and what `tingwen check` says itself."""
    first, *others = (_accepted(*_read_texts(HERE / folder)) for folder in EXPLANATIONS)
    for other in others:
        first |= other
    return first


def load_headcounts(settings: Settings) -> Mapping[tuple[str, str], int]:
    """People by unit id and group id as the table named in `[people]` has them; none where none is named.

    What is wrong in it is left out here and told by `settings_problems`.
    """
    preset = load_groups(settings.groups.preset)
    return _counted(settings, (*preset, *settings.groups.own))[0].people


def survey_files(folder: Path | None = None) -> tuple[Path, ...]:
    """Where the surveys stand, ours first."""
    files = {path.stem: path for path in sorted((HERE / "surveys").glob("*.toml"))}
    if folder is not None:
        files |= {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return tuple(files.values())


# All mistakes at once


def content_problems(folder: Path | None = None) -> tuple[Problem, ...]:
    """Everything wrong with surveys (the operator's of `folder` too), groups and sentences."""
    problems = [*_read_rules()[1], *_read_groups()[1]]
    for sentences in ("texts", "web", *EXPLANATIONS):
        problems += _read_texts(HERE / sentences)[1]
    for path in survey_files(folder):
        problems += _read_survey(path)[1]
    return tuple(problems)


def settings_problems(settings: Settings) -> tuple[Problem, ...]:
    """What is wrong with settings once one knows the content: groups and surveys that do not exist or fit, and the
    table of headcounts they name."""
    presets = _read_groups()[0]
    preset = presets.get(settings.groups.preset, ())
    groups = {group.id: group for group in (*preset, *settings.groups.own)}
    problems: list[Problem] = []
    if settings.groups.preset not in presets:
        facts = (("value", settings.groups.preset), ("known", ", ".join(presets)))
        problems.append(_wrong(settings, "groups.preset", "unknown_preset", facts))
    problems += _own_group_problems(settings, {group.id for group in preset}, presets[COMMON])
    problems += _headcount_problems(settings, tuple(groups))
    problems += _counted(settings, tuple(groups.values()))[1]
    problems += _round_problems(settings, groups)
    return tuple(problems)


def _own_group_problems(
    settings: Settings, taken: set[str], common: tuple[Group, ...]
) -> Iterator[Problem]:
    for place, group in enumerate(settings.groups.own, 1):
        key = f"groups.own[{place}]"
        # A group of one's own may be a line of its own.
        counted = frozenset((*(known.id for known in common), group.id))
        yield from group_problems(settings.file, key, group, counted, _read_rules()[0])
        if group.id in taken:
            facts = (("value", group.id), ("preset", settings.groups.preset))
            yield _wrong(settings, f"{key}.id", "group_taken", facts)


def _headcount_problems(settings: Settings, groups: tuple[str, ...]) -> Iterator[Problem]:
    for place, unit in enumerate(settings.units, 1):
        yield from _unknown_groups(
            settings, f"units[{place}].headcount", unit.headcount, groups
        )


def _counted(
    settings: Settings, groups: tuple[Group, ...]
) -> tuple[Counted, tuple[Problem, ...]]:
    file = settings.people.headcounts
    if file is None:
        return Counted(), ()
    return read_headcounts(file, tuple(planned.unit for planned in settings.units), groups)


def _round_problems(settings: Settings, groups: Mapping[str, Group]) -> Iterator[Problem]:
    surveys = {path.stem: path for path in survey_files(settings.content.surveys)}
    for place, planned in enumerate(settings.rounds, 1):
        key = f"rounds[{place}]"
        if planned.id == STANDING:
            yield _wrong(settings, f"{key}.id", "standing_round", (("value", STANDING),))
        yield from _unknown_groups(settings, f"{key}.groups", planned.groups, tuple(groups))
        if planned.survey in surveys:
            survey, mistakes = _read_survey(surveys[planned.survey])
            asked = [group for group in groups.values() if _is_asked(planned, group)]
            if not mistakes:
                yield from _nothing_to_ask(settings, f"{key}.groups", survey, asked)
        elif planned.survey:
            facts = (("value", planned.survey), ("known", ", ".join(surveys)))
            yield _wrong(settings, f"{key}.survey", "unknown_survey", facts)


def _is_asked(planned: PlannedRound, group: Group) -> bool:
    return group.id in planned.groups if planned.groups else not group.invited


def _nothing_to_ask(
    settings: Settings, key: str, survey: Survey, groups: Iterable[Group]
) -> Iterator[Problem]:
    for group in groups:
        if not any(question.form(group.audience) for question in survey.questions):
            facts = (("value", group.id), ("survey", survey.id), ("audience", group.audience))
            yield _wrong(settings, key, "nothing_to_ask", facts)


def _unknown_groups(
    settings: Settings, key: str, written: Iterable[str], groups: tuple[str, ...]
) -> Iterator[Problem]:
    for group in written:
        if group not in groups:
            facts = (("value", group), ("known", ", ".join(groups)))
            yield _wrong(settings, key, "unknown_group", facts)


def _wrong(
    settings: Settings, key: str, fault: str, facts: tuple[tuple[str, str], ...]
) -> Problem:
    return Problem(file=settings.file, key=key, fault=fault, facts=facts)


# Files


@lru_cache(maxsize=64)
def _survey_as_of(path: Path, _changed: int) -> Survey:
    return _accepted(*_read_survey(path))


def _read_survey(path: Path) -> tuple[Survey, tuple[Problem, ...]]:
    empty = Survey(id=path.stem, words={}, questions=())
    rules = _read_rules()[0]
    return _read(path, empty, lambda file, text: read_survey(path.stem, file, text, rules))


@cache
def _read_groups() -> tuple[Mapping[str, tuple[Group, ...]], tuple[Problem, ...]]:
    rules = _read_rules()[0]
    return _read(
        HERE / "groups.toml",
        {COMMON: ()},
        lambda file, text: read_groups(file, text, rules, COMMON),
    )


@cache
def _read_rules() -> tuple[Rules, tuple[Problem, ...]]:
    return _read(
        HERE / "rules.toml", Rules(parents_never=(), pupils=(), not_pupils=()), read_rules
    )


def _read_texts(folder: Path) -> tuple[Texts, tuple[Problem, ...]]:
    files: dict[Language, tuple[str, str]] = {}
    unread: list[Problem] = []
    for language in LANGUAGES:
        path = folder / f"{language}.toml"
        text, problems = _read(path, "", lambda _, text: (text, ()))
        files[language] = (_shown(path), text)
        unread += problems
    texts, problems = read_texts(files)
    return texts, (*unread, *problems)


def _read(
    path: Path, otherwise: T, understand: Callable[[str, str], tuple[T, tuple[Problem, ...]]]
) -> tuple[T, tuple[Problem, ...]]:
    """What the file holds and what is wrong with it; `otherwise` where it cannot even be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows editors begin with a BOM
    except (OSError, UnicodeDecodeError) as error:
        return otherwise, (_unreadable(path, error),)
    return understand(_shown(path), text)


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        return Problem(file=_shown(path), key="", fault="not_utf8")
    facts = (("error", error.strerror or str(error)),)
    return Problem(file=_shown(path), key="", fault="unreadable", facts=facts)


def _shown(path: Path) -> str:
    """The path as an operator at the project's root would type it."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _accepted(value: T, problems: tuple[Problem, ...]) -> T:
    grave = tuple(problem for problem in problems if not problem.warning)
    if grave:
        raise Refused(grave)
    return value
