"""A recorded week of the product as a process, read as an intruder reads it: files, output, messages, nothing else.

The recording is made once (`blackbox.record`); every case below looks at it. Ids are looked for in more forms than
people would think of; words in every encoding that text is kept in.
"""

import base64
import hashlib
import io
import re
import zipfile

import pytest

from tests.privacy.blackbox import (
    MASKED,
    SAID,
    SECRET,
    UNFINISHED,
    Recording,
    record,
    start_fails,
)

MOMENTS = (
    "mid-questionnaire",
    "after submission",
    "after kill -9",
    "after the tick",
    "after kill -9 on Friday",
    "after all",
)
BEFORE_THE_TICK = MOMENTS[:3]
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(tmp_path_factory.mktemp("week"))


def everything(week: Recording, moment: str) -> bytes:
    """All files of a moment one after another, and what is packed inside them."""
    found: list[bytes] = []
    for content in week.files[moment].values():
        found.append(content)
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                found += [packed.read(name) for name in packed.namelist()]
    return b"\n".join(found)


def in_every_encoding(words: str) -> list[bytes]:
    escaped = words.encode("unicode_escape")
    return [*(words.encode(encoding) for encoding in ENCODINGS), escaped]


FORMS = {
    "in clear": in_every_encoding,
    "reversed": lambda who: [who[::-1].encode()],
    "in hexadecimal": lambda who: [
        who.encode().hex().encode(),
        who.encode().hex().upper().encode(),
    ],
    "in base64": lambda who: [
        base64.b64encode(b"xyz"[:shift] + who.encode())[4:-4] for shift in range(3)
    ],
    "as a hash": lambda who: [
        form
        for name in ("md5", "sha1", "sha256", "sha512")
        for spelled in (who, f"web:{who}", f"web\0{who}")
        for digest in (hashlib.new(name, spelled.encode()).digest(),)
        for form in (digest[:12], digest[:12].hex().encode(), base64.b64encode(digest[:12]))
    ],
}


# -- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_nobodys_id_stands_in_any_file(week: Recording, moment: str, form: str):
    content = everything(week, moment)

    assert not [id for id in week.tokens for needle in FORMS[form](id) if needle in content]


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_receipt_stands_in_any_file(week: Recording, moment: str):
    content = everything(week, moment)
    assert len(set(week.receipts)) == 6
    spelled = [
        form for r in week.receipts for form in (r, r.replace(" ", ""), r.replace(" ", "-"))
    ]

    assert not [one for one in spelled for form in in_every_encoding(one) if form in content]


# -- what ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("moment", BEFORE_THE_TICK)
def test_no_word_typed_can_be_read_before_the_tick(week: Recording, moment: str, encoding: str):
    content = everything(week, moment)
    words = [*SAID, *MASKED, UNFINISHED, *SECRET]

    assert not [one for one in words if one.encode(encoding) in content]


@pytest.mark.parametrize("said", MASKED)
def test_after_the_tick_the_office_has_the_words(week: Recording, said: str):
    assert said.encode() in everything(week, "after the tick")


@pytest.mark.parametrize("secret", SECRET)
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_names_somebody_is_masked_before_it_is_kept(
    week: Recording, moment: str, secret: str
):
    content = everything(week, moment)

    assert not [form for form in in_every_encoding(secret) if form in content]


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_was_not_handed_in_is_never_there(week: Recording, moment: str):
    content = everything(week, moment)

    assert not [form for form in in_every_encoding(UNFINISHED) if form in content]


def test_the_writer_sees_the_masked_words_first(week: Recording):
    for shown, secret in zip(week.shown, SECRET, strict=False):
        preview = next(text for text in shown if "请看一眼" in text)
        assert secret not in preview
        assert "〔" in preview


# -- once ---------------------------------------------------------------------------------------------------------


def test_a_submission_that_is_repeated_across_a_crash_has_one_effect(week: Recording):
    texts = [text for (text,) in week.rows("SELECT text FROM opinion")]

    assert len(texts) == len(SAID)
    assert len(set(texts)) == len(SAID)
    assert week.rows("SELECT people + guests, submissions FROM released") == [(6, 6)]


def test_whoever_repeats_a_submission_is_thanked_once(week: Recording):
    thanks = [sum("收到了" in text for text in shown) for shown in week.shown]

    assert thanks == [1] * 6 + [0]


# -- when ---------------------------------------------------------------------------------------------------------


def test_released_rows_know_the_closing_date_and_no_other_time(week: Recording):
    assert week.rows("SELECT DISTINCT period FROM opinion") == [("2026-09-18",)]
    for row in week.rows("SELECT * FROM opinion"):
        text = repr([value for value in row if not isinstance(value, bytes)])
        assert not re.search(r"\d\d:\d\d", text)
        assert not re.search(r"1[67]\d{8}", text)


def test_released_rows_of_different_people_share_nothing_that_counts_up(week: Recording):
    ids = [id for (id,) in week.rows("SELECT id FROM opinion")]
    lookups = [lookup for (lookup,) in week.rows("SELECT lookup FROM opinion")]

    assert len({id[:4] for id in ids}) == len(ids)
    assert len({lookup[:4] for lookup in lookups}) == len(lookups)


# -- logs ---------------------------------------------------------------------------------------------------------


def test_the_log_has_the_same_lines_whoever_speaks(week: Recording):
    quiet, busy = week.logs["mid-questionnaire"], week.logs["after kill -9"]

    assert busy == quiet  # six people handed in, and some repeated themselves


def test_the_log_says_only_what_the_service_does(week: Recording):
    events = [
        line.split(" ", 3)[3]
        for line in week.logs["after all"].splitlines()
        if re.match(r"\d{4}-", line)
    ]

    assert {re.sub(r" .*=.*", "", event) for event in events} <= {
        "a master key was made in the key directory",
        "ready",
        "stopped",
    }


def test_the_log_has_no_line_of_another_library(week: Recording):
    log = week.logs["after all"]

    assert not re.search(
        r"uvicorn|sqlalchemy|apscheduler|httpx|Traceback|127\.0\.0\.1:\d+ -", log
    )


# -- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", MOMENTS[:-1])
def test_there_are_no_files_but_the_database_and_the_log(week: Recording, moment: str):
    assert set(week.files[moment]) <= {
        "data/tingwen.db",
        "data/tingwen.db-wal",
        "data/tingwen.db-shm",
        "log.txt",
    }


@pytest.mark.parametrize(
    "path", ["data/tingwen.db", "copy.db", "keys/slots", "keys/master", "keys/tag"]
)
def test_what_is_kept_is_for_the_service_alone(week: Recording, path: str):
    assert (week.folder / path).stat().st_mode & 0o077 == 0


def test_the_key_directory_is_for_the_service_alone(week: Recording):
    assert (week.folder / "keys").stat().st_mode & 0o777 == 0o700


def test_a_crash_would_write_no_memory_down(week: Recording):
    assert re.search(r"^Max core file size +0 +0 ", week.limits, re.MULTILINE)


def test_no_key_lies_anywhere_but_among_the_keys(week: Recording):
    slots = (week.folder / "keys" / "slots").read_bytes()
    keys = [slots[at : at + 32] for at in range(0, len(slots), 32)]
    live = [key for key in keys if any(key)]
    live += [(week.folder / "keys" / name).read_bytes() for name in ("master", "tag")]
    content = everything(week, "after all")

    assert len(live) > 3
    assert not [key for key in live if key in content or key.hex().encode() in content]


@pytest.mark.parametrize("command", ["digest", "backup", "audit", "audit when stopped"])
def test_a_command_says_nobodys_name_and_no_words(week: Recording, command: str):
    done = week.said[command]
    said = done.stdout + done.stderr

    assert done.returncode == 0, said
    assert not [one for one in (*week.tokens, *SAID, *MASKED, *SECRET) if one in said]


# -- wrong files --------------------------------------------------------------------------------------------------

WRONG = {
    "data inside the keys": '[storage]\nurl = "sqlite+aiosqlite:///keys/data/t.db"\nkey_dir = "keys"\n',
    "keys inside the data": '[storage]\nurl = "sqlite+aiosqlite:///data/t.db"\nkey_dir = "data/keys"\n',
    "keys beside the database": '[storage]\nurl = "sqlite+aiosqlite:///t.db"\nkey_dir = "keys"\n',
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_service_does_not_start_with_keys_and_data_in_one_place(tmp_path, wrong: str):
    done = start_fails(tmp_path / "house", WRONG[wrong])

    assert done.returncode == 1
    assert "key_dir" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "house").iterdir()] == ["config.toml"]
