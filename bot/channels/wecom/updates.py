"""What the platform brings -> what somebody did. Pure: no network, no clock, no rule of a talk.

The name of a delivery: a message has its MsgId. An event has none, and who and when alone would make one of two events
in the same second (which has cost other programs messages), so its name is all that tells it from another:
CreateTime, Event, EventKey, TaskId, ChangeType; who is in the address.
"""

from dataclasses import dataclass

from bot.channels.wecom.cards import read_tap
from bot.channels.wecom.xml import Read
from bot.core.messages import Address, Arrived, Body, Incoming, Media, Medium, Sent, Text

CHANNEL = "wecom"

_MEDIA: dict[str, Medium] = {
    "image": "photo",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "file": "file",
    "location": "location",
}
"""Kinds of messages; one that is younger than this program is `other`."""

_FIGURES = 16
"""No file's size has as many; Python refuses to read thousands of them as one number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A member did something."""

    member: str
    incoming: Incoming
    card: str = ""
    """The task of the card that was tapped."""
    response: str = ""
    """With this the card may be changed: once, within 72 hours."""
    chosen: str = ""
    """What they chose, for the card to say."""
    opened: bool = False
    """They only opened the chat."""


@dataclass(frozen=True, slots=True)
class ContactsChanged:
    """The directory of members, or that of parents, is not what it was."""


def read(said: Read, corp_id: str, agent_id: int) -> Heard | ContactsChanged | None:
    """What this says; None where it is nothing a member did to us."""
    ours = said["ToUserName"] == corp_id and said["AgentID"] in ("", "0", str(agent_id))
    if not ours:
        return None
    match said["MsgType"], said["Event"]:
        case "event", "change_contact" | "change_school_contact":
            return ContactsChanged()
        case "event", _:
            return _event(said)
        case "", _:
            return None
        case _:
            return _heard(said, _body(said), f"m{said['MsgId'] or _event_name(said)}")


def address_of(member: str) -> Address:
    """A member's chat with the app."""
    return Address(channel=CHANNEL, id=member)


def _event(said: Read) -> Heard | None:
    name = _event_name(said)
    match said["Event"]:
        case "enter_agent":
            return _heard(said, Arrived(), name, opened=True)
        case "click":
            return _heard(said, Text(said["EventKey"]), name)
        case "template_card_event" | "template_card_menu_event":
            tap, chosen = read_tap(said["EventKey"], said.selected)
            return _heard(
                said,
                tap,
                name,
                card=said["TaskId"],
                response=said["ResponseCode"],
                chosen=chosen,
            )
        case _:
            return None


def _event_name(said: Read) -> str:
    parts = ("CreateTime", "Event", "EventKey", "TaskId", "ChangeType")
    return "e" + "\n".join(said[part] for part in parts)


def _heard(
    said: Read,
    body: Body,
    key: str,
    *,
    card: str = "",
    response: str = "",
    chosen: str = "",
    opened: bool = False,
) -> Heard | None:
    member = said["FromUserName"]
    if not member or member == "sys":
        return None
    incoming = Incoming(address=address_of(member), key=key, body=body, message=key)
    return Heard(
        member=member,
        incoming=incoming,
        card=card,
        response=response,
        chosen=chosen,
        opened=opened,
    )


def _body(said: Read) -> Body:
    if said["MsgType"] == "text":
        return Text(said["Content"])
    medium = _MEDIA.get(said["MsgType"], "other")
    if medium != "file" or not said["MediaId"]:
        return Media(medium)
    name = said["FileName"] or said["Title"]
    size = said["FileSize"]
    known = size.isdecimal() and len(size) < _FIGURES
    file = Sent(name=name, handle=said["MediaId"], size=int(size) if known else 0)
    return Media(medium, file=file)
