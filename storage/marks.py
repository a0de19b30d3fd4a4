"""Which key directory this database was written with: replicas have to share one, and one that is not mounted looks new.

What another directory would write here nobody else could open, and at its start it would burn what it does not know. So
the first service on a PostgreSQL leaves the mark of its directory, a MAC that says nothing; who comes with another one
takes nothing in. On SQLite there is one service, and no row.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from sqlalchemy import insert, select

from storage.database import Tx
from storage.statement import Statement
from storage.tables import keyring

_FIND = Statement(select(keyring.c.mark))
_PUT = Statement(insert(keyring))


def known(url: str) -> bytes | None:
    """The mark that stands in that PostgreSQL; None where none does, or it cannot be asked."""
    with ThreadPoolExecutor(
        1
    ) as apart:  # it turns a loop of its own, and the caller may have one
        return apart.submit(_asked, url).result()


def _asked(url: str) -> bytes | None:
    from storage.postgres import Postgres  # its driver is imported where it is used

    try:
        with closing(Postgres(url)) as line:
            row = line.one(_FIND, {})
    except (*Postgres.broken, *Postgres.unready):
        return None
    return bytes(row[0]) if row else None


class Marks:
    """The mark, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def fits(self) -> bool:
        """Whether our key directory is the one; the first that asks is."""
        row = self._tx.one(_FIND, {})
        if row is None:
            self._tx.do(_PUT, {"mark": self._tx.keys.mark})
            return True
        return bytes(row[0]) == self._tx.keys.mark
