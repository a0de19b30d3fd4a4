"""Whatever strangers send, spoilt in every way: it is read, or refused in the parser's own words, and soon.

`corpus/` holds one small right thing of each kind; hypothesis spoils it (bytes changed, cut out, doubled, spliced with another
kind). What once broke something is added there, or beside its test as an `@example`. Other parsers have their properties where
they live: Telegram's updates (tests/channels/telegram/test_updates.py), WeCom's envelopes (tests/channels/wecom/test_callback.py),
dates (tests/core/test_dates.py), masking (tests/core/test_privacy.py).
"""

import contextlib
import io
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.page.door import Door
from bot.channels.page.seat import seat_of
from bot.channels.web import wire
from bot.channels.wecom import xml
from bot.content import headcounts
from bot.content.intake import sent
from bot.content.plan.loader import load_words
from bot.content.plan.reading import NotReadable, read_document
from bot.core.link import Link, own_page, read_link, write_link
from bot.core.survey import Unit
from bot.settings.reading import read
from tests.builders import TEACHER

CORPUS = {path.name: path.read_bytes() for path in (Path(__file__).parent / "corpus").iterdir()}
EVERYTHING = sorted(CORPUS)
WORDS = load_words()

MARKS = (
    b"\x00", b"\xff\xfe", b"PK\x03\x04", b"<", b"&a;", b"<!DOCTYPE x [<!ENTITY a 'a'>]>", b'"', b"=", b"9" * 40,
    b"-1", b"1e999", b"\xed\xa0\x80", "〇".encode(), "　".encode(), b"\r", b"[" * 60, b"../", b"%00", b"@",
)  # fmt: skip
"""Pieces that parsers have stumbled over."""


@st.composite
def spoilt(draw: st.DrawFn, *names: str) -> bytes:
    """One of these, with up to four things done to it; packed files also inside."""
    content = CORPUS[draw(st.sampled_from(names))]
    packed = content.startswith(b"PK") and draw(st.booleans())
    if not packed:
        return _spoilt(draw, content)
    with zipfile.ZipFile(io.BytesIO(content)) as parcel:
        parts = {name: parcel.read(name) for name in parcel.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    parts[name] = _spoilt(draw, parts[name])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parcel:
        for part, inside in parts.items():
            parcel.writestr(part, inside)
    return made.getvalue()


def _spoilt(draw: st.DrawFn, content: bytes) -> bytes:
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        until = at + draw(st.integers(0, 40))
        other = CORPUS[draw(st.sampled_from(EVERYTHING))]
        put = draw(
            st.sampled_from(MARKS)
            | st.binary(max_size=8)
            | st.just(content[at:until] * 3)
            | st.just(other[:200])
        )
        content = content[:at] + put + content[until:]
    return content


@given(spoilt("callback.xml", "tap.xml") | st.binary(max_size=60))
@example(b"")
@example(b"<a>" * 20_000)
def test_xml(content: bytes):
    with contextlib.suppress(xml.Broken):
        found = xml.read(content)
        assert all(isinstance(value, str) for value in found.values.values())


@given(spoilt("said.json", "tapped.json", "handed.json") | st.binary(max_size=60))
@example(b"[" * 100_000)
@example(b'{"key": ' + b"9" * 5000 + b"}")
def test_what_a_browser_says(content: bytes):
    with contextlib.suppress(wire.Malformed):
        wire.incoming("t" * 22, content)
    with contextlib.suppress(wire.Malformed):
        wire.seen(content)


@settings(max_examples=60)
@given(spoilt("plan.docx", "plan.txt", "plan.gbk.txt", "plan.html"))
def test_plan_documents(content: bytes):
    with contextlib.suppress(NotReadable):
        assert isinstance(read_document(content, WORDS), tuple)


@settings(max_examples=60)
@given(
    st.sampled_from(["意见.xlsx", "意见.csv", "意见.docx", "意见", ""]),
    spoilt("rows.csv", "rows.xlsx", "rows.docx", "plan.txt"),
)
def test_files_of_opinions(name: str, content: bytes):
    assert isinstance(
        sent.read(name, content), sent.TableFound | sent.LinesFound | sent.Unreadable
    )


@settings(max_examples=60)
@given(spoilt("people.xlsx", "rows.xlsx"))
def test_tables_of_headcounts(content: bytes):
    with contextlib.suppress(headcounts.Unreadable):
        headcounts.read_xlsx(content, UNITS, GROUPS)


UNITS = (Unit(id="no1", name="一中"),)
GROUPS = (TEACHER,)


@given(spoilt("config.toml"))
@example(b"[hook]\nurls = ['https://[::1', 'https://a:99999999/', 'https://']")
@example(b"[hook]\nallow = ['10.0.0.1/8', '::/-1', 'x']")
@example("[digest]\nrecipients = ['甲@', '@', 'a@b\\nBcc: c@d', '<a@b>']".encode())
@example(b"[mail]\nsender = 'a@b\\r\\nTo: c@d'\nport = 99999999999999999999")
def test_configurations(content: bytes):
    """Hooks, mailboxes, dates, times, networks: what is wrong becomes a problem with a name, whatever it is."""
    loaded = read(
        content.decode("utf-8", "replace"), file="c", folder=Path("/srv"), environment={}
    )

    assert all(problem.fault for problem in loaded.problems)
    recipients = loaded.settings.digest.recipients
    assert not [one for one in recipients if any(mark in one for mark in "\r\n<>,;")]


LETTERS = st.text("ru_-.gAZaz09~/%\n=\"'; ", max_size=80) | st.text(max_size=80)


@given(LETTERS)
def test_links(text: str):
    found = read_link(text)

    assert found == Link() or read_link(write_link(found)) == found
    address = own_page(text, text)
    assert address is None or "\n" not in address.id


@given(LETTERS)
@example("a" * 32 + "~~bse")
@example("~" * 200)
def test_cookies(text: str):
    seat = seat_of(SimpleNamespace(cookies={"tingwen": text}, headers={}))  # type: ignore[arg-type]

    assert len(seat.device) <= 32
    assert len(seat.link) <= 60


DOOR = Door(b"k" * 32, clock=lambda: 1_790_000_000.0, random=bytes)


@given(LETTERS | st.binary(max_size=60).map(lambda content: content.decode("latin-1")))
def test_passes_and_proofs_that_nobody_was_given(text: str):
    assert DOOR.read(text) is None
    assert DOOR.wait(text) is None
    assert not DOOR.knows(text, text)


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_the_corpus_holds_is_small(name: str):
    assert 0 < len(CORPUS[name]) < 10_000
