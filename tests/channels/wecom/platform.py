"""A WeCom of the tests' own, on 127.0.0.1: seals and checks like the platform, refuses what it refuses, and reports
what it would do in silence.

    async with Platform() as wecom:
        wecom.callback = "http://127.0.0.1:8750/wecom"
        anna = wecom.member("ZhangSan")
        await anna.says("hello")           brought to the callback, again where it is silent
        anna.sees, anna.labels             the last message, the choices on the card
        wecom.fail("message/send", Reset(done=True))

What the real one does in silence stands in `cut` (over-long texts), `dropped` (more than 30 a minute) and `repeated`
(delivered already). Rules: facts of path 90236, 90372, 90930, 94945, 99110, 92321 and the error table, only stricter:
what is unknown is refused.
"""

import asyncio
import base64
import contextlib
import email
import email.policy
import hashlib
import itertools
import json
import re
import socket
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape

import httptools
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CORP, AGENT, SECRET = (
    "wwMixedCase0a1B2c3D",
    1000002,
    "s3cr3t-OF-the-app_0123456789abcdefghijklmno",
)
TOKEN, AES_KEY = "QDG6eK7tokenOFtests", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SENT_KINDS = ("text", "template_card", "image", "file", "news", "textcard", "markdown")
SEND_KEYS = {
    "touser",
    "agentid",
    "msgtype",
    "enable_duplicate_check",
    "duplicate_check_interval",
    *SENT_KINDS,
}
CARD_KEYS = {
    "button_interaction": {"main_title", "sub_title_text", "button_list"},
    "vote_interaction": {"main_title", "checkbox", "submit_button"},
    "multiple_interaction": {"main_title", "select_list", "submit_button"},
}


@dataclass(frozen=True)
class Code:
    """An errcode."""

    code: int
    said: str = "no, hint: [1234567890], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/"


@dataclass(frozen=True)
class Page:
    """Something in between answers with a page of HTML."""

    status: int = 502
    content: bytes = b"<html><h1>Bad gateway</h1></html>"


@dataclass(frozen=True)
class Reset:
    """The connection breaks: before the call is done, or after."""

    done: bool = False


@dataclass(frozen=True)
class Slow:
    """The answer takes so many seconds."""

    seconds: float


Fault = Code | Page | Reset | Slow


class No(Exception):
    def __init__(self, code: int, said: str = "no") -> None:
        super().__init__(f"{code} {said}")
        self.code, self.said = code, said


@dataclass
class Shown:
    """A message as it stands in a chat."""

    id: str
    text: str = ""
    card: dict[str, Any] | None = None
    response: str = ""
    replaced: str = ""
    """What stands where the buttons were."""
    file: tuple[str, bytes] | None = None
    recalled: bool = False


@dataclass(frozen=True)
class Call:
    at: float
    path: str
    facts: Any
    query: Mapping[str, str]


@dataclass(frozen=True)
class Brought:
    """One try to bring something to the callback."""

    status: int
    """0: no answer in time."""
    took: float
    body: bytes


class Member:
    """Somebody with the app."""

    def __init__(self, platform: "Platform", id: str) -> None:
        self.platform, self.id = platform, id
        self.shown: list[Shown] = []

    async def says(self, text: str, **more: Any) -> list[Brought]:
        return await self.brings({"MsgType": "text", "Content": text}, **more)

    async def sends(self, kind: str, **more: Any) -> list[Brought]:
        return await self.brings(
            {"MsgType": kind, "MediaId": "m", "PicUrl": "http://x"}, **more
        )

    async def brings(self, values: Mapping[str, str], **more: Any) -> list[Brought]:
        return await self.platform.bring(self.message(values), **more)

    def message(self, values: Mapping[str, str]) -> bytes:
        return self.platform.xml(
            self.id, {**values, "MsgId": str(next(self.platform.message_ids))}
        )

    async def enters(self) -> list[Brought]:
        return await self.event(Event="enter_agent", EventKey="")

    async def clicks(self, key: str) -> list[Brought]:
        return await self.event(Event="click", EventKey=key)

    async def event(self, *, inner: str = "", **values: str) -> list[Brought]:
        return await self.platform.bring(
            self.platform.xml(self.id, {"MsgType": "event", **values}, inner)
        )

    async def taps(self, *labels: str) -> list[Brought]:
        """Chooses these on the newest card that has them, and submits where it wants to be."""
        for shown in reversed(self.shown):
            if shown.card and not shown.replaced and (tap := self.tap_on(shown, *labels)):
                return await self.presses(shown, *tap)
        raise AssertionError(f"no {labels} in {self.labels}")

    def tap_on(self, shown: Shown, *labels: str) -> tuple[str, dict[str, list[str]]] | None:
        card = shown.card or {}
        for button in card.get("button_list", ()):
            if (
                len(labels) == 1
                and self.is_called(button["text"], labels[0])
                and "key" in button
            ):
                return button["key"], {}
        found: dict[str, list[str]] = {}
        for box in [*card.get("select_list", ()), *filter(None, [card.get("checkbox")])]:
            found[box["question_key"]] = [
                option["id"]
                for option in box["option_list"]
                if any(self.is_called(option["text"], label) for label in labels)
            ]
        if sum(map(len, found.values())) != len(labels):
            return None
        for box in card.get("select_list", ()):
            found[box["question_key"]] = found[box["question_key"]] or [
                box["option_list"][0]["id"]
            ]
        return card["submit_button"]["key"], found

    def is_called(self, label: str, wanted: str) -> bool:
        """It holds these words, or stands before them in the list that was said with the card."""
        said = "\n".join(shown.text for shown in self.shown[-3:])
        listed = [line for line in said.split("\n") if line.startswith(f"{label} ")]
        return wanted in label or any(wanted in line for line in listed)

    async def presses(
        self, shown: Shown, key: str, selected: Mapping[str, list[str]] = {}, **more: Any
    ) -> list[Brought]:
        return await self.platform.bring(self.press(shown, key, selected), **more)

    def press(self, shown: Shown, key: str, selected: Mapping[str, list[str]] = {}) -> bytes:
        assert shown.card is not None
        response = self.platform.new_response(shown)
        items = "".join(
            f"<SelectedItem><QuestionKey>{escape(question)}</QuestionKey><OptionIds>"
            + "".join(f"<OptionId>{escape(id)}</OptionId>" for id in ids)
            + "</OptionIds></SelectedItem>"
            for question, ids in selected.items()
        )
        values = {
            "MsgType": "event",
            "Event": "template_card_event",
            "EventKey": key,
            "TaskId": shown.card["task_id"],
            "CardType": shown.card["card_type"],
            "ResponseCode": response,
        }
        return self.platform.xml(
            self.id, values, f"<SelectedItems>{items}</SelectedItems>" if items else ""
        )

    @property
    def heard(self) -> list[Shown]:
        return [shown for shown in self.shown if not shown.recalled]

    @property
    def sees(self) -> str:
        """The last message: a card's words, behind those that were said before it."""
        return self.heard[-1].text

    @property
    def seen(self) -> str:
        return "\n".join(shown.text for shown in self.heard)

    @property
    def cards(self) -> list[Shown]:
        return [shown for shown in self.heard if shown.card]

    @property
    def labels(self) -> list[str]:
        return [
            label
            for shown in self.heard
            if shown.card and not shown.replaced
            for label in labels_of(shown.card)
        ]


def labels_of(card: Mapping[str, Any]) -> list[str]:
    options = [
        option["text"]
        for box in [*card.get("select_list", ()), *filter(None, [card.get("checkbox")])]
        for option in box["option_list"]
    ]
    return [*(button["text"] for button in card.get("button_list", ())), *options]


class Platform:
    """The server, and the hand that brings callbacks."""

    def __init__(
        self, *, silence: float = 5.0, token_life: float = 7200.0, per_minute: int = 30
    ) -> None:
        self.silence = silence
        """Seconds after which a callback is brought again."""
        self.token_life = token_life
        self.per_minute = per_minute
        self.callback = ""
        self.agent: dict[str, Any] = {
            "agentid": AGENT,
            "name": "听问",
            "close": 0,
            "allow_userinfos": {"user": []},
            "allow_partys": {"partyid": [1]},
            "redirect_domain": "",
        }
        self.members: dict[str, Member] = {}
        self.known: dict[str, str] = {}
        self.tokens: dict[str, float] = {}
        self.calls: list[Call] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.mischief: Callable[[str, Any], Fault | None] = lambda path, facts: None
        self.cut: list[str] = []
        self.dropped: Counter[str] = Counter()
        self.repeated: Counter[str] = Counter()
        self.refusals: Counter[int] = Counter()
        self.brought: list[Brought] = []
        self.media: dict[str, tuple[str, str, bytes, float]] = {}
        self.menu: dict[str, Any] | None = None
        self.departments: list[dict[str, Any]] = []
        self.people: dict[int, list[str]] = {}
        self.school: list[dict[str, Any]] = []
        self.parents: dict[int, list[dict[str, Any]]] = {}
        self.notices: list[dict[str, Any]] = []
        self.robots: dict[str, list[dict[str, Any]]] = {}
        self.robot_times: dict[str, deque[float]] = defaultdict(deque)
        self.message_ids = itertools.count(7_000_000_000_000_000_001)
        self.numbers = itertools.count(1)
        self.responses: dict[str, Shown | None] = {}
        self.tasks: set[str] = set()
        self.delivered: dict[bytes, float] = {}
        self.times: dict[str, deque[float]] = defaultdict(deque)
        self._connections: set[_Connection] = set()
        self.base = ""

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", 0, backlog=4096
        )
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in tuple(self._connections):
            connection.close()
        await self._server.wait_closed()

    # -- what a test says ---------------------------------------------------------

    def member(self, id: str) -> Member:
        """Somebody in the app's range. Userids are the same in any case."""
        known = self.known.setdefault(id.casefold(), id)
        return self.members.setdefault(known, Member(self, known))

    def fail(self, path: str, *faults: Fault) -> None:
        """The next calls of this path go wrong, one each."""
        self.faults[path].extend(faults)

    def of(self, *paths: str) -> list[Call]:
        return [call for call in self.calls if call.path in paths]

    def free_port(self) -> int:
        """Where nobody listens."""
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            return door.getsockname()[1]

    def void_tokens(self) -> None:
        """The platform takes none of those it gave out."""
        self.tokens.clear()

    # -- the callback ---------------------------------------------------------------

    def xml(self, member: str, values: Mapping[str, str], inner: str = "") -> bytes:
        whole = {
            "ToUserName": CORP,
            "FromUserName": member,
            "CreateTime": str(int(time.time())),
            **values,
            "AgentID": str(AGENT),
        }
        said = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in whole.items())
        return f"<xml>{said}{inner}</xml>".encode()

    def envelope(
        self, message: bytes, *, timestamp: str = "", nonce: str = "", receiver: str = CORP
    ) -> tuple[dict[str, str], bytes]:
        """Query and body of a callback."""
        encrypted = seal(message, receiver)
        timestamp = timestamp or str(int(time.time()))
        nonce = nonce or str(next(self.numbers))
        query = {
            "msg_signature": sign(timestamp, nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        body = (
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]>"
            f"</Encrypt><AgentID><![CDATA[{AGENT}]]></AgentID></xml>"
        )
        return query, body.encode()

    async def bring(
        self, message: bytes, *, tries: int = 3, fresh_nonce: bool = True
    ) -> list[Brought]:
        """Brought until it is answered in time with 200, at most three times."""
        done: list[Brought] = []
        query, body = self.envelope(message)
        for _ in range(tries):
            done.append(await self.post(query, body))
            self.brought.append(done[-1])
            if done[-1].status == 200:
                break
            if fresh_nonce:
                query, body = self.envelope(message)
        return done

    async def post(
        self, query: Mapping[str, str], body: bytes, method: str = "POST"
    ) -> Brought:
        """One request to the callback, and whatever comes of it within the platform's patience."""
        at = urlsplit(self.callback)
        head = (
            f"{method} {at.path}?{urlencode(query)} HTTP/1.1\r\nHost: {at.netloc}\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.silence):
                reader, writer = await asyncio.open_connection(at.hostname, at.port)
                try:
                    writer.write(head.encode() + body)
                    answer = await reader.read()
                finally:
                    writer.close()
        except (TimeoutError, OSError):
            return Brought(0, time.monotonic() - began, b"")
        took = time.monotonic() - began
        lines, _, content = answer.partition(b"\r\n\r\n")
        if not lines:
            return Brought(0, took, b"")
        return Brought(int(lines.split(b" ", 2)[1]), took, content)

    # -- what the bot calls ---------------------------------------------------------

    def answer(self, path: str, query: Mapping[str, str], facts: Any) -> dict[str, Any] | bytes:
        if path == "gettoken":
            return self._gettoken(**query)
        if path.startswith("webhook/"):
            return self._webhook(path, query, facts)
        token = query.get("access_token", "")
        if not token:
            raise No(41001)
        if self.tokens.get(token, 0) < time.monotonic():
            raise No(40014 if len(token) % 2 else 42001)
        deed = getattr(self, "_" + path.replace("/", "_"), None)
        if deed is None:
            raise No(48002, "api forbidden")
        rest = {k: v for k, v in query.items() if k != "access_token"}
        return deed(facts, **rest)

    def _gettoken(self, corpid: str = "", corpsecret: str = "") -> dict[str, Any]:
        if corpid != CORP:
            raise No(40013)
        if corpsecret != SECRET:
            raise No(40001)
        token = f"token-{next(self.numbers)}-{'x' * 40}"
        self.tokens[token] = time.monotonic() + self.token_life
        return {"access_token": token, "expires_in": int(self.token_life)}

    def _message_send(self, facts: dict[str, Any]) -> dict[str, Any]:
        if facts.keys() - SEND_KEYS:
            raise No(40058, f"unknown {sorted(facts.keys() - SEND_KEYS)}")
        if facts.get("agentid") != AGENT:
            raise No(40056)
        to = facts.get("touser")
        if not isinstance(to, str) or not to:
            raise No(40058)
        member = self.members.get(self.known.get(to.casefold(), ""))
        if member is None:
            raise No(81013)
        kind = facts.get("msgtype")
        if kind not in SENT_KINDS:
            raise No(40008)
        shown = self._shown(kind, facts.get(kind) or {})
        id = f"msg{next(self.numbers)}"
        if self._repeated(member.id, facts):
            return (
                {"msgid": id, "response_code": shown.response} if shown.card else {"msgid": id}
            )
        if shown.card is not None:
            if shown.card["task_id"] in self.tasks:
                raise No(42014)
            self.tasks.add(shown.card["task_id"])
            shown.response = self.new_response(shown)
        shown.id = id
        if self._over_rate(member.id):
            self.dropped[member.id] += 1
        else:
            member.shown.append(shown)
            self.show(member, shown)
        return {"msgid": id, "response_code": shown.response} if shown.card else {"msgid": id}

    def show(self, member: Member, shown: Shown) -> None:
        """A message has come up on somebody's phone."""

    def _shown(self, kind: str, content: dict[str, Any]) -> Shown:
        match kind:
            case "text":
                text = content.get("content", "")
                if not text.strip():
                    raise No(44004)
                return Shown("", self._cut(text, 2048))
            case "template_card":
                check_card(content)
                title = content["main_title"]
                said = (title.get("title"), title.get("desc"), content.get("sub_title_text"))
                return Shown("", "\n".join(filter(None, said)), card=content)
            case "image" | "file":
                known = self.media.get(content.get("media_id", ""))
                if known is None or known[0] != kind or known[3] < time.monotonic():
                    raise No(40007)
                return Shown("", file=(known[1], known[2]))
            case _:
                return Shown("", json.dumps(content, ensure_ascii=False))

    def _cut(self, text: str, longest: int) -> str:
        raw = text.encode()
        if len(raw) > longest:
            self.cut.append(text)
        return raw[:longest].decode("utf-8", "ignore")

    def _repeated(self, member: str, facts: dict[str, Any]) -> bool:
        """The same once more; judged by the content alone, though the platform says the whole request."""
        if not facts.get("enable_duplicate_check"):
            return False
        kind = facts["msgtype"]
        same = json.dumps([member, kind, facts[kind]], sort_keys=True).encode()
        now, last = time.monotonic(), self.delivered.get(same, float("-inf"))
        self.delivered[same] = now
        if now - last < facts.get("duplicate_check_interval", 1800):
            self.repeated[member] += 1
            return True
        return False

    def _over_rate(self, member: str) -> bool:
        times, now = self.times[member], time.monotonic()
        while times and times[0] <= now - 60:
            times.popleft()
        times.append(now)
        return len(times) > self.per_minute

    def new_response(self, shown: Shown) -> str:
        code = f"resp{next(self.numbers)}"
        self.responses[code] = shown
        return code

    def _message_update_template_card(self, facts: dict[str, Any]) -> dict[str, Any]:
        shown = self.responses.get(facts.get("response_code", ""))
        if shown is None:
            raise No(60140)
        if facts.get("agentid") != AGENT or not isinstance(facts.get("userids"), list):
            raise No(40058)
        self.responses[facts["response_code"]] = None
        shown.replaced = facts["button"]["replace_name"]
        return {"invaliduser": []}

    def _message_recall(self, facts: dict[str, Any]) -> dict[str, Any]:
        for member in self.members.values():
            for shown in member.shown:
                if shown.id == facts.get("msgid"):
                    shown.recalled = True
                    return {}
        raise No(40058)

    def _media_upload(self, facts: dict[str, Any], type: str = "") -> dict[str, Any]:
        name, content = facts["media"]
        if len(content) <= 5 or (
            type == "image" and not content.startswith((b"\x89PNG", b"\xff\xd8"))
        ):
            raise No(40058)
        if len(content) > (20 if type == "file" else 10) * 2**20:
            raise No(45001)
        id = f"media{next(self.numbers)}"
        self.media[id] = (type, name, content, time.monotonic() + 3 * 86400)
        return {"type": type, "media_id": id, "created_at": "1"}

    def _media_get(self, facts: Any, media_id: str = "") -> dict[str, Any] | bytes:
        known = self.media.get(media_id)
        if known is None or known[3] < time.monotonic():
            raise No(40007)
        return known[2]

    def _menu_get(self, facts: Any, agentid: str = "") -> dict[str, Any]:
        if self.menu is None:
            raise No(46003)
        return self.menu

    def _menu_create(self, facts: dict[str, Any], agentid: str = "") -> dict[str, Any]:
        if not 1 <= len(facts["button"]) <= 3:
            raise No(40016)
        for top in facts["button"]:
            below = top.get("sub_button", [])
            if len(below) > 5 or len(top["name"].encode()) > 16:
                raise No(40018)
            for one in below:
                if len(one["name"].encode()) > 40 or len(one["key"].encode()) > 128:
                    raise No(40018)
        self.menu = facts
        return {}

    def _agent_get(self, facts: Any, agentid: str = "") -> dict[str, Any]:
        if agentid != str(AGENT):
            raise No(301002)
        return self.agent

    def _department_list(self, facts: Any, id: str = "") -> dict[str, Any]:
        return {"department": self.departments}

    def _user_simplelist(self, facts: Any, department_id: str = "") -> dict[str, Any]:
        found = self.people.get(int(department_id), [])
        return {
            "userlist": [
                {"userid": id, "name": id, "department": [int(department_id)]} for id in found
            ]
        }

    def _school_department_list(self, facts: Any, id: str = "") -> dict[str, Any]:
        return {"departments": self.school}

    def _school_user_list_parent(self, facts: Any, department_id: str = "") -> dict[str, Any]:
        return {"parents": self.parents.get(int(department_id), [])}

    def _externalcontact_message_send(self, facts: dict[str, Any]) -> dict[str, Any]:
        if facts.get("msgtype") not in ("text", "news") or facts.get("agentid") != AGENT:
            raise No(40008)
        to = facts.get("to_parent_userid")
        if facts.get("recv_scope") != 0 or not isinstance(to, list) or len(to) > 1000:
            raise No(40058)
        if facts["msgtype"] == "text":
            self._cut(facts["text"]["content"], 2048)
        subscribed = {
            parent["parent_userid"]: parent["is_subscribe"]
            for parents in self.parents.values()
            for parent in parents
        }
        invalid = [id for id in to if not subscribed.get(id)]
        if not self._repeated(
            "school", facts | {facts["msgtype"]: [to, facts[facts["msgtype"]]]}
        ):
            self.notices += [facts | {"to": id} for id in to if id not in invalid]
        return {
            "invalid_parent_userid": invalid,
            "invalid_student_userid": [],
            "invalid_party": [],
        }

    # -- group robots ---------------------------------------------------------------

    def _webhook(self, path: str, query: Mapping[str, str], facts: Any) -> dict[str, Any]:
        said = self.robots.get(query.get("key", ""))
        if said is None:
            raise No(93000, "invalid webhook url")
        if path == "webhook/upload_media":
            name, content = facts["media"]
            id = f"robotmedia{next(self.numbers)}"
            self.media[id] = ("robot", name, content, time.monotonic() + 3 * 86400)
            return {"type": query["type"], "media_id": id}
        times, now = self.robot_times[query["key"]], time.monotonic()
        while times and times[0] <= now - 60:
            times.popleft()
        times.append(now)
        if len(times) > 20:
            raise No(45009)
        match facts["msgtype"]:
            case "markdown_v2":
                if len(facts["markdown_v2"]["content"].encode()) > 4096:
                    raise No(40058, "markdown.content exceed max length 4096")
            case "text":
                if not facts["text"]["content"]:
                    raise No(44004)
                self._cut(facts["text"]["content"], 2048)
            case "file":
                if self.media.get(facts["file"]["media_id"], ("",))[0] != "robot":
                    raise No(40007)
            case "image":
                raw = base64.b64decode(facts["image"]["base64"])
                if (
                    hashlib.md5(raw).hexdigest() != facts["image"]["md5"]
                    or len(raw) > 2 * 2**20
                ):
                    raise No(40058)
            case _:
                raise No(40008)
        said.append(facts)
        return {}


def check_card(card: dict[str, Any]) -> None:
    """Refuses what the platform refuses, and labels beyond what it advises, which it would cut."""
    kind = card.get("card_type", "")
    if kind not in CARD_KEYS:
        raise No(42016)
    if unknown := card.keys() - CARD_KEYS[kind] - {"card_type", "task_id"}:
        raise No(40058, f"unknown {sorted(unknown)}")
    if not re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", card.get("task_id", "")):
        raise No(42014)
    title = card["main_title"]
    _most(title.get("title", ""), 36)
    _most(title.get("desc", ""), 44)
    _most(card.get("sub_title_text", ""), 160)
    if not (title.get("title") or title.get("desc") or card.get("sub_title_text")):
        raise No(42020)
    match kind:
        case "button_interaction":
            buttons = card["button_list"]
            if not 1 <= len(buttons) <= 6:
                raise No(42038)
            for button in buttons:
                _most(button["text"], 10)
                if button.get("type") == 1:
                    if not button["url"].startswith(("http://", "https://")):
                        raise No(42040)
                elif not 1 <= len(button["key"].encode()) <= 1024:
                    raise No(42037)
            keys = [b["key"] for b in buttons if "key" in b]
            if len(set(keys)) < len(keys):
                raise No(42039)
        case "vote_interaction":
            box = card["checkbox"]
            _options(box["option_list"], 20, 17)
            if box["mode"] not in (0, 1) or not box["question_key"]:
                raise No(42045)
        case _:
            if not 1 <= len(card["select_list"]) <= 3:
                raise No(42047)
            keys = [box["question_key"] for box in card["select_list"]]
            if len(set(keys)) < len(keys):
                raise No(42048)
            for box in card["select_list"]:
                _options(box["option_list"], 10, 17)
    if "submit_button" in card and not 1 <= len(card["submit_button"]["key"].encode()) <= 1024:
        raise No(42046)


def _options(options: list[dict[str, Any]], most: int, longest: int) -> None:
    if not 1 <= len(options) <= most:
        raise No(42043)
    for option in options:
        _most(option["text"], longest)
        if not 1 <= len(option["id"].encode()) <= 128:
            raise No(42044)
    if len({option["id"] for option in options}) < len(options):
        raise No(42044)


def _most(text: str, most: int) -> None:
    if len(text) > most:
        raise No(40058, f"{len(text)} > {most}: {text}")


# --- sealing, in the platform's manner, apart from ours -----------------------------------------------------------


def seal(message: bytes, receiver: str = CORP, key: str = AES_KEY) -> str:
    secret = base64.b64decode(key + "=")
    plain = b"0123456789abcdef" + len(message).to_bytes(4, "big") + message + receiver.encode()
    fill = 32 - len(plain) % 32
    cipher = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(
        cipher.update(plain + bytes([fill]) * fill) + cipher.finalize()
    ).decode()


def sign(timestamp: str, nonce: str, encrypted: str, token: str = TOKEN) -> str:
    return hashlib.sha1(
        "".join(sorted([token, timestamp, nonce, encrypted])).encode()
    ).hexdigest()


class _Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.platform._connections.add(self)
        self._parser = httptools.HttpRequestParser(self)
        self._begin()

    def connection_lost(self, error: Exception | None) -> None:
        self.platform._connections.discard(self)
        for task in self._tasks:
            task.cancel()

    def close(self) -> None:
        self.transport.abort()

    def _begin(self) -> None:
        self._url, self._body, self._kind = b"", b"", b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._kind = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        task = asyncio.create_task(self._answer(self._url, self._body, self._kind))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._begin()

    async def _answer(self, url: bytes, body: bytes, kind: bytes) -> None:
        platform = self.platform
        at = urlsplit(url.decode())
        path, query = at.path.removeprefix("/cgi-bin/"), dict(parse_qsl(at.query))
        facts = _facts(body, kind.decode())
        platform.calls.append(Call(time.monotonic(), path, facts, query))
        planned = platform.faults[path]
        fault = planned.popleft() if planned else platform.mischief(path, facts)
        match fault:
            case Slow(seconds):
                await asyncio.sleep(seconds)
            case Reset(done=False):
                return self.transport.abort()
            case Page(status, content):
                return self._write(status, content, "text/html")
            case Code(code, said):
                return self._refuse(No(code, said))
            case _:
                pass
        try:
            result = platform.answer(path, query, facts)
        except No as no:
            return self._refuse(no)
        if isinstance(fault, Reset):
            return self.transport.abort()
        if isinstance(result, bytes):
            return self._write(
                200, result, "application/octet-stream\r\nContent-disposition: attachment"
            )
        self._write(200, json.dumps({"errcode": 0, "errmsg": "ok", **result}).encode())
        return None

    def _refuse(self, no: No) -> None:
        self.platform.refusals[no.code] += 1
        self._write(200, json.dumps({"errcode": no.code, "errmsg": no.said}).encode())

    def _write(self, status: int, content: bytes, kind: str = "application/json") -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        with contextlib.suppress(Exception):
            self.transport.write(head.encode() + content)


def _facts(body: bytes, kind: str) -> Any:
    if not kind.startswith("multipart/"):
        return json.loads(body) if body else {}
    parts = email.message_from_bytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP
    )
    files: dict[str, tuple[str, bytes]] = {}
    for part in parts.iter_parts():  # type: ignore[attr-defined]
        # The name as it stands in the header: that is what members see.
        raw = part.get("content-disposition", "")
        name = re.search(r'filename="([^"]*)"', str(raw))
        files[part.get_param("name", header="content-disposition")] = (
            name[1] if name else "",
            part.get_payload(decode=True),
        )
    return files
