"""What is past its time: how much of it there is, and its end.

    drafts          four days without a word; the service itself lets go after three and tells the writer
    inbox           two days, and the keys of those days
    invitations     once their last day is over
    trail, waves    a year
    urgent          a year, where it is done
    parcels         handed over or refused, two months after the day of what they brought
    awaited, errands, answers nobody gave  three days
    intake          three days, where it was never confirmed
    entries, twins  of opinions that are gone
    letters sent out  two years
    ways, decisions, themes  of opinions that were withdrawn
    letters, replies, tidings, echoes  a year
    contacts left   half a year
    tellings        a month, for whoever could not be reached
    bookings        once their day is over; the visiting day itself a year
    appraisals      three years after they were counted, and their ratings with them
    buckets         of rounds and ticks that are over

Other opinions, counts and digests are what people said and what the office was told: they have no time of their own here.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, or_, select

from bot.core.appraisal import PREFIX
from storage.database import Tx
from storage.keys import INBOX_DAYS, KeyLost, unseal
from storage.statement import Statement
from storage.tables import (
    answer,
    appraisal,
    awaited,
    booking,
    bucket,
    decision,
    draft,
    echo,
    entry,
    errand,
    inbox,
    intake,
    invitation,
    letter,
    mailing,
    opinion,
    outbox,
    reply,
    signature,
    telling,
    themed,
    tiding,
    trail,
    twin,
    urgent,
    vault,
    visiting_day,
    waiting,
    wave,
    way,
)

T = TypeVar("T")

DAY = 86400

DRAFT = 96 * 3600
"""Seconds. The service tells the writer at 72 hours; where it was down then, or could not, it ends a day later all the same."""

YEAR = 366
"""Days for which it is remembered what staff did and which waves went out."""

PARCEL = 62
"""Days for which a handed over parcel keeps the same thing from being handed over twice."""

ERRAND = 3
"""Days for which the desk remembers what it awaits, and a file nobody said the purpose of."""

SIGNED = 183
"""Days for which a contact is kept that somebody left on purpose."""

TELLING = 31
"""Days for which somebody is tried who could not be reached with what they wished to be told."""

APPRAISED = 3 * YEAR
"""Days for which it is kept how people were rated."""

_IN_USE = (
    bucket.c.round == vault.c.round,
    vault.c.state != bindparam("closed"),
    or_(
        bucket.c.kind == bindparam("tags"),
        bucket.c.epoch >= vault.c.epoch,
        vault.c.pending != bindparam("none"),
    ),
)
_OVER = select(visiting_day.c.id).where(
    visiting_day.c.id == booking.c.visit, visiting_day.c.day < bindparam("this_day")
)
_VOTED = PREFIX.replace("_", "\\_") + "%"
_PAST: tuple[tuple[Table, ColumnElement[bool]], ...] = (
    (inbox, inbox.c.day < bindparam("inbox_day")),
    (invitation, invitation.c.expires < bindparam("today")),
    (trail, trail.c.at < bindparam("year_ago")),
    (wave, wave.c.at < bindparam("year_ago")),
    (
        outbox,
        (outbox.c.state != 0)
        & outbox.c.ref.like("____-__-__%")
        & (outbox.c.ref < bindparam("parcel_day")),
    ),
    (urgent, (urgent.c.state == "done") & (urgent.c.day < bindparam("day_a_year_ago"))),
    (awaited, awaited.c.day < bindparam("errand_day")),
    (errand, errand.c.day < bindparam("errand_day")),
    (answer, answer.c.day < bindparam("errand_day")),
    (booking, _OVER.exists()),
    (
        visiting_day,
        (visiting_day.c.day < bindparam("day_a_year_ago"))
        | (visiting_day.c.state == "draft") & (visiting_day.c.day < bindparam("this_day")),
    ),
    (
        appraisal,
        (appraisal.c.counted != "") & (appraisal.c.counted < bindparam("appraised_day")),
    ),
    (
        opinion,
        opinion.c.round.like(_VOTED, escape="\\")
        & ~select(appraisal.c.number).where(appraisal.c.round == opinion.c.round).exists(),
    ),
    (intake, (intake.c.state == 0) & (intake.c.day < bindparam("begun_day"))),
    (
        waiting,
        ~select(intake.c.number)
        .where(
            intake.c.number == waiting.c.batch,
            or_(intake.c.state != 0, intake.c.day >= bindparam("begun_day")),
        )
        .exists(),
    ),
    (entry, ~select(opinion.c.id).where(opinion.c.id == entry.c.opinion).exists()),
    (
        twin,
        ~(
            select(opinion.c.id).where(opinion.c.id == twin.c.one).exists()
            & select(opinion.c.id).where(opinion.c.id == twin.c.other).exists()
        ),
    ),
    (mailing, mailing.c.sent < bindparam("day_two_years_ago")),
    (way, ~select(opinion.c.id).where(opinion.c.id == way.c.opinion).exists()),
    (letter, letter.c.day < bindparam("year_day")),
    (reply, reply.c.day < bindparam("year_day")),
    (tiding, tiding.c.day < bindparam("year_day")),
    (echo, echo.c.day < bindparam("year_day")),
    (signature, signature.c.day < bindparam("signed_day")),
    (telling, telling.c.day < bindparam("telling_day")),
    (decision, ~select(opinion.c.id).where(opinion.c.id == decision.c.opinion).exists()),
    (themed, ~select(opinion.c.id).where(opinion.c.id == themed.c.opinion).exists()),
    (bucket, ~select(vault.c.round).where(*_IN_USE).exists()),
)
_COUNTS = {
    table.name: Statement(select(func.count()).select_from(table).where(past))
    for table, past in _PAST
}
_ENDS = {table.name: Statement(delete(table).where(past)) for table, past in _PAST}
_SPENT = tuple(
    Statement(select(table.c.key).where(past))
    for table, past in _PAST
    if table in (answer, booking, bucket, signature, telling, intake)
)
_DRAFTS = Statement(select(draft.c.tag, draft.c.revision, draft.c.key, draft.c.sealed))
_DRAFT_END = Statement(
    delete(draft).where(draft.c.tag == bindparam("tag_"), draft.c.revision == bindparam("was"))
)


class Retention:
    """What is past its time, within one transaction. It may run beside the service: it takes no key, and burns those
    of what it removes only after the commit."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def overdue(self, now: float) -> Mapping[str, int]:
        """Rows past their time, by table."""
        limits = _limits(now)
        counts = {name: self._number(count, limits) for name, count in _COUNTS.items()}
        return {"draft": len(self._stale(now)), **counts}

    def end(self, now: float) -> Mapping[str, int]:
        """Delete them; how many there were, by table."""
        limits = _limits(now)
        gone = {"draft": 0}
        for tag, revision, slot in self._stale(now):
            gone["draft"] += self._tx.do(_DRAFT_END, {"tag_": tag, "was": revision})
            self._tx.outlive(slot)
        for spent in _SPENT:
            for (slot,) in self._tx.all(spent, limits):
                if slot is not None:
                    self._tx.outlive(slot)
        gone |= {name: self._tx.do(end, limits) for name, end in _ENDS.items()}
        self._tx.keys.drop_inbox_keys(int(now // DAY))
        return gone

    def _stale(self, now: float) -> list[tuple[bytes, int, int]]:
        """Drafts past their time, and those that no key opens any more."""
        found: list[tuple[bytes, int, int]] = []
        for tag, revision, slot, sealed in self._tx.all(_DRAFTS):
            try:
                bound = tag + revision.to_bytes(8, "big")
                since = json.loads(unseal(self._tx.keys.key(slot), sealed, bound))[-1]
            except KeyLost:
                since = 0.0
            if since < now - DRAFT:
                found.append((tag, revision, slot))
        return found

    def _number(self, count: Statement, limits: Mapping[str, object]) -> int:
        row = self._tx.one(count, limits)
        return row[0] if row else 0


def _limits(now: float) -> dict[str, object]:
    today = datetime.fromtimestamp(now, UTC).date()
    return {
        "inbox_day": int(now // DAY) - INBOX_DAYS,
        "today": int(now // DAY),
        "errand_day": int(now // DAY) - ERRAND,
        "year_day": int(now // DAY) - YEAR,
        "signed_day": int(now // DAY) - SIGNED,
        "telling_day": int(now // DAY) - TELLING,
        "year_ago": int(now) - YEAR * DAY,
        "parcel_day": (today - timedelta(days=PARCEL)).isoformat(),
        "this_day": today.isoformat(),
        "appraised_day": (today - timedelta(days=APPRAISED)).isoformat(),
        "day_a_year_ago": (today - timedelta(days=YEAR)).isoformat(),
        "day_two_years_ago": (today - timedelta(days=2 * YEAR)).isoformat(),
        "begun_day": (today - timedelta(days=ERRAND)).isoformat(),
        "closed": "closed",
        "tags": "tags",
        "none": "",
    }
