"""A file sealed under a passphrase, for copies that leave the house.

    TINGWEN1 · salt (16) · nonce (7) · pieces of at most 1 MiB, each sealed with AES-256-GCM

The key is scrypt's (RFC 7914, N = 2^16, r = 8, p = 1: 64 MiB and some tenths of a second a try). The pieces are the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015), as age and Tink have it: a piece's nonce holds its
number and whether it is the last, so that none can be left out, exchanged or cut off.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"TINGWEN1"
SALT, NONCE, PIECE, TAG = 16, 7, 1 << 20, 16
SHORTEST = 12
"""Characters of a passphrase."""


class NotOpened(Exception):
    """Another passphrase, or a file that was changed or cut off."""


def is_sealed(file: Path) -> bool:
    """Whether `seal_file` made it."""
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def seal_file(plain: Path, sealed: Path, passphrase: bytes) -> None:
    """Write a sealed copy of `plain` into `sealed`, which is there and empty."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    cipher = AESGCM(_key(passphrase, salt))
    with plain.open("rb") as source, sealed.open("r+b") as target:
        target.write(MAGIC + salt + nonce)
        for number, piece, last in _pieces(source, PIECE):
            target.write(cipher.encrypt(_named(nonce, number, last), piece, MAGIC))


def open_file(sealed: Path, plain: Path, passphrase: bytes) -> None:
    """Write what was sealed into `plain`, which is there and empty. Raises `NotOpened`."""
    with sealed.open("rb") as source, plain.open("r+b") as target:
        source.read(len(MAGIC))
        salt, nonce = source.read(SALT), source.read(NONCE)
        if len(salt + nonce) < SALT + NONCE:
            raise NotOpened
        cipher = AESGCM(_key(passphrase, salt))
        try:
            for number, piece, last in _pieces(source, PIECE + TAG):
                target.write(cipher.decrypt(_named(nonce, number, last), piece, MAGIC))
        except InvalidTag as error:
            raise NotOpened from error


def _key(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 16, r=8, p=1).derive(passphrase)


def _named(nonce: bytes, number: int, last: bool) -> bytes:
    return nonce + number.to_bytes(4, "big") + bytes([last])


def _pieces(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Number, piece, and whether it is the last one; an empty file has one empty piece."""
    number, piece = 0, source.read(size)
    while True:
        further = source.read(size)
        yield number, piece, not further
        if not further:
            return
        number, piece = number + 1, further
