"""Scripts by digest: a talk that began under one wording ends under it, whatever the files say by then."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from bot.core.survey import Form, Group, Option, Question, Script, Survey, Unit, When
from storage.database import Tx
from storage.statement import Statement
from storage.tables import script

_FIND = Statement(select(script.c.body).where(script.c.digest == bindparam("digest_")))
_INSERT = Statement(insert(script).on_conflict_do_nothing())


def digest(body: str) -> str:
    """The name of a script: of all it says."""
    return hashlib.sha256(body.encode()).hexdigest()[:32]


def written(pinned: Script) -> str:
    """A script as text, the same for the same script."""
    return json.dumps(asdict(pinned), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Scripts:
    """The scripts, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def pin(self, pinned: Script) -> str:
        """Keep the script; its digest."""
        body = written(pinned)
        self._tx.do(_INSERT, {"digest": digest(body), "body": body})
        return digest(body)

    def find(self, name: str) -> Script | None:
        """The script of that digest."""
        row = self._tx.one(_FIND, {"digest_": name})
        return read(json.loads(row[0])) if row else None


def read(plain: Any) -> Script:
    """The script that `written` wrote."""
    survey = plain["survey"]
    return Script(
        round=plain["round"],
        survey=Survey(
            id=survey["id"],
            words=survey["words"],
            questions=tuple(_question(q) for q in survey["questions"]),
        ),
        groups=tuple(Group(**g) for g in plain["groups"]),
        units=tuple(Unit(**(u | {"also": tuple(u["also"])})) for u in plain["units"]),
    )


def _question(plain: Any) -> Question:
    when = plain["when"]
    return Question(
        id=plain["id"],
        dimension=plain["dimension"],
        staff=_form(plain["staff"]),
        parent=_form(plain["parent"]),
        when=When(when["question"], tuple(when["options"])) if when else None,
        name=plain["name"],
    )


def _form(plain: Any) -> Form | None:
    if plain is None:
        return None
    options = tuple(Option(o["id"], o["words"]) for o in plain["options"])
    return Form(**(plain | {"options": options}))
