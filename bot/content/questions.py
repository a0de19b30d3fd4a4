"""Reads a survey and a list of groups from TOML, and says everything that is wrong with them at once.

Shape and types are `Table`'s work; here stand the rules of asking: what a kind of question needs, what fits on a
button, which words parents must not meet, and whether a question can be reached at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast, get_args

from bot.core.survey import (
    DIMENSIONS,
    LANGUAGES,
    MOST_OPTIONS,
    Audience,
    Form,
    Group,
    Kind,
    Option,
    Question,
    Survey,
    When,
    Words,
)
from bot.settings.groups import AUDIENCES, check_label, read_group, read_words
from bot.settings.problem import Problem
from bot.settings.table import ID, Table, check_distinct, parse_toml

KINDS: tuple[Kind, ...] = get_args(Kind)

HIGHEST_RATING = 8
"""9 goes back and 0 skips, so a rating ends at 8."""
HIGHEST_NUMBER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The words the checks look for (`rules.toml`)."""

    parents_never: tuple[str, ...]
    pupils: tuple[str, ...]
    not_pupils: tuple[str, ...]


def read_rules(file: str, text: str) -> tuple[Rules, tuple[Problem, ...]]:
    """The rules' words."""
    problems: list[Problem] = []
    with Table(file, parse_toml(file, text, problems), problems) as root:
        rules = Rules(
            parents_never=root.texts("parents_never"),
            pupils=root.texts("pupils"),
            not_pupils=root.texts("not_pupils"),
        )
    return rules, tuple(problems)


# Surveys


def read_survey(
    survey_id: str, file: str, text: str, rules: Rules
) -> tuple[Survey, tuple[Problem, ...]]:
    """The survey as far as it could be read, and everything wrong with it."""
    problems: list[Problem] = []
    values = parse_toml(file, text, problems)
    if problems:
        return Survey(id=survey_id, words={}, questions=()), tuple(problems)
    with Table(file, values, problems) as root:
        if not ID.fullmatch(survey_id):
            root.wrong("", "bad_id", value=survey_id)
        with root.table("name") as name:
            words = read_words(name)
        read = [(table, _question(table, rules)) for table in root.tables("questions")]
        if not read and not any(problem.key == "questions" for problem in problems):
            root.wrong("questions", "no_questions")
    check_distinct((t for t, _ in read), "id", (q.id for _, q in read))
    _check_conditions(read)
    survey = Survey(
        id=survey_id, words=words, questions=tuple(question for _, question in read)
    )
    return survey, tuple(problems)


def _question(table: Table, rules: Rules) -> Question:
    with table:
        question_id = table.identity()
        dimension = _dimension(table)
        forms = {audience: _form(table, audience, rules) for audience in AUDIENCES}
        if not any(table.has(audience) for audience in AUDIENCES):
            table.wrong("", "no_wording")
        return Question(
            id=question_id,
            dimension=dimension,
            name=_name(table, rules, plain=table.has("parent")),
            staff=forms["staff"],
            parent=forms["parent"],
            when=_when(table),
        )


def _dimension(table: Table) -> str:
    if not table.has("dimension"):
        table.wrong("dimension", "missing")
    dimension = table.text("dimension")
    if dimension and dimension not in DIMENSIONS:
        table.wrong(
            "dimension", "unknown_dimension", value=dimension, known=" ".join(DIMENSIONS)
        )
    return dimension


def _name(table: Table, rules: Rules, *, plain: bool) -> Words | None:
    if not table.has("name"):
        return None
    with table.table("name") as name:
        words = read_words(name)
        check_label(name, words)
        if plain:
            _check_plain(name, words, rules)
    return words


def _when(table: Table) -> When | None:
    if not table.has("when"):
        return None
    with table.table("when") as when:
        question, options = when.needed("question"), when.texts("options")
        if not options:
            when.wrong("options", "empty" if when.has("options") else "missing")
    return When(question, options)


def _form(table: Table, audience: Audience, rules: Rules) -> Form | None:
    if not table.has(audience):
        return None
    with table.table(audience) as form:
        if not form.has("kind"):
            form.wrong("kind", "missing")
        kind = cast(Kind, form.choice("kind", "open", KINDS))
        words = read_words(form)
        options = _options(form, kind)
        own_words = form.flag("own_words")
        if own_words and kind not in ("single", "multiple"):
            form.wrong("own_words", "not_for_kind", kind=kind)
        low, high = _bounds(form, kind)
        name = _name(form, rules, plain=audience == "parent")
        if audience == "parent":
            _check_plain(form, words, rules)
            for place, option in enumerate(options, 1):
                _check_plain(form, option.words, rules, f"options[{place}].")
    return Form(
        kind=kind,
        words=words,
        options=options,
        own_words=own_words,
        low=low,
        high=high,
        name=name,
    )


def _options(form: Table, kind: Kind) -> tuple[Option, ...]:
    read: list[tuple[Table, Option]] = []
    for table in form.tables("options"):
        with table:
            option_id = table.identity()
            words = read_words(table)
            check_label(table, words)
            read.append((table, Option(option_id, words)))
    if kind not in ("single", "multiple"):
        if form.has("options"):
            form.wrong("options", "not_for_kind", kind=kind)
    elif len(read) < 2:
        form.wrong("options", "too_few_options", kind=kind)
    elif len(read) > MOST_OPTIONS:
        form.wrong("options", "too_many_options", most=str(MOST_OPTIONS), count=str(len(read)))
    tables = [table for table, _ in read]
    check_distinct(tables, "id", (option.id for _, option in read))
    for language in LANGUAGES:
        check_distinct(tables, language, (option.words[language] for _, option in read))
    return tuple(option for _, option in read)


def _bounds(form: Table, kind: Kind) -> tuple[int, int]:
    for key in ("low", "high"):
        written = form.has(key)
        if written and kind not in ("rating", "number"):
            form.wrong(key, "not_for_kind", kind=kind)
        elif not written and kind == "number":
            form.wrong(key, "missing")
    least, most = (1, HIGHEST_RATING) if kind == "rating" else (0, HIGHEST_NUMBER)
    low, high = form.number("low", 1, least, most), form.number("high", 5, least, most)
    if low >= high:
        form.wrong("high", "bounds_reversed", low=str(low), high=str(high))
    return low, high


# Conditions: a question that nobody can ever be asked is a mistake, not a choice


def _check_conditions(read: list[tuple[Table, Question]]) -> None:
    later = [question.id for _, question in read]
    earlier: dict[str, Question] = {}
    reached: set[tuple[str, Audience]] = set()
    for table, question in read:
        later.remove(question.id)
        if question.when is None or _condition_stands(table, question, earlier, later):
            reached |= {
                (question.id, audience)
                for audience in AUDIENCES
                if question.form(audience)
                and _may_be_asked(table, question, audience, earlier, reached)
            }
        if question.id not in earlier:
            earlier[question.id] = question


def _condition_stands(
    table: Table, question: Question, earlier: Mapping[str, Question], later: Iterable[str]
) -> bool:
    """Whether the condition names an earlier question and options it has."""
    when = question.when
    if when is None or not when.question or not when.options:
        return False
    asked = earlier.get(when.question)
    if asked is None:
        is_later = when.question in later or when.question == question.id
        table.wrong(
            "when.question", "when_later" if is_later else "when_unknown", value=when.question
        )
        return False
    known = {option.id for audience in AUDIENCES for option in _options_of(asked, audience)}
    unknown = [option for option in when.options if option not in known]
    for option in unknown:
        facts = {
            "value": option,
            "question": asked.id,
            "known": ", ".join(sorted(known)) or "-",
        }
        table.wrong("when.options", "when_option", **facts)
    return not unknown


def _may_be_asked(
    table: Table,
    question: Question,
    audience: Audience,
    earlier: Mapping[str, Question],
    reached: set[tuple[str, Audience]],
) -> bool:
    """Whether this audience can ever give the answer the condition waits for; a problem where not."""
    when = question.when
    if when is None:
        return True
    asked = earlier[when.question]
    given = {option.id for option in _options_of(asked, audience)}
    if (asked.id, audience) in reached and given.intersection(when.options):
        return True
    table.wrong(audience, "unreachable", question=asked.id)
    return False


def _options_of(question: Question, audience: Audience) -> tuple[Option, ...]:
    form = question.form(audience)
    return form.options if form else ()


# Groups


def read_groups(
    file: str, text: str, rules: Rules, common: str
) -> tuple[dict[str, tuple[Group, ...]], tuple[Problem, ...]]:
    """The presets by name. `common` is the preset whose groups are the common list."""
    problems: list[Problem] = []
    presets: dict[str, tuple[Group, ...]] = {common: ()}
    with Table(file, parse_toml(file, text, problems), problems) as root:
        for preset in root:
            read = [(table, read_group(table)) for table in root.tables(preset)]
            presets[preset] = tuple(group for _, group in read)
            check_distinct((t for t, _ in read), "id", (g.id for _, g in read))
        known = frozenset(group.id for group in presets.get(common, ()))
        for preset, groups in presets.items():
            for place, group in enumerate(groups, 1):
                problems += group_problems(file, f"{preset}[{place}]", group, known, rules)
    return presets, tuple(problems)


def group_problems(
    file: str, key: str, group: Group, common: frozenset[str], rules: Rules
) -> Iterable[Problem]:
    """What is wrong with a group beside its shape: pupils are never asked, and figures must add up."""
    if _means_pupils(group, rules):
        yield Problem(file=file, key=key, fault="pupils", facts=(("value", group.id),))
    if (group.common or group.id) not in common:
        facts = (("value", group.common or group.id), ("known", ", ".join(sorted(common))))
        yield Problem(file=file, key=f"{key}.common", fault="not_common", facts=facts)


def _means_pupils(group: Group, rules: Rules) -> bool:
    def holds(name: str, words: tuple[str, ...]) -> bool:
        return any(word in name.casefold() for word in words)

    names = (group.id, *group.words.values())
    return any(holds(n, rules.pupils) and not holds(n, rules.not_pupils) for n in names)


# Words for parents


def _check_plain(table: Table, words: Words, rules: Rules, path: str = "") -> None:
    for language, said in words.items():
        for word in rules.parents_never:
            if word in said:
                table.wrong(f"{path}{language}", "not_for_parents", value=word)
