"""Receipts: sixteen digits on a slip of paper, and what they alone can find.

The digits are never stored. Stretched (`SCRYPT`, outside, off the loop: about 80 ms and 32 MiB) they give a root, and
the root gives one lookup id and one seed of a reply key for each piece. Ids and seeds of one receipt share nothing, so
rows found by them cannot be joined without the digits.

There is no check digit: all sixteen are chance (53 bits), because a predictable one would make guessing all receipts
of a stolen copy ten times cheaper, and a mistyped receipt gets the same answer as a wrong or withdrawn one anyway. The
salt is the installation's own secret, from the key directory or the environment: without it a copy of the data allows
no guessing at all, and if it is lost no receipt finds anything.

    digits --scrypt(salt)--> root --HKDF-Expand--> lookup id 0            the submission itself
                                              +--> lookup id 1, seed 1    its first piece
                                              +--> ...
"""

import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

DIGITS = 16
MOST_PIECES = 64
"""Pieces of one submission at the most. Looking up always derives this many, so that it always takes as long."""

LOOKUP = 16
"""Bytes of a lookup id; the same as `bucket.ID`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretching:
    """What `hashlib.scrypt` is to be called with (RFC 7914). A change makes every receipt given out worthless."""

    n: int
    r: int
    p: int
    maxmem: int
    dklen: int


SCRYPT = Stretching(n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
"""Twice what scrypt's author gave for answers on the spot (n = 2**14): somebody waits for it only when looking up."""

Stretch = Callable[[str], bytes]
"""From the sixteen digits to the root, with the installation's salt: slow on purpose."""


@dataclass(frozen=True, slots=True)
class Handle:
    """What one piece keeps of a receipt: the id as it is, of the seed only the public key made from it."""

    lookup: bytes
    reply_seed: bytes
    """32 bytes, an X25519 private key. Never stored."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt in memory: ready before it is needed, gone once it is shown."""

    digits: str
    root: bytes

    def submission(self) -> bytes:
        """The lookup id of the submission itself."""
        return handle(self.root, 0).lookup

    def pieces(self, count: int) -> tuple[Handle, ...]:
        """One handle for each of so many pieces. Raises `ValueError` beyond `MOST_PIECES`."""
        if count > MOST_PIECES:
            raise ValueError(f"a receipt serves {MOST_PIECES} pieces, not {count}")
        return tuple(handle(self.root, i) for i in range(1, count + 1))


def new(random: Callable[[int], bytes], stretch: Stretch) -> Receipt:
    """A receipt nobody has had before, but for one chance in 10**16 for each that is out."""
    digits = str(int.from_bytes(random(32), "big") % 10**DIGITS).zfill(DIGITS)
    return Receipt(digits, stretch(digits))


def handle(root: bytes, number: int) -> Handle:
    """What belongs to piece `number` of the receipt with this root; 0 is the submission."""
    return Handle(_expand(root, "lookup", number)[:LOOKUP], _expand(root, "reply", number))


def handles(root: bytes) -> tuple[Handle, ...]:
    """All that a receipt may find, the submission first; the same number for every receipt, right or wrong."""
    return tuple(handle(root, number) for number in range(MOST_PIECES + 1))


MOST_LETTERS = 4
"""Letters of the office to one piece; `core.dialogue` says why so few."""


@dataclass(frozen=True, slots=True)
class Held:
    """All that one receipt may find: of everything as much for every receipt, right or wrong."""

    handles: tuple[Handle, ...]
    """The submission first, then its pieces."""
    replies: tuple[tuple[bytes, ...], ...]
    """For each handle: the names of the replies to its letters, the first letter's first."""
    signature: bytes
    """The name of a contact left with it."""

    @property
    def lookups(self) -> tuple[bytes, ...]:
        """The lookup ids."""
        return tuple(handle.lookup for handle in self.handles)

    @property
    def names(self) -> frozenset[bytes]:
        """Everything of it that may wait in a vault."""
        return frozenset((*self.lookups, *(name for names in self.replies for name in names)))


def held(root: bytes) -> Held:
    """What belongs to the receipt with this root."""
    numbers = range(MOST_PIECES + 1)
    letters = range(1, MOST_LETTERS + 1)
    replies = tuple(
        tuple(_expand(root, f"answer {number}", letter)[:LOOKUP] for letter in letters)
        for number in numbers
    )
    return Held(handles(root), replies, _expand(root, "signature", 0)[:LOOKUP])


def _expand(root: bytes, purpose: str, number: int) -> bytes:
    """HKDF-Expand for one block (RFC 5869, 2.3); no Extract, because scrypt's output is uniform already (3.3)."""
    block = f"tingwen receipt {purpose} {number}".encode() + b"\x01"
    return hmac.new(root, block, "sha256").digest()


# --- how it is written and read --------------------------------------------------------------------------------


def written(digits: str) -> str:
    """As shown: four groups of four.

    >>> written("0123456789012345")
    '0123 4567 8901 2345'
    """
    return " ".join(digits[i : i + 4] for i in range(0, DIGITS, 4))


_NUMERALS = {
    char: str(digit)
    for digit, chars in enumerate(
        (
            "零〇○oO",
            "一壹幺l",
            "二贰貳两",
            "三叁叄",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for char in chars
}
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―－_.,，。、·:：/]+")
_RUN = re.compile(r"\d(?:[\s\-‐‑‒–—―]{0,3}\d)*", re.ASCII)


def parse(typed: str) -> str | None:
    """The sixteen digits somebody typed where a receipt was asked for, or None.

    Full-width digits, Chinese numerals, spaces and dashes are all right; so is the whole line of a message in which
    a single receipt stands.

    >>> parse("０１２３－4567 八九零一 2345")
    '0123456789012345'
    >>> parse("您的回执：0123 4567 8901 2345，请抄下")
    '0123456789012345'
    """
    if plain := only(typed):
        return plain
    runs = [
        re.sub(r"\D", "", run) for run in _RUN.findall(unicodedata.normalize("NFKC", typed))
    ]
    found = [run for run in runs if len(run) == DIGITS]
    return found[0] if len(found) == 1 else None


def only(typed: str) -> str | None:
    """The sixteen digits that a text is, with nothing else in it; None where it is something else.

    >>> only("0123-4567-8901-2345"), only("我的卡号 0123456789012345")
    ('0123456789012345', None)
    """
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed))
    plain = "".join(_NUMERALS.get(char, char) for char in text)
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else None


# --- what is typed about one -----------------------------------------------------------------------------------

LONGEST = 64
"""Characters; a longer text asks for nothing of this."""


@dataclass(frozen=True, slots=True)
class LooksUp:
    """What became of what I handed in?"""

    digits: str
    """Empty: it was meant as a receipt, and is none."""
    bare: bool = False
    """Nothing but the digits. In the middle of a talk they are an answer."""


@dataclass(frozen=True, slots=True)
class Withdraws:
    """Take back what I handed in."""

    digits: str
    sure: bool = False
    """Asked and confirmed."""


Asked = LooksUp | Withdraws

_LOOKS_UP = ("查询", "查", "回执", "receipt")
_WITHDRAWS = ("撤回", "withdraw")
_SURE = "确认撤回"
_YES = " yes"
_ASKS = re.compile(
    rf"/?(?P<what>{'|'.join((*_LOOKS_UP, *_WITHDRAWS, _SURE))})(?:回执)?[号码]*[\s:+]*(?P<rest>.*)"
)
_NEARLY = re.compile(r"\d[\d\s\-‐‑‒–—―]{6,}")


def recognise(text: str) -> Asked | None:
    """What the text asks of a receipt; None where it is something else, as nearly always.

    >>> recognise("查 0123 4567 8901 2345"), recognise("查一查食堂")
    (LooksUp(digits='0123456789012345', bare=False), None)
    >>> recognise("撤回＋0123456789012345")
    Withdraws(digits='0123456789012345', sure=False)
    """
    if len(text) > LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    asks = _ASKS.fullmatch(folded)
    if asks is None:
        begins = len(folded) >= DIGITS and (folded[0].isdigit() or folded[0] in _NUMERALS)
        digits = only(folded) if begins else None
        return LooksUp(digits, bare=True) if digits else None
    what, rest = asks["what"], asks["rest"]
    digits = only(rest.removesuffix(_YES)) or ""
    if rest and not digits and not _NEARLY.fullmatch(rest):
        return None
    if what in _LOOKS_UP:
        return LooksUp(digits)
    return Withdraws(digits, sure=bool(digits) and (what == _SURE or rest.endswith(_YES)))


def confirms(digits: str) -> str:
    """What the button says that confirms a withdrawal; any keyboard can type it."""
    return f"/withdraw {digits}{_YES}"
