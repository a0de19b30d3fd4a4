"""What comes with Tingwen is sound, and what the operator adds stands beside it."""

import os
import re
from pathlib import Path
from typing import get_args

import pytest

from bot.content.loader import (
    COMMON,
    content_problems,
    load_explanations,
    load_groups,
    load_survey_file,
    load_surveys,
    load_texts,
    settings_problems,
    survey_files,
)
from bot.core.people.headcounts import Fault
from bot.core.survey import LANGUAGES, Form, Question, Survey
from bot.settings.problem import Refused
from bot.settings.reading import read

OWN = """
[name]
zh = "食堂"
en = "Canteen"
[[questions]]
id = "q"
dimension = "怨"
[questions.staff]
kind = "open"
zh = "食堂怎么样？"
en = "How is the canteen?"
"""

SURVEYS = load_surveys()
PARENT_FORMS = [
    (survey, question, question.parent)
    for survey in SURVEYS.values()
    for question in survey.questions
    if question.parent
]


def fitting(text: str, folder: Path = Path("/srv")) -> list[tuple[str, str]]:
    loaded = read(text, file="config.toml", folder=folder, environment={})
    assert loaded.problems == ()
    return [(p.key, p.fault) for p in settings_problems(loaded.settings)]


# What comes along


def test_everything_that_comes_along_is_sound():
    assert content_problems() == ()


@pytest.mark.parametrize(
    ("survey", "names", "dimensions"),
    [
        ("kunshan", "问效 问怨 问症 问需 问策", "效 怨 症 需 策"),
        ("provincial", "问效 问怨 问症 问策", "效 怨 症 策"),
        ("school", "问差距 问诉求 问举措 问良策", "差距 需 举措 策"),
        ("three", "问政 问计 问需", "政 策 需"),
    ],
)
def test_the_question_sets_are_those_of_the_plans(survey: str, names: str, dimensions: str):
    questions = SURVEYS[survey].questions

    assert [q.name["zh"] for q in questions if q.name] == names.split()
    assert [q.dimension for q in questions] == dimensions.split()
    assert all(q.staff and q.staff.kind == "open" for q in questions)


def test_the_provinces_questions_are_kunshans_word_for_word():
    kunshan = {question.id: question for question in SURVEYS["kunshan"].questions}

    assert all(kunshan[q.id] == q for q in SURVEYS["provincial"].questions)


def test_what_nobody_asked_for_counts_under_no_dimension():
    (question,) = SURVEYS["word"].questions

    assert question.dimension == ""
    assert all(form and form.kind == "open" for form in (question.staff, question.parent))


@pytest.mark.parametrize("survey", ["kunshan", "provincial", "school", "three"])
def test_parents_may_answer_every_question_by_one_digit_or_in_their_own_words(survey: str):
    forms = [question.parent for question in SURVEYS[survey].questions]

    assert all(form and form.kind == "single" and form.own_words for form in forms)


@pytest.mark.parametrize(("survey", "question", "form"), PARENT_FORMS)
def test_parents_are_spoken_to_in_short_sentences(
    survey: Survey, question: Question, form: Form
):
    sentences = re.split(r"[。？！；]", form.words["zh"])

    assert max(map(len, sentences)) <= 15, (survey.id, question.id)
    assert "您" not in form.words["zh"]


@pytest.mark.parametrize(("survey", "question", "form"), PARENT_FORMS)
def test_labels_for_parents_stay_short_in_chinese(
    survey: Survey, question: Question, form: Form
):
    assert all(len(o.words["zh"]) <= 8 for o in form.options), (survey.id, question.id)


def test_the_five_listens_stand_word_for_word():
    shown = [group for group in load_groups("five") if not group.invited]

    assert [g.words["zh"] for g in shown] == [
        "普通党员",
        "群众",
        "一线教师",
        "老同志",
        "党外人士",
        "学生家长",
    ]


@pytest.mark.parametrize("preset", ["five", "four", "school"])
def test_figures_of_every_preset_add_up_in_the_common_list(preset: str):
    common = {group.id for group in load_groups(COMMON)}
    groups = load_groups(preset)

    assert {group.common or group.id for group in groups} <= common
    assert [g.id for g in groups if g.audience == "parent"] == ["parent"]


def test_the_provinces_groups_stand_word_for_word_and_delegates_come_by_invitation():
    groups = load_groups("four")

    assert [g.words["zh"] for g in groups[:4]] == [
        "普通干部群众",
        "服务对象",
        "离退休老同志",
        "党外人士",
    ]
    assert [g.words["zh"] for g in groups if g.invited] == [
        "行风监督员",
        "效能督导员",
        "两代表一委员",
    ]


def test_there_is_no_fourth_preset():
    with pytest.raises(KeyError):
        load_groups("six")


def test_a_sentence_comes_from_its_file():
    texts = load_texts()

    assert texts is load_texts()
    assert all(texts.say(language, "group.card") for language in LANGUAGES)


# The operator's own


def test_an_own_survey_stands_beside_ours_and_takes_the_place_of_one(tmp_path: Path):
    (tmp_path / "canteen.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "kunshan.toml").write_text(OWN, encoding="utf-8")
    surveys = load_surveys(tmp_path)

    assert set(surveys) == set(SURVEYS) | {"canteen"}
    assert surveys["canteen"].words["zh"] == surveys["kunshan"].words["zh"] == "食堂"
    assert surveys["provincial"] == SURVEYS["provincial"]


def test_an_own_survey_is_read_again_only_when_it_changed(tmp_path: Path):
    path = tmp_path / "canteen.toml"
    path.write_text(OWN, encoding="utf-8")
    first = load_survey_file(path)

    assert load_survey_file(path) is first
    path.write_text(OWN.replace("食堂", "校车"), encoding="utf-8")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert load_survey_file(path).words["zh"] == "校车"


def test_a_survey_with_a_mistake_is_refused_with_all_of_them(tmp_path: Path):
    path = tmp_path / "canteen.toml"
    path.write_text(OWN.replace("怨", "冤").replace("open", "essay"), encoding="utf-8")

    with pytest.raises(Refused) as refused:
        load_survey_file(path)
    assert [p.fault for p in refused.value.problems] == ["unknown_dimension", "not_among"]
    assert content_problems(tmp_path) == refused.value.problems


def test_a_survey_with_nothing_but_warnings_is_used(tmp_path: Path):
    path = tmp_path / "canteen.toml"
    path.write_text(OWN.replace("[questions.staff]", 'name = {zh = "%s", en = "x"}\n[questions.staff]' % ("😀" * 16)), encoding="utf-8")  # fmt: skip

    assert [p.warning for p in content_problems(tmp_path)] == [True]
    assert load_survey_file(path).questions


@pytest.mark.parametrize(
    ("content", "fault"), [(OWN.encode("gb18030"), "not_utf8"), (None, "unreadable")]
)
def test_a_survey_that_cannot_be_read_is_told(
    content: bytes | None, fault: str, tmp_path: Path
):
    path = tmp_path / "canteen.toml"
    path.write_bytes(content) if content else path.symlink_to(tmp_path / "nowhere")

    assert [p.fault for p in content_problems(tmp_path)] == [fault]
    with pytest.raises(Refused):
        load_survey_file(path)


def test_ours_come_first_where_surveys_are_listed(tmp_path: Path):
    (tmp_path / "a.toml").write_text(OWN, encoding="utf-8")

    assert [path.stem for path in survey_files(tmp_path)][-1] == "a"


# Settings and content together

ROUND = "[[rounds]]\nid = 'r'\nopens = 2027-03-01\ncloses = 2027-03-02\n"
NURSE = "[[groups.own]]\nid = 'nurse'\nzh = '校医'\nen = 'Nurses'\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", []),
        ("[groups]\npreset = 'six'", [("groups.preset", "unknown_preset")]),
        (NURSE, []),
        (NURSE + "common = 'teacher'", []),
        (NURSE + "common = 'doctor'", [("groups.own[1].common", "not_common")]),
        (NURSE.replace("nurse", "teacher"), [("groups.own[1].id", "group_taken")]),
        (NURSE.replace("校医", "学生会"), [("groups.own[1]", "pupils")]),
        (NURSE + ROUND + "survey = 'kunshan'\ngroups = ['nurse', 'parent', 'delegate']", []),
        (
            ROUND.replace("'r'", "'word'") + "survey = 'word'",
            [("rounds[1].id", "standing_round")],
        ),
        (ROUND + "survey = 'kunsan'", [("rounds[1].survey", "unknown_survey")]),
        (ROUND + "survey = 'word'\ngroups = ['all']", [("rounds[1].groups", "unknown_group")]),
        (
            "[[units]]\nid = 'a'\nname = 'A'\nheadcount = {teacher = 3, cook = 1}",
            [("units[1].headcount", "unknown_group")],
        ),
    ],
)
def test_settings_must_fit_the_content(text: str, told: list[tuple[str, str]]):
    assert fitting(text) == told


def test_a_round_that_has_nothing_to_ask_a_group_is_told(tmp_path: Path):
    (tmp_path / "canteen.toml").write_text(OWN, encoding="utf-8")
    own = f"[content]\nsurveys = '.'\n{ROUND}survey = 'canteen'\n"

    assert fitting(own, tmp_path) == [("rounds[1].groups", "nothing_to_ask")]
    assert fitting(own + "groups = ['teacher']", tmp_path) == []


# The sentences for operators


def test_every_fault_that_is_noted_can_be_explained():
    """The names of faults in the code are those of the sentences: none without one, none to spare."""
    root = Path(__file__).parents[2] / "bot"
    handlers = root.parent / "handlers"
    sources = [
        *root.glob("settings/*.py"),
        *root.glob("content/*.py"),
        *root.glob("channels/*/selfcheck.py"),
        *(root / "channels" / f"{name}.py" for name in ("mail", "hook")),
        *root.glob("app/*.py"),
        root / "verbs" / "doctor.py",
        handlers / "upkeep.py",
    ]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    built = {f"not_{kind}" for kind in ("text", "flag", "number", "texts", "table", "tables")}
    built |= {"bad_wecom_token", "bad_wecom_aes_key", "bad_wecom_robots", "bad_hook_secret"}
    built |= {"bad_metrics_token"}
    built |= {f"headcounts.{fault}" for fault in (*get_args(Fault), "unknown_unit_near")}
    explained = {
        key.removesuffix(".reason") for key in load_explanations() if key.endswith(".reason")
    }

    assert all(f"{fault}.remedy" in load_explanations() for fault in explained)
    assert [fault for fault in explained - built if f'"{fault}"' not in code] == []
    noted = re.findall(
        r'fault="(\w+)"|Wrong\(\s*"(\w+)"|\.(?:wrong|doubtful)\([^"()]*"[^"]*", "(\w+)"', code
    )
    assert {name for found in noted for name in found if name} <= explained
