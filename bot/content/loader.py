"""The way in to everything people wrote as TOML: surveys, groups, sentences.

What comes with Tingwen is read once a process; an operator's survey again when its file changes. A file with a
mistake is refused whole (`Refused`), with all its mistakes: `content_problems` and `settings_problems` collect
those of every file for `tingwen check`.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from bot.content.questions import Rules, group_problems, read_groups, read_rules, read_survey
from bot.content.wording import Texts, read_texts
from bot.core.survey import LANGUAGES, Group, Language, Survey
from bot.settings import Settings
from bot.settings.problem import Problem, Refused

T = TypeVar("T")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

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
    return _presets()[preset]


def presets() -> tuple[str, ...]:
    """The names `load_groups` knows."""
    return tuple(_presets())


@cache
def load_texts() -> Texts:
    """All sentences for people."""
    return _accepted(*_read_texts(HERE / "texts"))


@cache
def load_explanations() -> Texts:
    """The sentences for operators: `{fault}.reason`, `{fault}.remedy`, and what `tingwen check` says itself."""
    return _accepted(*_read_texts(HERE / "problems"))


def survey_files(folder: Path | None = None) -> tuple[Path, ...]:
    """Where the surveys stand, ours first."""
    files = {path.stem: path for path in sorted((HERE / "surveys").glob("*.toml"))}
    if folder is not None:
        files |= {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return tuple(files.values())


# All mistakes at once


def content_problems(folder: Path | None = None) -> tuple[Problem, ...]:
    """Everything wrong with surveys (the operator's of `folder` too), groups and sentences."""
    problems = [*_read_texts(HERE / "texts")[1], *_read_groups()[1]]
    for path in survey_files(folder):
        problems += _read_survey(path)[1]
    return tuple(problems)


def settings_problems(settings: Settings) -> tuple[Problem, ...]:
    """What is wrong with settings as soon as one knows the content: groups and surveys that do not exist."""
    return (
        *_preset_problems(settings),
        *_own_group_problems(settings),
        *_round_problems(settings),
        *_headcount_problems(settings),
    )


def _preset_problems(settings: Settings) -> list[Problem]:
    if settings.groups.preset in _presets():
        return []
    return [
        _unknown(settings, "groups.preset", "unknown_preset", settings.groups.preset, presets())
    ]


def _own_group_problems(settings: Settings) -> list[Problem]:
    common = frozenset(group.id for group in load_groups(COMMON))
    preset = {group.id for group in _presets().get(settings.groups.preset, ())}
    problems: list[Problem] = []
    for place, group in enumerate(settings.groups.own, 1):
        key = f"groups.own[{place}]"
        problems += group_problems(settings.file, key, group, common | {group.id}, _rules())
        if group.id in preset:
            facts = (("value", group.id), ("preset", settings.groups.preset))
            problems.append(
                Problem(file=settings.file, key=f"{key}.id", fault="group_taken", facts=facts)
            )
    return problems


def _round_problems(settings: Settings) -> list[Problem]:
    surveys = [path.stem for path in survey_files(settings.content.surveys)]
    groups = _group_ids(settings)
    problems: list[Problem] = []
    for place, planned in enumerate(settings.rounds, 1):
        key = f"rounds[{place}]"
        if planned.survey not in surveys:
            problems.append(
                _unknown(settings, f"{key}.survey", "unknown_survey", planned.survey, surveys)
            )
        problems += [
            _unknown(settings, f"{key}.groups", "unknown_group", group, groups)
            for group in planned.groups
            if group not in groups
        ]
    return problems


def _headcount_problems(settings: Settings) -> list[Problem]:
    groups = _group_ids(settings)
    return [
        _unknown(settings, f"units[{place}].headcount", "unknown_group", group, groups)
        for place, unit in enumerate(settings.units, 1)
        for group in unit.headcount
        if group not in groups
    ]


def _group_ids(settings: Settings) -> list[str]:
    preset = _presets().get(settings.groups.preset, ())
    return [group.id for group in (*preset, *settings.groups.own)]


def _unknown(
    settings: Settings, key: str, fault: str, value: str, known: list[str] | tuple[str, ...]
) -> Problem:
    facts = (("value", value), ("known", ", ".join(known)))
    return Problem(file=settings.file, key=key, fault=fault, facts=facts)


# Files


@lru_cache(maxsize=64)
def _survey_as_of(path: Path, _changed: int) -> Survey:
    return _accepted(*_read_survey(path))


def _read_survey(path: Path) -> tuple[Survey, tuple[Problem, ...]]:
    empty = Survey(id=path.stem, words={}, questions=())
    return _read(path, empty, lambda file, text: read_survey(path.stem, file, text, _rules()))


@cache
def _presets() -> Mapping[str, tuple[Group, ...]]:
    return _accepted(*_read_groups())


def _read_groups() -> tuple[dict[str, tuple[Group, ...]], tuple[Problem, ...]]:
    return _read(
        HERE / "groups.toml", {}, lambda file, text: read_groups(file, text, _rules(), COMMON)
    )


@cache
def _rules() -> Rules:
    return _accepted(*_read_rules())


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
