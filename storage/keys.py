"""Keys, kept apart from the data: what is burned here can be read nowhere.

The key directory lies outside the data directory, is readable by the service alone and is never backed up. It holds
the master key (unless the environment gives one), the tag key, a key for each day's inbox, and a file of *slots*: 32
bytes each, one for every sealed version that a row names. A slot is written and synced before the row is committed
and overwritten after the row has moved on, so an older version cannot be opened from the write-ahead log, a free
page, a replica or a backup, not even with the directory in hand.
"""

import hmac
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = 32
"""Bytes of a key."""

GROW = 1024
"""Slots added when none is free."""

INBOX_DAYS = 2
"""Whole days for which an inbox key outlives its own day: 48 hours in which a repeat is known."""

_BURNED = bytes(KEY)

DRAWN = 8192
"""Random bytes drawn from the system at a time: one call for a hundred keys instead of one for each."""


class _Chance(threading.local):
    """Bytes drawn and not given yet; each is given once. A thread has its own."""

    drawn = b""
    given = 0


_chance = _Chance()


def chance(count: int) -> bytes:
    """So many random bytes from the system's source."""
    start = _chance.given
    if start + count > len(_chance.drawn):
        _chance.drawn, start = os.urandom(max(DRAWN, count)), 0
    _chance.given = start + count
    return _chance.drawn[start : start + count]


class KeyLost(Exception):
    """A row names a key that is not there: the version cannot be opened any more."""


class Keyring:
    """The keys of one installation. Used by the writer's thread alone, but for `master`; by several processes
    each in its turn to write."""

    def __init__(self, directory: Path, master: bytes | None = None) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        self._directory = directory
        self.master_was_made = master is None and not (directory / "master").exists()
        """No master key was given or found; one lies in the key directory now. The operator is told."""
        self.master = master or self._kept("master")
        self._tag = self._kept("tag")
        self._slots = os.open(directory / "slots", os.O_RDWR | os.O_CREAT, 0o600)
        self._count = os.fstat(self._slots).st_size // KEY
        self._free: list[int] = []
        self._dirty = False
        self._settled = False
        self._days: dict[int, bytes] = {}
        self._standing: dict[int, tuple[int, ...]] = {}

    def close(self) -> None:
        """Let go of the slot file."""
        os.close(self._slots)

    @property
    def mark(self) -> bytes:
        """What stands for this directory and its master key; it opens nothing."""
        return _mark(self.master, self._tag)

    def there(self) -> bool:
        """Whether the directory still holds the very file that was opened: a mount may have gone."""
        try:
            return os.path.samestat(os.fstat(self._slots), (self._directory / "slots").stat())
        except OSError:
            return False

    # -- slots ----------------------------------------------------------------

    def keep_only(self, named: Iterable[int]) -> None:
        """At start: burn every slot that no row names, and know which are free.

        Only the first call does: later on a slot may be named by a row that is not committed yet.
        """
        if self._settled:
            return
        self._settled = True
        self._count = (
            os.fstat(self._slots).st_size // KEY
        )  # another process may have made it longer
        live = set(named)
        while self._count <= max(live, default=-1):
            self._grow()  # rows restored beside a new key directory: their slots stay theirs, and empty
        unnamed = [slot for slot in range(self._count) if slot not in live]
        for slot in unnamed:
            if self.has(slot):
                self._overwrite(slot)
        self._free = unnamed
        self.sync()

    def new(self) -> tuple[int, bytes]:
        """A fresh key in a slot of its own, taken by chance: neighbours would have been named at one time.

        Not durable before `sync`.
        """
        slot, key = self._taken(), chance(KEY)
        os.pwrite(self._slots, key, slot * KEY)
        self._dirty = True
        return slot, key

    def _taken(self) -> int:
        """A free slot; what was free when one looked last may hold another process's key by now."""
        while True:
            if not self._free:
                self._grow()
            free = self._free
            taken = int.from_bytes(chance(4), "big") % len(free)
            free[taken], free[-1] = free[-1], free[taken]
            if not self.has(slot := free.pop()):
                return slot

    def key(self, slot: int) -> bytes:
        """The key in that slot."""
        return os.pread(self._slots, KEY, slot * KEY)

    def has(self, slot: int) -> bool:
        """Whether there is a key in that slot: none after it was burned, or where data came without its keys."""
        return self.key(slot) not in (_BURNED, b"")

    def burn(self, slot: int, key: bytes) -> None:
        """Overwrite this key, if it is still there; what it sealed is gone once `sync` has returned."""
        if self.key(slot) == key:
            self._overwrite(slot)
            self._free.append(slot)

    def sync(self) -> None:
        """Make what was written and burned durable."""
        if self._dirty:
            os.fdatasync(self._slots)
            self._dirty = False

    def _overwrite(self, slot: int) -> None:
        os.pwrite(self._slots, _BURNED, slot * KEY)
        self._dirty = True

    def _grow(self) -> None:
        """More slots; those first by which another process made the file longer."""
        known, self._count = self._count, os.fstat(self._slots).st_size // KEY
        if self._count == known:
            self._count += GROW
            os.ftruncate(self._slots, self._count * KEY)
            os.fsync(self._slots)
        self._free = list(range(self._count - 1, known - 1, -1))

    # -- names without a way back -----------------------------------------------

    def tag(self, address: bytes) -> bytes:
        """The name of an address in drafts; without the key directory it leads to nobody."""
        return mac(self._tag, address)[:16]

    def inbox_mac(self, key: bytes, day: int) -> bytes:
        """The name of a delivery in the inbox, under that day's key."""
        return mac(self._day_key(day), key)[:16]

    def inbox_days(self, day: int) -> tuple[int, ...]:
        """The days whose keys still stand, newest first."""
        if day not in self._standing:
            # The day after, too: where the clock was turned back over midnight, it has been here already.
            around = (day + 1, *range(day - 1, day - INBOX_DAYS - 1, -1))
            kept = (d for d in around if (self._directory / f"inbox-{d}").exists())
            self._standing = {day: (day, *kept)}
        return self._standing[day]

    def drop_inbox_keys(self, day: int) -> None:
        """Burn the inbox keys that are past their time."""
        for file in self._directory.glob("inbox-*"):
            old = int(file.name.removeprefix("inbox-"))
            if old < day - INBOX_DAYS:
                _burn_file(file)
                self._days.pop(old, None)

    def _day_key(self, day: int) -> bytes:
        if day not in self._days:
            self._days[day] = self._kept(f"inbox-{day}")
        return self._days[day]

    def _kept(self, name: str) -> bytes:
        """The key in that file; made, and synced, where there is none."""
        file = self._directory / name
        if file.exists():
            return file.read_bytes()
        made = self._directory / f".{name}-{os.urandom(4).hex()}"
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, os.urandom(KEY))
            os.fsync(handle)
        finally:
            os.close(handle)
        with suppress(FileExistsError):  # another process was first
            os.link(made, file)
        made.unlink()
        return file.read_bytes()


def mark_of(directory: Path, master: bytes | None = None) -> bytes | None:
    """The mark of a directory that is only looked at; None where there is none, or it cannot be read."""
    try:
        known = master or (directory / "master").read_bytes()
        return _mark(known, (directory / "tag").read_bytes())
    except OSError:
        return None


def _mark(master: bytes, tag: bytes) -> bytes:
    return mac(derive(master, "mark"), tag)[:16]


def derive(master: bytes, purpose: str) -> bytes:
    """A key for one purpose, from the master key."""
    return mac(master, purpose.encode())


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 of something short.

    `hmac.digest` lets go of the interpreter's lock even for two microseconds of work, and then waits for it until another
    busy thread has had its turn: a hundred times as long.
    """
    return hmac.new(key, message, "sha256").digest()


PAD = 1024
"""Sealed lengths are multiples of this, so that a size tells little about a text."""


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """Seal and pad; `bound` is what the row says in the clear and must not be exchanged."""
    size = len(plain) + 4
    return seal_block(key, len(plain).to_bytes(4, "big") + plain + bytes(-size % PAD), bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `seal` sealed. Raises `KeyLost` where the key is not the one."""
    padded = unseal_block(key, sealed, bound)
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def seal_block(key: bytes, block: bytes, bound: bytes) -> bytes:
    """Seal what has always one size, so that nothing needs to be padded."""
    nonce = chance(12)
    return nonce + AESGCM(key).encrypt(nonce, block, bound)


def unseal_block(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `seal_block` sealed. Raises `KeyLost` where the key is not the one."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], bound)
    except (
        InvalidTag,
        ValueError,
    ) as error:  # a key that is not there has no length to speak of
        raise KeyLost from error


_TO_HOLDER = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
"""RFC 9180, base mode: who seals is nobody in particular."""


def public_of(seed: bytes) -> bytes:
    """The public half of a reply key."""
    return X25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def seal_to(public: bytes, plain: bytes, bound: bytes) -> bytes:
    """Seal and pad for whoever has the other half of this X25519 key; who sealed it cannot open it again."""
    size = len(plain) + 4
    padded = len(plain).to_bytes(4, "big") + plain + bytes(-size % PAD)
    return _TO_HOLDER.encrypt(padded, X25519PublicKey.from_public_bytes(public), bound)


def unseal_with(seed: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `seal_to` sealed. Raises `KeyLost` where the key is not the one."""
    try:
        padded = _TO_HOLDER.decrypt(sealed, X25519PrivateKey.from_private_bytes(seed), bound)
    except (InvalidTag, ValueError) as error:
        raise KeyLost from error
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _burn_file(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY)
    try:
        os.write(handle, _BURNED)
        os.fsync(handle)
    finally:
        os.close(handle)
    file.unlink()
