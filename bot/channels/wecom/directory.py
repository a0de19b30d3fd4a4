"""Who is in the app's range, and which parents follow 学校通知: read at the start, once a day, and when the platform says
that something has changed.

Members come from the departments and people the app may see; parents, by class, from the school's own directory. A
school without one, or an app that may not read it (48002), has no parents here. Names of people are read and let go:
only their ids and where they belong are handed on. What could not be read whole is not handed on at all.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

from bot.channels.wecom import school
from bot.channels.wecom.client import Client, Failed, Refused
from bot.channels.wecom.updates import address_of
from bot.core.messages import Address
from bot.core.people.directory import Listed

log = logging.getLogger(__name__)

EVERY = 24 * 3600.0
"""Seconds between two readings where nothing is heard of a change."""
SETTLE = 600.0
"""Seconds after a change, for one seldom comes alone."""
AGAIN = 900.0
"""Seconds until a reading that failed is tried again."""
NOT_OURS = frozenset({48002, 301002, 60011})
"""Errcodes of a school's directory that is not there, or not for this app."""
CLASS = 1
"""The type of a department that is a class."""

Enrol = Callable[[tuple[Listed, ...]], Awaitable[None]]
"""Takes in everybody who was found."""


class Directory:
    """Reads, hands on, and waits for the next time."""

    def __init__(self, client: Client, agent_id: int, enrol: Enrol) -> None:
        self._client = client
        self._agent_id = agent_id
        self._enrol = enrol
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Something in it is not what it was."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            wait = EVERY if await self._read() else AGAIN
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
                    await asyncio.sleep(SETTLE)
            except TimeoutError:
                pass
            self._changed.clear()

    async def _read(self) -> bool:
        """False where it should be tried again before long."""
        try:
            found = (*await members(self._client, self._agent_id), *await parents(self._client))
            await self._enrol(found)
        except Failed as failed:
            code = failed.code if isinstance(failed, Refused) else "unanswered"
            log.warning("directory not read", extra={"channel": "wecom", "code": code})
            return False
        except Exception:
            log.exception("directory not taken in", extra={"channel": "wecom"})
            return False
        return True


async def members(client: Client, agent_id: int) -> tuple[Listed, ...]:
    """Everybody in the app's range. Raises `Failed`."""
    seen = await client.get("agent/get", agentid=agent_id)
    places: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for user in _list(seen.get("allow_userinfos"), "user"):
        if isinstance(id := user.get("userid"), str):
            places[id].extend(())
    departments = {
        int(one["id"]): one
        for party in _numbers(seen.get("allow_partys"), "partyid")
        for one in _list(await client.get("department/list", id=party), "department")
    }
    for id in departments:
        listed = await client.get("user/simplelist", department_id=id)
        for user in _list(listed, "userlist"):
            if isinstance(name := user.get("userid"), str):
                places[name].append(tuple(_outwards(id, departments)))
    return tuple(
        Listed(address=address_of(id), places=tuple(where)) for id, where in places.items()
    )


async def parents(client: Client) -> tuple[Listed, ...]:
    """Parents who follow 学校通知, once each. Raises `Failed`."""
    try:
        whole = await client.get("school/department/list")
    except Refused as refused:
        if refused.code in NOT_OURS:
            return ()
        raise
    departments = {int(one["id"]): one for one in _list(whole, "departments")}
    places: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for id, one in departments.items():
        if one.get("type", CLASS) != CLASS:
            continue
        listed = await client.get("school/user/list_parent", department_id=id)
        for parent in _list(listed, "parents"):
            if parent.get("is_subscribe") == 1 and isinstance(parent.get("parent_userid"), str):
                places[parent["parent_userid"]].append(tuple(_outwards(id, departments)))
    return tuple(
        Listed(
            address=Address(channel=school.CHANNEL, id=id),
            places=tuple(dict.fromkeys(where)),
            parent=True,
        )
        for id, where in places.items()
    )


def _outwards(id: int, departments: dict[int, dict[str, Any]]) -> Iterator[str]:
    """Names from this department to the outermost one known."""
    seen: set[int] = set()
    while id in departments and id not in seen:
        seen.add(id)
        yield str(departments[id].get("name", ""))
        id = int(departments[id].get("parentid") or 0)


def _list(said: Any, name: str) -> Iterable[dict[str, Any]]:
    found = said.get(name) if isinstance(said, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _numbers(said: Any, name: str) -> list[int]:
    found = said.get(name) if isinstance(said, dict) else None
    return [int(one) for one in found] if isinstance(found, list) else []
