"""Parents: they read 学校通知 in plain WeChat, and answer on a page.

A notice is text or one article, nothing to tap but its link, and nothing a parent types under it reaches us (facts 3).
So every message to a parent carries a link that is theirs; who makes it is an argument, and may know nothing of what
is answered behind it. What would stand on buttons is left out: the page has its own.

The app must be among 「家长可使用的应用」 and uses its own secret. A parent who does not follow 学校通知 comes back as
invalid although errcode is 0 (path 92321).
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels import pieces
from bot.channels.base import Blocked, Receive, Rejected
from bot.channels.wecom import render
from bot.channels.wecom.client import Client, Failed
from bot.channels.wecom.failures import send_failed
from bot.channels.wecom.pacing import Pacing
from bot.core.messages import Address, Outgoing, Sent

CHANNEL = "school"
TITLE, DESCRIPTION = 128, 512
"""Bytes of an article."""
SAME_WITHIN = 1800

Link = Callable[[Address, str], Awaitable[str]]
"""The address of the page where this parent answers that round, made for them; empty where there is none. Without a round
the page's door is enough."""

_BEGINS = re.compile(r"/start r_(\w+)")


class School:
    """The channel `school`: an address is a parent_userid. Nobody is heard here."""

    name = CHANNEL

    def __init__(
        self,
        client: Client,
        agent_id: int,
        words: Mapping[str, Mapping[str, str]],
        link: Link,
        *,
        pacing: Pacing | None = None,
    ) -> None:
        self._client = client
        self._agent_id = agent_id
        self._words = words
        self._link = link
        self._pacing = pacing or Pacing()

    async def run(self, receive: Receive) -> None:
        """Nothing comes in: parents answer on the page."""

    async def fetch(self, sent: Sent) -> bytes:
        """Nothing was sent here."""
        raise Rejected("no files here")

    async def send(self, outgoing: Outgoing) -> None:
        """Bring one notice to a parent, or raise `SendFailed`."""
        parent = outgoing.address.id
        link = await self._link(outgoing.address, _round(outgoing))
        for content in self._contents(render.inert(outgoing.text), link):
            await self._pacing.turn(parent)
            try:
                said = await self._client.post(
                    "externalcontact/message/send",
                    {
                        "recv_scope": 0,
                        "to_parent_userid": [parent],
                        "agentid": self._agent_id,
                        "enable_duplicate_check": 1,
                        "duplicate_check_interval": SAME_WITHIN,
                        **content,
                    },
                )
            except Failed as failed:
                raise send_failed(failed) from None
            if parent.casefold() in map(str.casefold, said.get("invalid_parent_userid") or ()):
                raise Blocked("does not follow")

    def _contents(self, text: str, link: str) -> list[dict[str, Any]]:
        """One article where there is a link and the words fit below a title; else text, in pieces."""
        words = self._words["zh" if pieces.in_chinese(text) else "en"]
        title, _, rest = text.strip().partition("\n")
        if link and fits(title, TITLE) and fits(rest, DESCRIPTION):
            article = {
                "title": title,
                "description": rest or words["notice_button"],
                "url": link,
            }
            return [{"msgtype": "news", "news": {"articles": [article]}}]
        if link:
            text = f"{text}\n{words['notice_link'].format(url=link)}"
        return [{"msgtype": "text", "text": {"content": piece}} for piece in render.split(text)]


def _round(outgoing: Outgoing) -> str:
    """The round that a button of the message would begin."""
    says = (_BEGINS.fullmatch(button.says) for row in outgoing.rows for button in row)
    return next((found[1] for found in says if found), "")


def fits(text: str, most: int) -> bool:
    """So many bytes at most."""
    return sum(map(pieces.utf8, text)) <= most
