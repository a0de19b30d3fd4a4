"""The platform's sealing: frozen vectors, a second implementation (`sealing`), and everything that must be refused."""

import base64
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wecom.crypto import Forged, Seal, Sealed
from tests.channels.wecom import sealing

# Made by `sealing`: token, key, receiver, message, timestamp, nonce, signature, ciphertext. Three of the keys end in
# bits that base64 does not use; the paddings are 21, 4, 31 and 31 bytes: AES's own 16 would refuse three.
VECTORS = [
    (
        "tok1",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ww0123456789abcdef",
        b"hello",
        "1409735669",
        "123456789",
        "51c16f4fb8b928c8155c09ad562adc9ee9c0670d",
        "uMMzGtqcnpOzXOYBwDQNreg0uG4BprlfJLicb0NO4EGQy/IypUsgWdoAAGDO/hy8D6HTO6StI7CPsWczIYCQxw==",
    ),
    (
        "QDG6eK",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        "wx5823bf96d3bd56c7",
        b"<xml><Content>\xe9\xa3\x9f\xe5\xa0\x82\xe7\x9a\x84\xe8\x8f\x9c\xe8\x80\x81\xe6\x98\xaf\xe5\x87\x89\xe7\x9a\x84</Content></xml>",
        "1409659813",
        "1372623149",
        "4eb765878a2e97eda2e29aa19988fb43a77726e0",
        "sKqRbbiSUnDhFHOvPjtUMQ9mFtz8gE7WftUfmbU8BDK3OwVMU6KqlNZnWcPJ+ZhDMV/J7SZxIW2qZijWT74vNYdPBmqngp00lqvi/w2hfWs7LxW0JsGfxC+D1t/My66/",
    ),
    (
        "z9",
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP9",
        "wwMixedCASE0a",
        b"",
        "0",
        "0",
        "83e672b0145e102828e5ed5e80a7191acc5ec087",
        "xBbFssFPvbuNfKe8cxJG3BFIcBoMMEaA0jVbE7SDwHjvW2Sfi6D8oTxixOpxmZhJ25PtLXICJ8y8RFNNczRWsQ==",
    ),
    (
        "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "9999999999999999999999999999999999999999999",
        "",
        b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "1790000000",
        "nonce-1",
        "949e5a618a7cccca6cab9206b588b095f0f705c6",
        "IYuFltuVUJJ0fBbrDl783ZPmTZumRxrR2KeJOs+pqKuVPr26pXu0OgZq+n7GCpSIhAcSa0FC3XN9fU54flJkTBURHMZGrkvhCG9ChoVXJQ40xtz4o1Yq9bluEWqmJhkOuA2bv2Vm3Z7MAY+VvQsMBLS3g52j/ehRI/ZQ0A4lLLY=",
    ),
]

KEYS = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", min_size=43, max_size=43
)
TOKEN, KEY, CORP = "tokenOfTests1", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wwMixed0a"


def sealed(
    message: bytes = b"hello", receiver: str = CORP, *, encrypted: str = "", signature: str = ""
) -> Sealed:
    encrypted = encrypted or sealing.seal(message, KEY, receiver, bytes(16))
    signature = signature or sealing.sign(TOKEN, "1", "2", encrypted)
    return Sealed(signature=signature, timestamp="1", nonce="2", encrypted=encrypted)


def raw(plain: bytes) -> str:
    """This very plain text, padding and all, as ciphertext."""
    secret = sealing.aes_key(KEY)
    keys, before, out = sealing.round_keys(secret), secret[:16], b""
    for at in range(0, len(plain), 16):
        block = bytes(a ^ b for a, b in zip(plain[at : at + 16], before, strict=True))
        before = sealing.encrypt_block(block, keys)
        out += before
    return base64.b64encode(out).decode()


def test_the_second_implementation_knows_the_example_of_fips_197():
    keys = sealing.round_keys(bytes(range(32)))
    block = bytes.fromhex("00112233445566778899aabbccddeeff")

    assert sealing.encrypt_block(block, keys).hex() == "8ea2b7ca516745bfeafc49904b496089"
    assert sealing.decrypt_block(sealing.encrypt_block(block, keys), keys) == block


@pytest.mark.parametrize(
    ("token", "key", "receiver", "message", "timestamp", "nonce", "signature", "encrypted"),
    VECTORS,
)
def test_frozen_vectors(token, key, receiver, message, timestamp, nonce, signature, encrypted):
    ours = Seal(token, key, receiver)
    given = Sealed(signature=signature, timestamp=timestamp, nonce=nonce, encrypted=encrypted)

    assert ours.open(given) == message
    assert ours.seal(message, timestamp, nonce, lambda _: b"0123456789abcdef") == given
    assert sealing.unseal(encrypted, key) == (message, receiver)


@settings(max_examples=15, deadline=None)
@given(KEYS, st.binary(max_size=100), st.text("aWx09", max_size=20))
def test_what_one_seals_the_other_opens(key: str, message: bytes, receiver: str):
    ours = Seal(TOKEN, key, receiver)
    theirs = sealing.seal(message, key, receiver, os.urandom(16))
    signature = sealing.sign(TOKEN, "7", "n", theirs)

    opened = ours.open(Sealed(signature=signature, timestamp="7", nonce="n", encrypted=theirs))
    back = ours.seal(message, "7", "n", os.urandom)

    assert opened == message
    assert sealing.unseal(back.encrypted, key) == (message, receiver)
    assert back.signature == sealing.sign(TOKEN, "7", "n", back.encrypted)


@pytest.mark.parametrize("length", range(40))
def test_every_padding_from_1_to_32_is_taken(length: int):
    message = b"x" * length
    assert Seal(TOKEN, KEY, CORP).open(sealed(message)) == message


@pytest.mark.parametrize(
    "signature",
    ["0" * 40, "é" * 40, " ", "0", "\ud800"],
    ids=["zeros", "not ascii", "space", "short", "half"],
)
def test_a_wrong_signature_is_refused_before_anything_is_decrypted(signature: str):
    with pytest.raises(Forged, match="signature"):
        Seal(TOKEN, KEY, CORP).open(sealed(encrypted="not even base64", signature=signature))


def test_a_signature_of_anothers_token_is_refused():
    encrypted = sealing.seal(b"x", KEY, CORP, bytes(16))
    with pytest.raises(Forged, match="signature"):
        Seal("another", KEY, CORP).open(sealed(encrypted=encrypted))


HEAD = bytes(16)
SPOILT = {
    "empty": "",
    "not base64": "!" * 44,
    "line breaks": sealing.seal(b"x", KEY, CORP, HEAD)[:40] + "\n" + "A" * 8,
    "half a block": base64.b64encode(bytes(24)).decode(),
    "16 bytes": base64.b64encode(bytes(16)).decode(),
    "48 bytes": base64.b64encode(bytes(48)).decode(),
    "padding of 0": raw(HEAD + (0).to_bytes(4, "big") + bytes(12)),
    "padding of 33": raw(HEAD + (0).to_bytes(4, "big") + bytes(11) + bytes([33])),
    "uneven padding": raw(HEAD + (0).to_bytes(4, "big") + bytes(10) + b"\x01\x02"),
    "shorter than its head": raw(bytes(14) + bytes([18]) * 18),
    "length beyond the end": raw(
        HEAD + (99).to_bytes(4, "big") + CORP.encode() + bytes([3]) * 3
    ),
    "length of 4 GB": raw(HEAD + b"\xff" * 4 + CORP.encode() + bytes([3]) * 3),
    "for nobody": sealing.seal(b"x", KEY, "", HEAD),
    "for another": sealing.seal(b"x", KEY, "wwAnother", HEAD),
    "for us in small letters": sealing.seal(b"x", KEY, CORP.lower(), HEAD),
    "for us and more": sealing.seal(b"x", KEY, CORP + "x", HEAD),
    "under another key": sealing.seal(b"x", "B" * 43, CORP, HEAD),
}


@pytest.mark.parametrize("encrypted", SPOILT.values(), ids=SPOILT)
def test_what_is_signed_and_yet_no_message_is_refused(encrypted: str):
    signature = sealing.sign(TOKEN, "1", "2", encrypted)
    given = Sealed(signature=signature, timestamp="1", nonce="2", encrypted=encrypted)
    with pytest.raises(Forged):
        Seal(TOKEN, KEY, CORP).open(given)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "!" * 43])
def test_a_key_that_is_none_is_refused(key: str):
    with pytest.raises(ValueError, match="43 characters"):
        Seal(TOKEN, key, CORP)


def test_neither_token_nor_key_shows_when_printed():
    shown = repr(Seal(TOKEN, KEY, CORP)) + str(Seal(TOKEN, KEY, CORP))
    assert TOKEN not in shown
    assert KEY not in shown
