"""What has been taken in already: a repeated delivery stops here, across restarts.

A row is a MAC under a key that changes each day and is burned two days later; it says neither who nor what nor when.
"""

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Incoming
from storage.database import Tx
from storage.keys import INBOX_DAYS
from storage.statement import Statement
from storage.tables import inbox

_KNOWN = Statement(select(inbox.c.day).where(inbox.c.mac == bindparam("mac_")))
_INSERT = Statement(insert(inbox).on_conflict_do_nothing())
_OLD = Statement(delete(inbox).where(inbox.c.day < bindparam("before")))


class Inbox:
    """The inbox, within one transaction. `day` counts days since 1970."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def first(self, incoming: Incoming, day: int) -> bool:
        """Remember this delivery; False when it was taken in before."""
        key = f"{incoming.address.channel}\0{incoming.address.id}\0{incoming.key}".encode()
        today, *earlier = self._tx.keys.inbox_days(day)
        for known in earlier:
            if self._tx.one(_KNOWN, {"mac_": self._tx.keys.inbox_mac(key, known)}):
                return False
        row = {"mac": self._tx.keys.inbox_mac(key, today), "day": today}
        return self._tx.do(_INSERT, row) == 1

    def forget(self, day: int) -> None:
        """Drop what is past its time, and the keys it was made with."""
        self._tx.do(_OLD, {"before": day - INBOX_DAYS})
        self._tx.keys.drop_inbox_keys(day)
