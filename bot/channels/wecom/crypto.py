"""How the platform seals what it sends to our callback, and how we know that it did.

    key        base64(EncodingAESKey + "="), 32 bytes; AES-256-CBC, its first 16 bytes are the IV
    plain      16 random bytes, length of the message (4 bytes, big-endian), message, whom it is for
    padding    PKCS#7 to 32 bytes, not to AES's own 16
    signature  SHA-1 of token, timestamp, nonce and ciphertext, sorted and joined

This is path 91144 and nothing of ours: SHA-1 and CBC are the platform's choice. The signature is looked at first and
in constant time, so that nobody can ask the decryption anything. Knows no XML, no HTTP and no clock.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK = 32
"""Bytes that the plain text is padded to a multiple of."""
HEAD = 16 + 4
"""Random bytes and the length, before the message."""

_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Forged(Exception):
    """This does not come from the platform, is not meant for us, or did not arrive whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A message as it travels."""

    signature: str
    timestamp: str
    nonce: str
    encrypted: str
    """Base64."""


class Seal:
    """One callback's token and key. Shows neither when printed."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        """`receiver`: the corp id, exactly as the platform writes it. Raises `ValueError` for a key that is none."""
        if not _KEY.fullmatch(aes_key):
            raise ValueError("an EncodingAESKey has 43 characters")
        # Most keys end in bits that base64 does not use; a strict decoder would refuse those.
        key = base64.b64decode(f"{aes_key}=")
        self._token = token
        self._cipher = Cipher(AES(key), CBC(key[:16]))
        self._receiver = receiver.encode()

    def open(self, sealed: Sealed) -> bytes:
        """The message. Raises `Forged`."""
        wanted = self._sign(sealed.timestamp, sealed.nonce, sealed.encrypted)
        if not hmac.compare_digest(
            wanted.encode(), sealed.signature.encode("utf-8", "replace")
        ):
            raise Forged("signature")
        return self._message(self._plain(_ciphertext(sealed.encrypted)))

    def seal(
        self, message: bytes, timestamp: str, nonce: str, random: Callable[[int], bytes]
    ) -> Sealed:
        """The message, sealed for the platform."""
        plain = random(16) + len(message).to_bytes(4, "big") + message + self._receiver
        padder, encryptor = PKCS7(BLOCK * 8).padder(), self._cipher.encryptor()
        padded = padder.update(plain) + padder.finalize()
        encrypted = base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
        return Sealed(
            signature=self._sign(timestamp, nonce, encrypted),
            timestamp=timestamp,
            nonce=nonce,
            encrypted=encrypted,
        )

    def _sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        parts = sorted((self._token, timestamp, nonce, encrypted))
        return sha1(
            "".join(parts).encode("utf-8", "replace"), usedforsecurity=False
        ).hexdigest()

    def _plain(self, ciphertext: bytes) -> bytes:
        decryptor, unpadder = self._cipher.decryptor(), PKCS7(BLOCK * 8).unpadder()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        try:
            return unpadder.update(padded) + unpadder.finalize()
        except ValueError as error:
            raise Forged("padding") from error

    def _message(self, plain: bytes) -> bytes:
        length = int.from_bytes(plain[16:HEAD], "big")
        if len(plain) < HEAD or length > len(plain) - HEAD:
            raise Forged("length")
        end = HEAD + length
        if not hmac.compare_digest(plain[end:], self._receiver):
            raise Forged("receiver")
        return plain[HEAD:end]


def _ciphertext(encrypted: str) -> bytes:
    try:
        ciphertext = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Forged("base64") from error
    if not ciphertext or len(ciphertext) % BLOCK:
        raise Forged("length")
    return ciphertext
