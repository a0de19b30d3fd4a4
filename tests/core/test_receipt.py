"""A receipt finds its own pieces, and nothing found by it shows which belong together."""

import hashlib
import hmac
from dataclasses import asdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import receipt
from bot.core.receipt import DIGITS, MOST_PIECES, SCRYPT

CODE = "0123456789012345"


def quick(digits: str) -> bytes:
    return hashlib.sha256(digits.encode()).digest()


@pytest.mark.parametrize(
    "typed",
    [
        "0123456789012345",
        "0123 4567 8901 2345",
        " 0123-4567—8901　2345\n",
        "０１２３４５６７８９０１２３４５",
        "〇一二三 四五六七 八九零一 二三四五",
        "零幺两叁肆伍陆柒捌玖零壹贰叁肆伍",
        "O123 4567 89Ol 2345",
        "0123·4567·8901·2345。",
        "您的回执：0123 4567 8901 2345（只显示这一次）",
        "查询 0123-4567-8901-2345",
    ],
)
def test_digits_are_understood_however_they_are_typed(typed: str):
    assert receipt.parse(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "查询",
        "012345678901234",
        "01234567890123456",
        "0123 4567 8901 234x",
        "0123 4567 8901 2345 6",
        "0123 4567 8901 2345 或 9999 4567 8901 2345",
        "卡号 60123456789012345",
        "十二三四五六七八九零一二三四五六",
    ],
)
def test_what_is_no_receipt_is_none(typed: str):
    assert receipt.parse(typed) is None


@given(st.from_regex(rf"[0-9]{{{DIGITS}}}", fullmatch=True))
def test_what_is_shown_can_be_typed_back(digits: str):
    shown = receipt.written(digits)

    assert [len(group) for group in shown.split()] == [4, 4, 4, 4]
    assert receipt.parse(shown) == digits


def test_a_new_receipt_has_sixteen_digits_even_when_they_begin_with_zero():
    assert receipt.new(lambda n: bytes(n), quick).digits == "0" * DIGITS
    assert receipt.new(lambda n: b"\xff" * n, quick).digits == str(2**256 - 1)[-DIGITS:]


def test_what_is_typed_later_finds_the_submission_and_each_piece():
    issued = receipt.new(lambda n: b"chance" * 6, quick)
    again = receipt.handles(quick(issued.digits))

    assert again[0].lookup == issued.submission()
    assert again[1:6] == issued.pieces(5)


def test_every_receipt_right_or_wrong_derives_as_much():
    assert len(receipt.handles(quick("no such"))) == MOST_PIECES + 1


def test_a_receipt_serves_no_more_pieces_than_it_can_find():
    issued = receipt.new(lambda n: bytes(n), quick)

    assert len(issued.pieces(MOST_PIECES)) == MOST_PIECES
    with pytest.raises(ValueError, match="64"):
        issued.pieces(MOST_PIECES + 1)


def test_ids_and_keys_of_one_receipt_have_nothing_in_common():
    handles = receipt.handles(quick(CODE))
    values = [h.lookup for h in handles] + [h.reply_seed for h in handles]

    assert {len(h.lookup) for h in handles} == {16}
    assert {len(h.reply_seed) for h in handles} == {32}
    assert all(a[:4] != b[:4] and a[-4:] != b[-4:] for a, b in combinations(values, 2))


def test_derivation_is_the_expand_step_of_hkdf():
    """Written out from RFC 5869, 2.3: T(1) = HMAC(PRK, info | 0x01). Changing it orphans receipts given out."""
    root = quick(CODE)
    expected = hmac.new(root, b"tingwen receipt lookup 3\x01", hashlib.sha256).digest()

    assert receipt.handle(root, 3).lookup == expected[:16]


def test_stretching_takes_what_is_said_and_its_result_is_pinned():
    root = hashlib.scrypt(CODE.encode(), salt=b"salt of this test", **asdict(SCRYPT))

    assert root.hex() == "d98df1a408041e56eee0b39824715035f41b1a3cf0b202f54425025e17a749cf"
