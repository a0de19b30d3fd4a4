"""The recorded talk of the office with a receipt's holder, read as an intruder reads it: files, output, messages."""

import pytest

from tests.privacy.dialogue import (
    ASKED,
    CONTACT,
    HALF,
    PHONE,
    REPLIED,
    SAID,
    TOLD,
    Days,
    live,
)
from tests.privacy.test_blackbox_week import ENCODINGS, FORMS, everything, in_every_encoding

MOMENTS = ("asked", "answered", "after kill -9", "handed on", "after all")
BEFORE_THE_TALK_TICK = MOMENTS[:3]


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    return live(tmp_path_factory.mktemp("days"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_nobodys_id_stands_in_any_file(days: Days, moment: str, form: str):
    content = everything(days, moment)

    assert not [id for id in days.tokens for needle in FORMS[form](id) if needle in content]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("moment", BEFORE_THE_TALK_TICK)
def test_no_word_of_a_letter_or_a_reply_can_be_read_before_the_talk_tick(
    days: Days, moment: str, encoding: str
):
    content = everything(days, moment)

    assert not [w for w in (ASKED, REPLIED) if w.encode(encoding) in content]


@pytest.mark.parametrize("words", [CONTACT, "13700001111", HALF, PHONE])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_contact_what_was_not_confirmed_and_what_is_masked_stand_in_no_file(
    days: Days, moment: str, words: str
):
    content = everything(days, moment)

    assert not [form for form in in_every_encoding(words) if form in content]


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_receipt_stands_in_any_file(days: Days, moment: str):
    content = everything(days, moment)
    assert len(set(days.receipts)) == len(SAID)
    spelled = [form for r in days.receipts for form in (r, r.replace(" ", ""))]

    assert not [one for one in spelled for form in in_every_encoding(one) if form in content]


def test_the_reply_is_handed_on_once_with_the_day_and_what_was_asked(days: Days):
    [(lookup, day, asked, text)] = days.rows("SELECT lookup, day, asked, text FROM reply")

    assert days.rows(
        "SELECT text FROM opinion WHERE lookup = x'" + bytes(lookup).hex() + "'"
    ) == [(SAID[1],)]
    assert isinstance(day, int)
    assert day < 99999
    assert asked == ASKED
    assert str(text).startswith(REPLIED)
    assert PHONE not in str(text)


def test_the_office_is_shown_what_was_replied_and_the_contact_and_no_paper_has_either(
    days: Days,
):
    assert any(REPLIED in text for text in days.office)
    assert any(CONTACT in text for text in days.office)
    papers = {
        name: content for name, content in days.files["after all"].items() if "papers" in name
    }
    assert papers
    for words in (CONTACT, REPLIED):
        assert words.encode() not in everything(days, "asked")
    assert not [name for name, content in papers.items() if CONTACT.encode() in content]


def test_the_copy_holds_no_contact_and_nobody_who_is_being_told(days: Days):
    import sqlite3

    db = sqlite3.connect(days.folder / "copy.db")
    try:
        for table in ("signature", "telling"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    finally:
        db.close()


def test_a_wish_leads_from_no_file_to_whoever_made_it(days: Days):
    assert TOLD.encode() in everything(days, "asked")  # what the office says is no secret
    assert days.rows("SELECT count(*) FROM tiding UNION SELECT count(*) FROM telling") != []
    content = everything(days, "asked")
    assert not [id for id in days.people if id.encode() in content]


def test_the_log_has_the_same_lines_whoever_speaks(days: Days):
    assert days.logs["answered"] == days.logs["asked"]


@pytest.mark.parametrize("command", ["digest", "backup", "audit"])
def test_a_command_says_nobodys_name_and_no_words(days: Days, command: str):
    done = days.said[command]
    said = done.stdout + done.stderr

    assert done.returncode == 0, said
    assert not [w for w in (*days.tokens, CONTACT, REPLIED, ASKED) if w in said]
