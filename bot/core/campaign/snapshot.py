"""A campaign as JSON and back: what the database keeps of it.

Fields that hold nothing are left out. A class changed later must still read old snapshots: new fields get a default,
old ones are never given another meaning.
"""

import json
from dataclasses import fields
from datetime import date
from typing import Any, cast

from bot.core.campaign.model import Anchor, Ask, Campaign, Doubt, Node

FORMAT = 1


class NotACampaign(ValueError):
    """This JSON was not written by `to_json`, or by a later version of it."""


def to_json(campaign: Campaign) -> str:
    """The snapshot. The same campaign always gives the same text."""
    body = {"format": FORMAT, "campaign": _plain(campaign)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Campaign:
    """The campaign of that snapshot. Raises `NotACampaign`."""
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise NotACampaign(f"format {found['format']}, this is {FORMAT}")
        return _campaign(found["campaign"])
    except (KeyError, TypeError, ValueError) as cause:
        raise cause if isinstance(cause, NotACampaign) else NotACampaign(str(cause)) from cause


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in cast(tuple[object, ...], value)]
        case Campaign() | Node() | Ask() | Doubt() | Anchor():
            held = ((f, getattr(value, f.name)) for f in fields(value))
            return {f.name: _plain(one) for f, one in held if one != f.default}
        case _:
            return value


Plain = dict[str, Any]


def _campaign(plain: Plain) -> Campaign:
    read: Plain = {
        "day": _day(plain.get("day")),
        "since": _day(plain.get("since")),
        "phases": tuple(plain.get("phases", ())),
        "nodes": tuple(map(_node, plain.get("nodes", ()))),
        "asks": tuple(map(_ask, plain.get("asks", ()))),
        "doubts": tuple(map(_doubt, plain.get("doubts", ()))),
        "anchors": tuple(map(_anchor, plain.get("anchors", ()))),
    }
    return Campaign(**(plain | read))


def _node(plain: Plain) -> Node:
    read: Plain = {
        "start": _day(plain.get("start")),
        "end": _day(plain.get("end")),
        "responsible": tuple(plain.get("responsible", ())),
        "was": _days(plain.get("was")),
    }
    return Node(**(plain | read))


def _anchor(plain: Plain) -> Anchor:
    return Anchor(event=plain["event"], day=date.fromisoformat(plain["day"]))


def _ask(plain: Plain) -> Ask:
    return Ask(
        code=plain["code"],
        node=plain.get("node", ""),
        facts=_facts(plain),
        suggest=_days(plain.get("suggest")),
    )


def _doubt(plain: Plain) -> Doubt:
    return Doubt(code=plain["code"], nodes=tuple(plain.get("nodes", ())), facts=_facts(plain))


def _facts(plain: Plain) -> tuple[tuple[str, str], ...]:
    return tuple((name, said) for name, said in plain.get("facts", ()))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _days(pair: list[str | None] | None) -> tuple[date | None, date | None] | None:
    return (_day(pair[0]), _day(pair[1])) if pair else None
