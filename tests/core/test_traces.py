"""An id is found in every form, wherever it begins, and nobody is found by chance."""

import base64
import hashlib
import hmac
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import traces
from bot.core.traces import Search, clear, hashed

ID = "7318204956"
KEY = b"k" * 32
HIDDEN = {
    "utf-8": ID.encode(),
    "utf-16-le": ID.encode("utf-16-le"),
    "utf-16-be": ID.encode("utf-16-be"),
    "utf-32-le": ID.encode("utf-32-le"),
    "utf-32-be": ID.encode("utf-32-be"),
    "reversed": ID[::-1].encode(),
    "hex": ID.encode().hex().encode(),
    "json": b"\\u0037\\u0033\\u0031\\u0038\\u0032\\u0030\\u0034\\u0039\\u0035\\u0036",
    "url": b"%37%33%31%38%32%30%34%39%35%36",
    "int48 big-endian": int(ID).to_bytes(6, "big"),
    "int48 little-endian": int(ID).to_bytes(6, "little"),
    "md5 hex": hashlib.md5(ID.encode()).hexdigest().encode(),
    "sha1": hashlib.sha1(f"telegram:{ID}".encode()).digest(),
    "sha256 hex": hashlib.sha256(f"telegram\0{ID}".encode()).hexdigest().upper().encode(),
    "sha512 base64": base64.b64encode(hashlib.sha512(f"telegram/{ID}".encode()).digest()),
    "blake2b": hashlib.blake2b(ID.encode()).digest(),
    "hmac master": hmac.digest(KEY, ID.encode(), "sha256"),
}
SEARCH = Search([*clear(ID), *hashed("telegram", ID, {"master": KEY})])


def forms(content: bytes) -> set[str]:
    return {sighting.form for sighting in SEARCH(content)}


@pytest.mark.parametrize("form", HIDDEN)
def test_an_id_is_found_in_this_form(form: str):
    assert form in forms(b"before " + HIDDEN[form] + b" after")


@pytest.mark.parametrize("shift", range(3))
def test_an_id_is_found_in_base64_wherever_it_begins(shift: int):
    assert forms(base64.b64encode(b"abc"[:shift] + ID.encode() + b" and so on")) == {"base64"}


@given(st.sampled_from(sorted(HIDDEN)), st.integers(-40, 40))
def test_an_id_across_the_seam_of_two_chunks_is_found_where_it_stands(form: str, offset: int):
    content = bytearray(traces._CHUNK + 200)
    at = traces._CHUNK + offset
    content[at : at + len(HIDDEN[form])] = HIDDEN[form]

    found = {s.form: s.offset for s in SEARCH(bytes(content))}

    assert form in found
    assert at - 2 <= found[form] <= at


def test_nobody_is_found_by_chance():
    noise = random.Random(4).randbytes(3_000_000)

    assert forms(noise) == set()
    assert forms(noise.hex().encode()) == set()


@pytest.mark.parametrize("id", ["lili", "1234567", ""])
def test_what_is_too_short_is_looked_for_as_a_hash_only(id: str):
    assert list(clear(id)) == []
    search = Search(hashed("wecom", id, {}))
    assert list(search(hashlib.md5(f"wecom:{id}".encode()).digest()))


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789_-.@听问", min_size=8, max_size=40)
)
def test_any_id_is_found_as_text(id: str):
    search = Search(clear(id))

    for encoding in traces.ENCODINGS:
        assert list(search(b"\0\0" + id.encode(encoding) + b"\0\0"))


def test_nothing_wanted_finds_nothing():
    assert list(Search([])(b"anything at all")) == []
