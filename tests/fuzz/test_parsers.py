"""Whatever strangers send, spoilt in every way: it is read, or refused in the parser's own words, and soon.

`corpus/` holds one small right thing of each kind, and what once broke something or led somewhere new; hypothesis spoils it
(bytes changed, cut out, doubled, spliced with another kind) and hands it to the targets. Parsers have more properties where
they live: Telegram's updates (tests/channels/telegram/test_updates.py), WeCom's envelopes (tests/channels/wecom/test_callback.py),
dates (tests/core/test_dates.py), masking (tests/core/test_privacy.py).
"""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import CORPUS, TARGETS, meant_for

EVERYTHING = sorted(CORPUS)

MARKS = (
    b"\x00", b"\xff\xfe", b"PK\x03\x04", b"<", b"&a;", b"<!DOCTYPE x [<!ENTITY a 'a'>]>", b'"', b"=", b"9" * 40,
    b"-1", b"1e999", b"\xed\xa0\x80", "〇".encode(), "　".encode(), b"\r", b"[" * 60, b"../", b"%00", b"@",
)  # fmt: skip
"""Pieces that parsers have stumbled over."""

FORM, FILE, READ = 40, 60, 15
"""Times that something is spoilt where it takes long: a form is sent six times, a file unpacked, a text read by networks."""
TIMES = {"form": FORM, "plan": FILE, "rows": FILE, "people": FILE, "names": READ}

LETTERS = st.text("ru_-.gAZaz09~/%\n=\"'; ", max_size=80) | st.text(max_size=80)
SIGNS = st.text(
    "三（2）班0幺〇O.-_@，。\n\u200b王小明老师家住路号栋月日前后上旬至每周第", max_size=60
)
LOOSE = {
    "door": LETTERS, "link": LETTERS, "dates": SIGNS, "redaction": SIGNS, "names": SIGNS
}  # fmt: skip
"""Letters of which something like it is made, besides spoiling what is right."""

STUMBLED: dict[str, tuple[bytes, ...]] = {
    "callback": (
        b"",
        b"<a>" * 20_000,
        CORPUS["callback.file.xml"].replace(b">7<", b">" + b"7" * 5000 + b"<"),
    ),
    "browser": (b"[" * 100_000, b'{"key": ' + b"9" * 5000 + b"}"),
    "update": (b"[" * 100_000, b'{"update_id": ' + b"9" * 5000 + b"}"),
    "config": (
        b"[hook]\nurls = ['https://[::1', 'https://a:99999999/', 'https://']",
        b"[hook]\nallow = ['10.0.0.1/8', '::/-1', 'x']",
        "[digest]\nrecipients = ['甲@', '@', 'a@b\\nBcc: c@d', '<a@b>']".encode(),
        b"[digest]\nrecipients = ['o;fice@example.org', 'a,b@example.org']",
        b"[mail]\nsender = 'a@b\\r\\nTo: c@d'\nport = 99999999999999999999",
    ),
    "link": (b"a" * 32 + b"~~bse", b"~" * 200),
    "plan": (
        b"<html><table><tr><td colspan='\xc2\xb2'>" + "3月15日前".encode(),
        b"<html><table><td colspan=" + b"9" * 5000 + b">x",
    ),
    "form": (b"text=" + b"&a=1" * 50, b"text=%ED%A0%80&token=TOKEN", b"a" * 70_000, b"\xff"),
    "dates": ("每周一至".encode() * 300, b"1-" * 1300),
    "redaction": ("王小明、".encode() * 300, b"1" * 4000, "三（2）班".encode() * 500),
}
"""What parsers have stumbled over, or might."""


@st.composite
def spoilt(draw: st.DrawFn, name: str) -> bytes:
    """A piece that this target is meant for, with up to four things done to it; packed files also inside."""
    content = CORPUS[draw(st.sampled_from(meant_for(name)))]
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


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_sent_is_read_or_refused(name: str):
    letters = LOOSE.get(name, st.nothing()).map(lambda text: text.encode("utf-8", "replace"))

    @settings(max_examples=TIMES.get(name, 100))
    @given(spoilt(name) | st.binary(max_size=60) | letters)
    def tried(content: bytes):
        TARGETS[name].tried(content)

    tried()


@pytest.mark.parametrize("name", STUMBLED)
def test_what_was_stumbled_over_is_read_or_refused(name: str):
    for content in STUMBLED[name]:
        TARGETS[name].tried(content)


@pytest.mark.parametrize("name", TARGETS)
def test_all_that_the_corpus_has_for_it_is_read_or_refused(name: str):
    assert meant_for(name)
    for file in meant_for(name):
        TARGETS[name].tried(CORPUS[file])


def test_each_piece_of_the_corpus_is_meant_for_somebody():
    assert {file for name in TARGETS for file in meant_for(name)} == set(EVERYTHING)


@pytest.mark.parametrize("file", EVERYTHING)
def test_what_the_corpus_holds_is_small(file: str):
    assert 0 < len(CORPUS[file]) < 10_000
