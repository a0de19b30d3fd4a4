"""The recorded Friday of what goes apart, read as an intruder and as each of the staff reads it: files, output, messages."""

import io
import re
import sqlite3
import zipfile

import pytest

from tests.privacy.apart import (
    CALLS,
    HEAD,
    HERE,
    LEADER,
    NOWHERE,
    PERSONAL,
    PHONE,
    PLAIN,
    SECOND,
    SECRETARY,
    WAITS,
    Friday,
    live,
)
from tests.privacy.test_blackbox_week import ENCODINGS, FORMS, everything, in_every_encoding
from tests.reports.test_portable import text_of as printed

MOMENTS = ("called", "after kill -9", "late", "after the tick", "sent", "after all")
BEFORE_THE_TICK = MOMENTS[:3]
NAMES = (SECOND, SECRETARY, HEAD)
STAFF = ("office", "duty", "near", "seat", "above")


@pytest.fixture(scope="module")
def friday(tmp_path_factory: pytest.TempPathFactory) -> Friday:
    return live(tmp_path_factory.mktemp("friday"))


def heard(friday: Friday, who: str, moment: str = "after all") -> str:
    """All that this one of the staff had been shown by then."""
    return "\n".join(friday.heard[moment][who])


def bare(words: str) -> str:
    """The part of a sentence in which nobody is named."""
    for name in (*NAMES, PHONE, "校长", "〔姓名〕", "〔电话〕"):
        words = words.replace(name, " ")
    return max(words.split(), key=len)


def text_of(paper: bytes) -> str:
    """What stands in a docx, xlsx or PDF."""
    if paper.startswith(b"%PDF"):
        return printed(paper)
    with zipfile.ZipFile(io.BytesIO(paper)) as packed:
        parts = [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    return re.sub(r"<[^>]+>", "", "\n".join(parts))


# -- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_nobodys_id_stands_in_any_file(friday: Friday, moment: str, form: str):
    content = everything(friday, moment)

    assert not [id for id in friday.tokens for needle in FORMS[form](id) if needle in content]


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_receipt_and_no_telephone_stands_in_any_file(friday: Friday, moment: str):
    content = everything(friday, moment)
    spelled = [form for r in friday.receipts for form in (r, r.replace(" ", ""))]

    assert len(set(friday.receipts)) == 10
    for one in (*spelled, PHONE):
        assert not [form for form in in_every_encoding(one) if form in content]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("moment", BEFORE_THE_TICK)
def test_what_nobody_called_about_can_be_read_nowhere_before_the_tick(
    friday: Friday, moment: str, encoding: str
):
    content = everything(friday, moment)
    waiting = [bare(words) for words in (WAITS, *PERSONAL, *PLAIN)]

    assert not [words for words in waiting if words.encode(encoding) in content]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("moment", MOMENTS[:-1])
def test_no_common_paper_and_no_file_of_the_house_has_a_leaders_name_in_clear(
    friday: Friday, moment: str, name: str
):
    content = everything(friday, moment)

    assert not [form for form in in_every_encoding(name) if form in content]


@pytest.mark.parametrize("name", NAMES)
def test_in_the_end_a_leaders_name_stands_in_personal_files_alone(friday: Friday, name: str):
    holding = {
        path
        for path, content in friday.files["after all"].items()
        if name
        in (
            text_of(content)
            if content.startswith(b"PK")
            else content.decode("utf-8", "replace")
        )
    }

    assert holding
    assert {path.split("/")[0] for path in holding} == {"apart"}
    assert (friday.folder / "apart").stat().st_mode & 0o777 == 0o700


# -- what cannot wait -----------------------------------------------------------------------------------------------


def test_a_row_of_what_cannot_wait_has_a_day_and_the_school_only_where_the_tap_said_so(
    friday: Friday,
):
    rows = friday.rows("SELECT day, unit, apart, text FROM urgent")

    assert {day for day, *_ in rows} == {"2026-09-18"}
    assert {(unit, bare(str(text))) for _, unit, _, text in rows} == {
        ("no1", bare(HERE)),
        ("", bare(NOWHERE)),
        ("", bare(LEADER)),
    }
    assert {bare(str(text)) for *_, apart, text in rows if apart} == {bare(LEADER)}


def test_the_minute_is_gone_once_somebody_has_it_or_all_were_told(friday: Friday):
    assert friday.rows("SELECT DISTINCT at FROM urgent") == [(0,)]


def test_a_row_of_what_cannot_wait_says_no_group_and_joins_no_opinion(friday: Friday):
    for row in friday.rows("SELECT * FROM urgent"):
        assert "teacher" not in repr(row)
    assert friday.rows("SELECT count(*) FROM urgent JOIN opinion USING (lookup)") == [(0,)]
    kept = {text for (text,) in friday.rows("SELECT text FROM opinion")}
    assert not [text for text in kept if bare(HERE) in str(text) or bare(NOWHERE) in str(text)]


def test_numbers_of_what_cannot_wait_do_not_count_up(friday: Friday):
    numbers = sorted(int(str(n)) for (n,) in friday.rows("SELECT number FROM urgent"))

    assert len(numbers) == 3
    assert numbers[0] >= 1000
    assert numbers != list(range(numbers[0], numbers[0] + 3))


def test_who_is_on_duty_reads_masked_words_and_not_who_wrote_them(friday: Friday):
    said = heard(friday, "duty", "called")

    for words in (HERE, NOWHERE, LEADER):
        assert bare(words) in said
    for name in (*NAMES, PHONE, "教师", *friday.people, *friday.receipts):
        assert name not in said
    assert bare(WAITS) not in said


def test_the_school_is_named_where_the_tap_said_so_and_nowhere_else(friday: Friday):
    told = [text for text in friday.heard["called"]["duty"] if "急办" in text]

    assert {bare(w) for w in CALLS for t in told if bare(w) in t and "第一中学" in t} == {
        bare(HERE)
    }


@pytest.mark.parametrize("who", ["office", "near", "seat", "above"])
def test_nobody_else_is_told_while_somebody_may_still_take_it(friday: Friday, who: str):
    assert "急办 " not in "\n".join(
        text for text in friday.heard["called"][who] if bare(HERE) in text
    )
    assert bare(NOWHERE) not in heard(friday, who, "called")


def test_after_ten_minutes_the_office_hears_of_each_once(friday: Friday):
    told = friday.heard["late"]["office"]

    for words in (HERE, NOWHERE, LEADER):
        assert sum(bare(words) in text for text in told) == 1
    assert PHONE not in heard(friday, "office")


@pytest.mark.parametrize("who", ["seat", "above", "near"])
def test_what_cannot_wait_and_speaks_of_a_leader_is_told_to_nobody_tied_to_a_school(
    friday: Friday, who: str
):
    for moment in ("called", "late"):
        assert bare(LEADER) not in heard(friday, who, moment)


def test_who_would_rather_wait_is_heard_at_the_tick_like_all_others(friday: Friday):
    assert bare(WAITS) in str(friday.rows("SELECT text FROM opinion"))
    assert bare(WAITS) not in str(friday.rows("SELECT text FROM urgent"))


# -- about a leader -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", PERSONAL)
def test_words_about_a_leader_reach_the_one_who_may_read_them_and_nobody_else(
    friday: Friday, words: str
):
    reached = {
        who
        for who in STAFF
        for name, paper in friday.files_of[who].items()
        if bare(words) in text_of(paper)
    }
    told = {who for who in STAFF if bare(words) in heard(friday, who)}

    assert reached == {PERSONAL[words]}
    assert told == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_message_to_anybody_has_a_leaders_name_in_it(friday: Friday, name: str):
    assert not [who for who in STAFF if name in heard(friday, who)]


def test_the_seat_holder_never_reads_what_names_them_or_their_head(friday: Friday):
    papers = "\n".join(map(text_of, friday.files_of["seat"].values()))

    assert SECOND in papers
    assert SECRETARY not in papers
    assert HEAD not in papers


@pytest.mark.parametrize("who", ["seat", "above"])
def test_a_personal_file_has_no_group_no_channel_and_no_time_of_day(friday: Friday, who: str):
    [paper] = [p for name, p in friday.files_of[who].items() if name.startswith("personal")]
    words = text_of(paper)

    assert not [
        one for one in ("教师", "网页", "teacher", "web") if one in words.split("schema")[0]
    ]
    assert "教师" not in words
    assert not re.search(r"\b1[45]:\d\d\b", words)


@pytest.mark.parametrize("words", PERSONAL)
@pytest.mark.parametrize("paper", ["digest.docx", "digest.pdf", "ledger.xlsx", "digest.txt"])
def test_a_common_paper_has_no_word_that_was_said_about_a_leader(
    friday: Friday, paper: str, words: str
):
    content = (friday.folder / "papers" / paper).read_bytes()
    text = text_of(content) if content.startswith((b"PK", b"%PDF")) else content.decode()

    assert bare(words) not in text
    assert any(bare(plain) in text for plain in PLAIN) or paper == "digest.txt"


def test_a_digest_writes_no_personal_file_unless_it_is_told_where(friday: Friday):
    names = {path.name for path in (friday.folder / "papers").iterdir()}
    apart = {path.name for path in (friday.folder / "apart").iterdir()}

    charts = {"chart.png", "chart-asks.png", "chart-trend.png"}
    assert names == {"digest.txt", "digest.docx", "digest.pdf", "ledger.xlsx"} | charts
    assert "personal-no1.docx" in apart


@pytest.mark.parametrize("name", [*NAMES, *map(bare, PERSONAL)])
def test_personal_files_are_sealed_in_a_copy(friday: Friday, name: str):
    if name in NAMES:
        assert name.encode() not in (friday.folder / "copy.db").read_bytes()
    db = sqlite3.connect(friday.folder / "copy.db")
    try:
        assert not [p for (p,) in db.execute("SELECT personal FROM digest") if name in str(p)]
    finally:
        db.close()


# -- logs and commands ----------------------------------------------------------------------------------------------


def test_the_log_has_the_same_lines_whether_somebody_calls_or_not(friday: Friday):
    assert friday.logs["after kill -9"] == friday.logs["before"]


@pytest.mark.parametrize("command", ["digest", "apart", "backup", "audit"])
def test_a_command_says_nobodys_name_and_no_words(friday: Friday, command: str):
    done = friday.said[command]
    said = done.stdout + done.stderr

    assert done.returncode == 0, said
    hidden = (*friday.tokens, *NAMES, *map(bare, PERSONAL), *map(bare, CALLS), *PLAIN, PHONE)
    assert not [one for one in hidden if one in said]
