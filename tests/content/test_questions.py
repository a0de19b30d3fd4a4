"""Surveys and groups as people write them, and what is told when they go wrong."""

import pytest

from bot.content.questions import Rules, read_groups, read_survey
from bot.core.survey import Option, Survey, When
from bot.settings.problem import Problem

RULES = Rules(parents_never=("四风",), pupils=("学生", "pupil"), not_pupils=("家长", "parent"))

HEAD = '[name]\nzh = "问"\nen = "Asks"\n'
WORDS = 'zh = "问"\nen = "Ask"\n'
OPEN = f'[questions.staff]\nkind = "open"\n{WORDS}'
YES_NO = '{ id = "yes", zh = "是", en = "Yes" }, { id = "no", zh = "否", en = "No" }'


def survey(text: str, name: str = "own") -> tuple[Survey, tuple[Problem, ...]]:
    return read_survey(name, "own.toml", text, RULES)


def question(id: str, form: str, more: str = "", dimension: str = "效") -> str:
    return f'[[questions]]\nid = "{id}"\ndimension = "{dimension}"\n{more}{form}'


def choice(audience: str = "parent", kind: str = "single", options: str = YES_NO) -> str:
    return f'[questions.{audience}]\nkind = "{kind}"\n{WORDS}options = [{options}]\n'


def when(asked: str, *options: str) -> str:
    return f"when = {{ question = {asked!r}, options = {list(options)!r} }}\n"


def test_a_whole_survey():
    read, problems = survey(
        HEAD
        + question(
            "q1", choice() + "own_words = true\n" + OPEN, 'name = {zh = "一", en = "1"}\n'
        )
        + question("q2", choice(options=YES_NO), when("q1", "yes"), dimension="")
        + question("q3", f'[questions.staff]\nkind = "rating"\nhigh = 4\n{WORDS}')
    )
    first, second, third = read.questions

    assert problems == ()
    assert (read.id, read.words["zh"]) == ("own", "问")
    assert first.name == {"zh": "一", "en": "1"}
    assert first.staff is not None
    assert first.staff.kind == "open"
    assert first.parent is not None
    assert first.parent.own_words
    assert first.parent.options[1] == Option("no", {"zh": "否", "en": "No"})
    assert second.when == When("q1", ("yes",))
    assert (second.staff, second.name, second.dimension) == (None, None, "")
    assert third.staff is not None
    assert (third.staff.low, third.staff.high) == (1, 4)


MANY = ", ".join(f'{{ id = "o{n}", zh = "选{n}", en = "O{n}" }}' for n in range(9))
NUMBER = f'[questions.staff]\nkind = "number"\n{WORDS}'

MISTAKES = [
    ("[name", "", "not_toml"),
    (HEAD, "questions", "no_questions"),
    ("questions = 1\n" + HEAD, "questions", "not_tables"),
    (question("q", OPEN), "name.zh", "missing"),
    (HEAD + 'author = "x"\n' + question("q", OPEN), "name.author", "unknown_key"),
    (HEAD + question("q", OPEN + "knid = 1\n"), "questions[1].staff.knid", "unknown_key_near"),
    (HEAD + question("q q", OPEN), "questions[1].id", "bad_id"),
    (HEAD + question("q", OPEN) + question("q", OPEN), "questions[2].id", "repeated"),
    (HEAD + question("q", OPEN, dimension="笑"), "questions[1].dimension", "unknown_dimension"),
    (HEAD + f'[[questions]]\nid = "q"\n{OPEN}', "questions[1].dimension", "missing"),
    (HEAD + question("q", ""), "questions[1]", "no_wording"),
    (
        HEAD + question("q", OPEN.replace('en = "Ask"\n', "")),
        "questions[1].staff.en",
        "missing",
    ),
    (HEAD + question("q", OPEN.replace("Ask", " ")), "questions[1].staff.en", "empty"),
    (
        HEAD + question("q", OPEN.replace("open", "essay")),
        "questions[1].staff.kind",
        "not_among",
    ),
    (
        HEAD + question("q", OPEN, 'name = {zh = "一", en = "123456789012345678901"}\n'),
        "questions[1].name.en",
        "label_too_long",
    ),
    (
        HEAD + question("q", choice(options=YES_NO.replace("是", "很" * 21))),
        "questions[1].parent.options[1].zh",
        "label_too_long",
    ),
    (
        HEAD + question("q", choice(options=YES_NO.replace("是", "😀" * 16))),
        "questions[1].parent.options[1].zh",
        "label_too_heavy",
    ),
    (
        HEAD + question("q", choice(options=MANY)),
        "questions[1].parent.options",
        "too_many_options",
    ),
    (
        HEAD + question("q", choice(options="")),
        "questions[1].parent.options",
        "too_few_options",
    ),
    (
        HEAD + question("q", choice(options=YES_NO.replace('"no"', '"yes"'))),
        "questions[1].parent.options[2].id",
        "repeated",
    ),
    (
        HEAD + question("q", choice(options=YES_NO.replace('"No"', '"Yes"'))),
        "questions[1].parent.options[2].en",
        "repeated",
    ),
    (
        HEAD + question("q", choice(options=YES_NO + ', {id = "x", zh = "x"}')),
        "questions[1].parent.options[3].en",
        "missing",
    ),
    (HEAD + question("q", choice(kind="open")), "questions[1].parent.options", "not_for_kind"),
    (
        HEAD + question("q", OPEN + "own_words = true\n"),
        "questions[1].staff.own_words",
        "not_for_kind",
    ),
    (HEAD + question("q", OPEN + "low = 1\n"), "questions[1].staff.low", "not_for_kind"),
    (HEAD + question("q", NUMBER + "low = 0\n"), "questions[1].staff.high", "missing"),
    (
        HEAD + question("q", NUMBER + "low = 9\nhigh = 9\n"),
        "questions[1].staff.high",
        "bounds_reversed",
    ),
    (
        HEAD + question("q", NUMBER.replace("number", "rating") + "high = 10\n"),
        "questions[1].staff.high",
        "out_of_range",
    ),
    (
        HEAD + question("q", choice().replace("问", "四风")),
        "questions[1].parent.zh",
        "not_for_parents",
    ),
    (
        HEAD + question("q", choice(options=YES_NO.replace("否", "有四风"))),
        "questions[1].parent.options[2].zh",
        "not_for_parents",
    ),
    (
        HEAD + question("q", choice(), 'name = {zh = "四风", en = "x"}\n'),
        "questions[1].name.zh",
        "not_for_parents",
    ),
    (
        HEAD + question("q", OPEN, when("p", "yes")),
        "questions[1].when.question",
        "when_unknown",
    ),
    (HEAD + question("q", OPEN, when("q", "yes")), "questions[1].when.question", "when_later"),
    (
        HEAD + question("q", OPEN, when("p", "yes")) + question("p", choice("staff")),
        "questions[1].when.question",
        "when_later",
    ),
    (
        HEAD + question("p", choice("staff")) + question("q", OPEN, when("p", "maybe")),
        "questions[2].when.options",
        "when_option",
    ),
    (
        HEAD
        + question("p", choice("staff"))
        + question("q", OPEN, "when = {question = 'p'}\n"),
        "questions[2].when.options",
        "missing",
    ),
    (
        HEAD + question("p", choice("staff")) + question("q", OPEN, when("p")),
        "questions[2].when.options",
        "empty",
    ),
    (
        HEAD + question("p", choice("parent")) + question("q", OPEN, when("p", "yes")),
        "questions[2].staff",
        "unreachable",
    ),
    (
        HEAD
        + question("p", choice() + OPEN)
        + question("q", OPEN + choice(), when("p", "yes")),
        "questions[2].staff",
        "unreachable",
    ),
]


@pytest.mark.parametrize(("text", "key", "fault"), MISTAKES)
def test_a_mistake_is_told_once_where_it_stands(text: str, key: str, fault: str):
    _, problems = survey(text)
    # A missing wording is told for each language; the first will do here.
    told = {(problem.key, problem.fault) for problem in problems if problem.key != "name.en"}

    assert told == {(key, fault)}


def test_all_mistakes_are_told_in_one_go():
    _, problems = survey(
        "\n".join((HEAD, question("q q", "", dimension="笑"), question("p", "")))
    )

    assert [(p.key, p.fault) for p in problems] == [
        ("questions[1].id", "bad_id"),
        ("questions[1].dimension", "unknown_dimension"),
        ("questions[1]", "no_wording"),
        ("questions[2]", "no_wording"),
    ]


def test_a_question_behind_an_unreachable_one_is_unreachable_too():
    chain = (
        question("p", choice("parent"))
        + question("q", choice("staff"), when("p", "yes"))
        + question("r", OPEN, when("q", "yes"))
    )
    _, problems = survey(HEAD + chain)

    assert [p.key for p in problems] == ["questions[2].staff", "questions[3].staff"]


def test_a_condition_that_fits_one_audience_is_enough_where_only_they_are_asked():
    chain = question("p", choice() + OPEN) + question("q", choice(), when("p", "yes", "no"))

    assert survey(HEAD + chain)[1] == ()


def test_a_files_name_must_do_as_an_id():
    _, problems = survey(HEAD + question("q", OPEN), name="my survey")

    assert [p.fault for p in problems] == ["bad_id"]


# Groups

COMMON = '[[five]]\nid = "masses"\nzh = "群众"\nen = "Staff"\n'


def groups(text: str) -> list[tuple[str, str]]:
    _, problems = read_groups("groups.toml", text, RULES, "five")
    return [(problem.key, problem.fault) for problem in problems]


def test_a_preset_keeps_its_order_and_says_where_it_counts():
    text = (
        COMMON + '[[mine]]\nid = "b"\nzh = "乙"\nen = "B"\ncommon = "masses"\ninvited = true\n'
    )
    presets, problems = read_groups("groups.toml", text, RULES, "five")
    (group,) = presets["mine"]

    assert problems == ()
    assert (group.common, group.invited, group.audience) == ("masses", True, "staff")


@pytest.mark.parametrize(
    ("text", "key", "fault"),
    [
        ('[[mine]]\nid = "b"\nzh = "乙"\nen = "B"', "mine[1].common", "not_common"),
        (
            '[[mine]]\nid = "b"\nzh = "乙"\nen = "B"\ncommon = "x"',
            "mine[1].common",
            "not_common",
        ),
        ('[[five]]\nid = "masses"\nzh = "众"\nen = "All"', "five[2].id", "repeated"),
        ('[[five]]\nid = "b"\nzh = "学生"\nen = "Young"', "five[2]", "pupils"),
        ('[[five]]\nid = "pupils"\nzh = "甲"\nen = "Young"', "five[2]", "pupils"),
        ('[[five]]\nid = "b"\nzh = "甲"\nen = "Pupils"', "five[2]", "pupils"),
        ('[[five]]\nid = "b"\nzh = "甲"', "five[2].en", "missing"),
        (
            '[[five]]\nid = "b"\nzh = "甲"\nen = "B"\nadult = true',
            "five[2].adult",
            "unknown_key",
        ),
    ],
)
def test_what_is_wrong_with_a_group_is_told(text: str, key: str, fault: str):
    assert groups(COMMON + text) == [(key, fault)]


def test_parents_of_pupils_are_not_pupils():
    assert (
        groups(COMMON + '[[five]]\nid = "parent"\nzh = "学生家长"\nen = "Pupils\' parents"')
        == []
    )
