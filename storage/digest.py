"""Digests: one a period, a draft until it is sent, then never changed again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from storage.database import Place, Tx
from storage.keys import derive, seal, unseal
from storage.portions import Snapshot
from storage.statement import Statement
from storage.tables import digest, digest_note, digest_portion


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDigest:
    """A digest as it is kept. `snapshot` is JSON, with the first lines of a large one; `personal` are the personal files, JSON each."""

    period: str
    version: int
    snapshot: str
    place: Place = field(repr=False)
    face: str
    """JSON of the little that chat shows of it, so that nobody opens a large snapshot for a glance."""
    personal: tuple[str, ...]
    sent: bool

    @property
    def whole(self) -> Snapshot:
        """All of it, for who draws papers."""
        portions = json.loads(self.face).get("portions", 0)
        if not portions:
            return Snapshot(head=self.snapshot)
        where, question = self.place, _PORTION.sqlite
        if isinstance(where, str):
            from storage.postgres import driver_url  # loaded already where there is a server

            where, (question, _) = driver_url(where), _PORTION.postgres
        return Snapshot(
            head=self.snapshot,
            portions=portions,
            place=where,
            question=question,
            period=self.period,
            version=self.version,
        )

    @property
    def screen(self) -> str:
        """The one-screen text."""
        return json.loads(self.face)["screen"]

    @property
    def check(self) -> int:
        """How many things in it somebody has to look at before it leaves."""
        return json.loads(self.face).get("check", 0)

    @property
    def sms(self) -> tuple[str, ...]:
        """The same as text messages; none where it was made before there were any."""
        return tuple(json.loads(self.face).get("sms", ()))

    @property
    def groups(self) -> list[tuple[str, int, int, int | None]]:
        """Each group's name, submissions of the period, of all so far, and how many are asked."""
        return [(*row,) for row in json.loads(self.face)["groups"]]

    @property
    def units(self) -> list[tuple[str, str, int, int]]:
        """Id, name, submissions of the period and of all so far, of each unit that has a line of its own."""
        return [(*row,) for row in json.loads(self.face).get("units", ())]

    @property
    def names(self) -> dict[str, str]:
        """What every unit was called, by id."""
        return dict(json.loads(self.face).get("names", ()))

    @property
    def parents(self) -> dict[str, str]:
        """The unit above each."""
        return dict(json.loads(self.face).get("parents", {}))

    @property
    def coverage(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each unit's name, and the band of each group in the order of `groups`."""
        rows = json.loads(self.face).get("coverage", ())
        return [(row["unit"], (*row["bands"],)) for row in rows]


_COLUMNS = (
    digest.c.period,
    digest.c.version,
    digest.c.snapshot,
    digest.c.face,
    digest.c.personal,
    digest.c.sent,
)
_FIND = Statement(select(*_COLUMNS).where(digest.c.period == bindparam("period_")))
_LAST = Statement(select(*_COLUMNS).order_by(digest.c.period.desc()).limit(1))
_LAST_SENT = Statement(
    select(*_COLUMNS)
    .where(digest.c.sent == bindparam("is_sent"))
    .order_by(digest.c.period.desc())
    .limit(1)
)
_PERIODS = Statement(select(digest.c.period).order_by(digest.c.period))
_SENT = Statement(
    select(digest.c.period)
    .where(digest.c.sent == bindparam("is_sent"))
    .order_by(digest.c.period)
)
_APART = Statement(
    select(digest.c.period, digest.c.personal)
    .where(digest.c.sent == bindparam("is_sent"))
    .order_by(digest.c.period.desc())
    .limit(bindparam("most"))
)
_DRAFT = Statement(insert(digest).on_conflict_do_nothing())
_AGAIN = Statement(
    update(digest)
    .where(
        digest.c.period == bindparam("period_"),
        digest.c.version == bindparam("version_"),
        digest.c.sent == 0,
    )
    .values(
        version=bindparam("next_"),
        snapshot=bindparam("snapshot_"),
        face=bindparam("face_"),
        personal=bindparam("personal_"),
    )
)
_PORTION = Statement(
    select(digest_portion.c.entries).where(
        digest_portion.c.period == bindparam("period_"),
        digest_portion.c.version == bindparam("version_"),
        digest_portion.c.number == bindparam("number_"),
    )
)
_PUT_ASIDE = Statement(insert(digest_portion))
_FORGET = Statement(
    delete(digest_portion).where(digest_portion.c.period == bindparam("period_"))
)
_NOTES = Statement(
    select(digest_note.c.field, digest_note.c.words).where(
        digest_note.c.period == bindparam("period_")
    )
)
_ANNOTATE = Statement(
    insert(digest_note).on_conflict_do_update(
        index_elements=["period", "field"], set_={"words": insert(digest_note).excluded.words}
    )
)
_SEND = Statement(
    update(digest)
    .where(
        digest.c.period == bindparam("period_"),
        digest.c.version == bindparam("version_"),
        digest.c.sent == 0,
    )
    .values(sent=1)
)


class Digests:
    """The digests, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def find(self, period: str) -> KeptDigest | None:
        """The digest of the period that closed on that date."""
        return self._kept(self._tx.one(_FIND, {"period_": period}))

    def last(self) -> KeptDigest | None:
        """The newest one."""
        return self._kept(self._tx.one(_LAST, {}))

    def last_sent(self) -> KeptDigest | None:
        """The newest one that was sent."""
        return self._kept(self._tx.one(_LAST_SENT, {"is_sent": 1}))

    def periods(self) -> tuple[str, ...]:
        """The closing dates that have one, oldest first."""
        return tuple(period for (period,) in self._tx.all(_PERIODS))

    def sent(self) -> tuple[str, ...]:
        """The closing dates of those that were sent, oldest first."""
        return tuple(period for (period,) in self._tx.all(_SENT, {"is_sent": 1}))

    def apart(self, most: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The personal files of the latest digests that were sent, each with its period."""
        rows = self._tx.all(_APART, {"is_sent": 1, "most": most, "skip": 0})
        return tuple((str(period), self._opened(period, sealed)) for period, sealed in rows)

    def draft(
        self,
        period: str,
        snapshot: str,
        face: str,
        personal: Sequence[str],
        portions: Sequence[str] = (),
    ) -> bool:
        """Keep the period's first draft; False where there is one."""
        sealed = seal(self._key(), json.dumps(list(personal)).encode(), period.encode())
        row = {
            "period": period,
            "version": 1,
            "snapshot": snapshot,
            "face": face,
            "personal": sealed.hex(),
            "sent": 0,
        }
        if self._tx.do(_DRAFT, row) != 1:
            return False
        self._put_aside(period, 1, portions)
        return True

    def again(
        self,
        was: KeptDigest,
        snapshot: str,
        face: str,
        personal: Sequence[str],
        portions: Sequence[str] = (),
    ) -> bool:
        """The draft made anew, as its next version; False where it was sent or made anew meanwhile."""
        sealed = seal(self._key(), json.dumps(list(personal)).encode(), was.period.encode())
        row = {
            "period_": was.period,
            "version_": was.version,
            "next_": was.version + 1,
            "snapshot_": snapshot,
            "face_": face,
            "personal_": sealed.hex(),
        }
        if self._tx.do(_AGAIN, row) != 1:
            return False
        self._tx.do(_FORGET, {"period_": was.period})
        self._put_aside(was.period, was.version + 1, portions)
        return True

    def _put_aside(self, period: str, version: int, portions: Sequence[str]) -> None:
        for number, entries in enumerate(portions):
            row = {"period": period, "version": version, "number": number, "entries": entries}
            self._tx.do(_PUT_ASIDE, row)

    def notes(self, period: str) -> dict[str, str]:
        """The clerk's own words, by field."""
        return dict(self._tx.all(_NOTES, {"period_": period}))

    def annotate(self, period: str, field: str, words: str) -> None:
        """The clerk says this in that field; empty words take back what stood there."""
        self._tx.do(_ANNOTATE, {"period": period, "field": field, "words": words})

    def send(self, period: str, version: int) -> bool:
        """Freeze it; False where it is sent already or was changed since it was looked at."""
        return self._tx.do(_SEND, {"period_": period, "version_": version}) == 1

    def _kept(self, row: tuple[object, ...] | None) -> KeptDigest | None:
        if row is None:
            return None
        period, version, snapshot, face, personal, sent = row
        return KeptDigest(
            period=str(period),
            version=int(str(version)),
            snapshot=str(snapshot),
            place=self._tx.place,
            face=str(face),
            personal=self._opened(period, personal),
            sent=bool(sent),
        )

    def _opened(self, period: object, personal: object) -> tuple[str, ...]:
        sealed = bytes.fromhex(str(personal))
        return tuple(json.loads(unseal(self._key(), sealed, str(period).encode())))

    def _key(self) -> bytes:
        return derive(self._tx.keys.master, "personal files")
