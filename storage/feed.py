"""Addresses at which the calendar can be subscribed to: made, looked up, taken back.

Whoever has the address sees the calendar, so its token is as long as a key and kept only as a MAC: it is shown once, to
whoever made it, and the database cannot give it away.
"""

import hmac
import secrets
from datetime import date

from sqlalchemy import bindparam, delete, func, insert, select

from storage.database import Tx
from storage.keys import derive
from storage.statement import Statement
from storage.tables import feed

OCTETS = 24
"""Of a token: 192 bits, 32 characters of an address."""

_MAKE = Statement(insert(feed))
_FIND = Statement(select(feed.c.day).where(feed.c.mac == bindparam("mac_")))
_COUNT = Statement(select(func.count()).select_from(feed))
_CLEAR = Statement(delete(feed))


class Feeds:
    """The addresses, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def make(self, who: str, day: date) -> str:
        """A new token. It is kept nowhere: show it now."""
        token = secrets.token_urlsafe(OCTETS)
        self._tx.do(_MAKE, {"mac": self._mac(token), "who": who, "day": day.isoformat()})
        return token

    def known(self, token: str) -> bool:
        """Whether that token is good."""
        return self._tx.one(_FIND, {"mac_": self._mac(token)}) is not None

    def count(self) -> int:
        """How many are good."""
        (count,) = self._tx.one(_COUNT, {}) or (0,)
        return int(count)

    def clear(self) -> int:
        """None is good any more; how many there were."""
        return self._tx.do(_CLEAR, {})

    def _mac(self, token: str) -> bytes:
        return hmac.digest(derive(self._tx.keys.master, "feeds"), token.encode(), "sha256")
