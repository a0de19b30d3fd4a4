"""The platform's sealing, written a second time from its description alone: AES from FIPS 197, nothing of ours, no library.

Slow, and only there to be right. `tests/channels/wecom/test_crypto.py` begins by holding it against FIPS 197's own
example.
"""

import base64
import hashlib


def _multiply(a: int, b: int) -> int:
    """In GF(2^8) modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _substitute(byte: int) -> int:
    inverse = next((x for x in range(256) if _multiply(byte, x) == 1), 0)
    out = 0x63
    for turn in range(5):
        out ^= (inverse << turn | inverse >> (8 - turn)) & 0xFF
    return out


SBOX = [_substitute(byte) for byte in range(256)]
BACK = [SBOX.index(byte) for byte in range(256)]


def round_keys(key: bytes) -> list[bytes]:
    words = [key[i : i + 4] for i in range(0, 32, 4)]
    power = 1
    for i in range(8, 60):
        word = words[i - 1]
        if i % 8 == 0:
            word = bytes(SBOX[b] for b in word[1:] + word[:1])
            word = bytes((word[0] ^ power,)) + word[1:]
            power = _multiply(power, 2)
        elif i % 8 == 4:
            word = bytes(SBOX[b] for b in word)
        words.append(bytes(a ^ b for a, b in zip(words[i - 8], word, strict=True)))
    return [b"".join(words[i : i + 4]) for i in range(0, 60, 4)]


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _rows(state: bytes, direction: int) -> bytes:
    return bytes(state[4 * ((c + direction * r) % 4) + r] for c in range(4) for r in range(4))


def _columns(state: bytes, factors: tuple[int, ...]) -> bytes:
    out = bytearray()
    for c in range(0, 16, 4):
        column = state[c : c + 4]
        for r in range(4):
            value = 0
            for i in range(4):
                value ^= _multiply(column[i], factors[(i - r) % 4])
            out.append(value)
    return bytes(out)


def encrypt_block(block: bytes, keys: list[bytes]) -> bytes:
    state = _xor(block, keys[0])
    for number, key in enumerate(keys[1:], 1):
        state = _rows(bytes(SBOX[b] for b in state), 1)
        if number < len(keys) - 1:
            state = _columns(state, (2, 3, 1, 1))
        state = _xor(state, key)
    return state


def decrypt_block(block: bytes, keys: list[bytes]) -> bytes:
    state = _xor(block, keys[-1])
    for number, key in reversed(list(enumerate(keys[:-1]))):
        state = bytes(BACK[b] for b in _rows(state, -1))
        state = _xor(state, key)
        if number:
            state = _columns(state, (14, 11, 13, 9))
    return state


def aes_key(text: str) -> bytes:
    """43 characters of base64 are 258 bits: 32 bytes, and two bits that say nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bits = "".join(f"{alphabet.index(c):06b}" for c in text)
    return int(bits[:256], 2).to_bytes(32, "big")


def seal(message: bytes, key: str, receiver: str, random: bytes) -> str:
    """The ciphertext in base64."""
    secret = aes_key(key)
    plain = random + len(message).to_bytes(4, "big") + message + receiver.encode()
    fill = 32 - len(plain) % 32
    plain += bytes((fill,)) * fill
    keys, before, out = round_keys(secret), secret[:16], b""
    for at in range(0, len(plain), 16):
        before = encrypt_block(_xor(plain[at : at + 16], before), keys)
        out += before
    return base64.b64encode(out).decode()


def unseal(encrypted: str, key: str) -> tuple[bytes, str]:
    """The message, and whom it is for."""
    secret, content = aes_key(key), base64.b64decode(encrypted)
    keys, before, plain = round_keys(secret), secret[:16], b""
    for at in range(0, len(content), 16):
        block = content[at : at + 16]
        plain += _xor(decrypt_block(block, keys), before)
        before = block
    plain = plain[: -plain[-1]]
    length = int.from_bytes(plain[16:20], "big")
    return plain[20 : 20 + length], plain[20 + length :].decode()


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    joined = "".join(sorted([token, timestamp, nonce, encrypted]))
    return hashlib.sha1(joined.encode()).hexdigest()
