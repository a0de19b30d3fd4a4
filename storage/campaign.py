"""Plans in their versions, and what was reported of their nodes.

A version is a draft until somebody approves it; then it lives, and the one that lived before is replaced by it, in the
same transaction. Of a plan at most one version lives: an index says so, whoever races. Whoever changes a version names
the revision they looked at. Plans hold names of responsible people, so their words are sealed under the master key.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from storage.database import Raced, Tx
from storage.keys import derive, seal, unseal
from storage.statement import Statement
from storage.tables import campaign as table
from storage.tables import completion

if TYPE_CHECKING:  # what reads dates is imported with the first plan, for start-up's sake
    from bot.core.campaign.model import Campaign, Completion

DRAFT, LIVING, REPLACED, ENDED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCampaign:
    """One version of a plan, as it is kept."""

    campaign: "Campaign"
    revision: int
    """Counts every change of this version."""
    lives: bool
    approved_by: str = ""
    """The label of the account; empty for a draft."""
    source: str = ""
    """What the document said, as its reader left it, where it has to be read again once its year is known."""

    @property
    def id(self) -> str:
        """The plan's number, the same in all versions."""
        return self.campaign.id


_COLUMNS = (
    table.c.id,
    table.c.version,
    table.c.state,
    table.c.revision,
    table.c.approved_by,
    table.c.sealed,
)
_IN_STATE = Statement(
    select(*_COLUMNS).where(table.c.state == bindparam("state_")).order_by(table.c.id)
)
_FIND = Statement(
    select(*_COLUMNS).where(
        table.c.id == bindparam("id_"), table.c.state == bindparam("state_")
    )
)
_LAST = Statement(select(func.max(table.c.id)))
_LAST_VERSION = Statement(
    select(func.max(table.c.version)).where(table.c.id == bindparam("id_"))
)
_PUT = Statement(insert(table))
_CHANGE = Statement(
    update(table)
    .where(
        table.c.id == bindparam("id_"),
        table.c.version == bindparam("version_"),
        table.c.revision == bindparam("was"),
        table.c.state == bindparam("state_"),
    )
    .values(
        revision=bindparam("is"),
        state=bindparam("now"),
        approved_by=bindparam("who"),
        sealed=bindparam("sealed_"),
    )
)
_REPLACE = Statement(
    update(table)
    .where(table.c.id == bindparam("id_"), table.c.state == LIVING)
    .values(state=bindparam("now"))
)
_DISCARD = Statement(
    delete(table).where(table.c.id == bindparam("id_"), table.c.state == DRAFT)
)
_LIVING = Statement(
    select(table.c.id, table.c.version, table.c.revision)
    .where(table.c.state == LIVING)
    .order_by(table.c.id)
)
_REPORTED = Statement(
    select(
        completion.c.campaign, completion.c.node, completion.c.unit, completion.c.occurrence
    ).order_by(
        completion.c.campaign, completion.c.node, completion.c.unit, completion.c.occurrence
    )
)
_REPORT = Statement(insert_or(completion).on_conflict_do_nothing())
_WHOSE = (
    completion.c.campaign == bindparam("campaign_"),
    completion.c.node == bindparam("node_"),
    completion.c.unit == bindparam("unit_"),
    completion.c.occurrence == bindparam("occurrence_"),
)
_UNREPORT = Statement(delete(completion).where(*_WHOSE))
_COMPLETIONS = Statement(
    select(completion.c.node, completion.c.unit, completion.c.occurrence, completion.c.day)
    .where(completion.c.campaign == bindparam("campaign_"))
    .order_by(completion.c.day, completion.c.node)
)


class Campaigns:
    """Plans and reports, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # -- versions -----------------------------------------------------------------------------------------------

    def living(self) -> tuple[KeptCampaign, ...]:
        """Every plan that was approved and goes on."""
        return self._in_state(LIVING)

    def drafts(self) -> tuple[KeptCampaign, ...]:
        """What nobody has approved yet."""
        return self._in_state(DRAFT)

    def alive(self, id: str) -> KeptCampaign | None:
        """The version of that plan that lives."""
        return self._find(id, LIVING)

    def draft(self, id: str) -> KeptCampaign | None:
        """The version of that plan that waits to be approved."""
        return self._find(id, DRAFT)

    def begin(self, new: "Campaign", source: str = "") -> KeptCampaign:
        """Keep a draft of a plan nobody knew; it gets its number."""
        (last,) = self._tx.one(_LAST, {}) or (None,)
        return self._put(replace(new, id=str((last or 0) + 1), version=1, since=None), source)

    def propose(self, next: "Campaign", source: str = "") -> KeptCampaign:
        """Keep a draft of the next version of a plan. An earlier draft of it goes."""
        self.discard(next.id)
        (last,) = self._tx.one(_LAST_VERSION, {"id_": int(next.id)}) or (None,)
        return self._put(replace(next, version=(last or 0) + 1, since=None), source)

    def keep(self, kept: KeptCampaign, changed: "Campaign") -> KeptCampaign:
        """This version is now so. Raises `Raced` where it is not what was looked at any more."""
        state = LIVING if kept.lives else DRAFT
        self._change(kept, changed, state, state, kept.approved_by, kept.source)
        return replace(kept, campaign=changed, revision=kept.revision + 1)

    def approve(self, kept: KeptCampaign, approved: "Campaign", who: str) -> KeptCampaign:
        """The draft lives, and the version that lived before is replaced. Raises `Raced` as `keep` does."""
        self._tx.do(_REPLACE, {"id_": int(kept.id), "now": REPLACED})
        self._change(kept, approved, DRAFT, LIVING, who, "")
        return replace(
            kept,
            campaign=approved,
            revision=kept.revision + 1,
            lives=True,
            approved_by=who,
            source="",
        )

    def discard(self, id: str) -> bool:
        """Forget the draft of that plan; False where there is none."""
        return self._tx.do(_DISCARD, {"id_": int(id)}) == 1

    def end(self, id: str) -> bool:
        """The plan lives no longer; what was reported of it stays. False where it did not live."""
        return self._tx.do(_REPLACE, {"id_": int(id), "now": ENDED}) == 1

    # -- reports ------------------------------------------------------------------------------------------------

    def report(self, id: str, done: "Completion", who: str) -> bool:
        """A node was reported done; False where that very report is there already."""
        row = {**_key(id, done), "day": done.day.isoformat(), "who": who}
        return self._tx.do(_REPORT, row) == 1

    def unreport(self, id: str, done: "Completion") -> bool:
        """It was not done after all; False where nobody had said so."""
        where = {f"{name}_": value for name, value in _key(id, done).items()}
        return self._tx.do(_UNREPORT, where) == 1

    def completions(self, id: str) -> "tuple[Completion, ...]":
        """All that was reported of a plan, oldest first."""
        from bot.core.campaign.model import Completion

        return tuple(
            Completion(
                node=node,
                day=date.fromisoformat(day),
                unit=unit,
                occurrence=date.fromisoformat(occurrence) if occurrence else None,
            )
            for node, unit, occurrence, day in self._tx.all(
                _COMPLETIONS, {"campaign_": int(id)}
            )
        )

    def stamp(self) -> tuple[object, ...]:
        """Changes whenever a living plan or a report of one does."""
        return tuple(self._tx.all(_LIVING)), tuple(self._tx.all(_REPORTED))

    # -- rows ---------------------------------------------------------------------------------------------------

    def _in_state(self, state: int) -> tuple[KeptCampaign, ...]:
        return tuple(self._kept(row) for row in self._tx.all(_IN_STATE, {"state_": state}))

    def _find(self, id: str, state: int) -> KeptCampaign | None:
        if not (id.isascii() and id.isdecimal() and len(id) < 10):
            return None
        row = self._tx.one(_FIND, {"id_": int(id), "state_": state})
        return self._kept(row) if row else None

    def _put(self, new: "Campaign", source: str) -> KeptCampaign:
        row = {
            "id": int(new.id),
            "version": new.version,
            "state": DRAFT,
            "revision": 1,
            "approved_by": "",
            "sealed": self._sealed(new, source),
        }
        self._tx.do(_PUT, row)
        return KeptCampaign(campaign=new, revision=1, lives=False, source=source)

    def _change(
        self, kept: KeptCampaign, new: "Campaign", was: int, now: int, who: str, source: str
    ) -> None:
        found = self._tx.do(
            _CHANGE,
            {
                "id_": int(kept.id),
                "version_": kept.campaign.version,
                "was": kept.revision,
                "state_": was,
                "is": kept.revision + 1,
                "now": now,
                "who": who,
                "sealed_": self._sealed(new, source),
            },
        )
        if not found:
            raise Raced

    def _sealed(self, new: "Campaign", source: str) -> bytes:
        from bot.core.campaign.snapshot import to_json

        plain = json.dumps([to_json(new), source], ensure_ascii=False).encode()
        return seal(self._key(), plain, _bound(new.id, new.version))

    def _kept(self, row: Iterable[object]) -> KeptCampaign:
        from bot.core.campaign.snapshot import from_json

        id, version, state, revision, approved_by, sealed = row
        opened = unseal(self._key(), bytes(sealed), _bound(id, version))  # pyright: ignore[reportArgumentType]
        body, source = json.loads(opened)
        return KeptCampaign(
            campaign=from_json(body),
            revision=int(str(revision)),
            lives=state == LIVING,
            approved_by=str(approved_by),
            source=source,
        )

    def _key(self) -> bytes:
        return derive(self._tx.keys.master, "campaigns")


def _bound(id: object, version: object) -> bytes:
    return f"{id} {version}".encode()


def _key(id: str, done: "Completion") -> dict[str, str | int]:
    return {
        "campaign": int(id),
        "node": done.node,
        "unit": done.unit,
        "occurrence": done.occurrence.isoformat() if done.occurrence else "",
    }
