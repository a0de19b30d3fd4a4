"""The menu below the chat: what one could type, for who would rather tap.

The platform remembers it, so it is read first and written only where it differs. Names: 16 bytes at the top, 40 below.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels.wecom.client import Client, Refused

NONE = 46003
"""Errcode: there is no menu yet."""
SHOWN = {
    "start": (),
    "after": ("receipt", "rate", "visit", "vote"),
    "more": ("hotline", "bind", "stop", "zh", "en"),
}
"""What stands below the chat, and what opens from it: three at most, and five."""
TYPED = {
    "start": "start",
    "receipt": "/receipt",
    "rate": "/rate",
    "visit": "/visit",
    "vote": "/vote",
    "hotline": "hotline",
    "bind": "/bind",
    "stop": "stop",
    "zh": "/zh",
    "en": "/en",
}
"""What each says, as though it had been typed."""


async def hang_menu(
    client: Client, agent_id: int, words: Mapping[str, Mapping[str, str]]
) -> None:
    """Bring the menu up to date. Raises `Failed`."""
    wanted = menu(words["zh"])
    try:
        known = await client.get("menu/get", agentid=agent_id)
    except Refused as refused:
        if refused.code != NONE:
            raise
        known = {}
    if _plain(known.get("button")) != _plain(wanted["button"]):
        await client.post("menu/create", wanted, agentid=agent_id)


def menu(words: Mapping[str, str]) -> dict[str, Any]:
    """The menu as the platform wants it."""
    return {
        "button": [
            {"name": words[f"menu_{top}"], "sub_button": [_button(words, one) for one in below]}
            if below
            else _button(words, top)
            for top, below in SHOWN.items()
        ]
    }


def _button(words: Mapping[str, str], name: str) -> dict[str, str]:
    return {"type": "click", "name": words[f"menu_{name}"], "key": TYPED[name]}


def _plain(buttons: Any) -> Any:
    """What matters of it: the platform adds empty lists of its own."""
    if not isinstance(buttons, list):
        return None
    return [
        (one.get("name"), one.get("key", ""), _plain(one.get("sub_button") or None))
        for one in buttons
        if isinstance(one, dict)
    ]
