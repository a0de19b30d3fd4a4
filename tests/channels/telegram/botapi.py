"""A Bot API server of the tests' own, on 127.0.0.1: refuses what the platform refuses, fails on demand, remembers.

    async with BotApi() as api:
        anna = api.person(7)
        anna.says("hello")                 an update waits for the bot
        await api.quiet()                  until the bot has taken everything in and said its say
        anna.sees, anna.labels             the last message, its buttons
        api.fail("sendMessage", Flood(3))  the next such call

The rules are those of the reference and of the official server's source (facts: tdlib/telegram-bot-api 10.0), only
stricter: unknown parameters are refused, where the real one passes over them.
"""

import asyncio
import contextlib
import email
import email.policy
import itertools
import json
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

import httptools

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
KNOWN: Mapping[str, set[str]] = {
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "setWebhook": {"url", "allowed_updates", "secret_token", "max_connections", "drop_pending_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "getMe": set(),
    "sendMessage": {"chat_id", "text", "reply_markup", "link_preview_options", "disable_notification"},
    "sendDocument": {"chat_id", "document", "caption", "reply_markup"},
    "sendPhoto": {"chat_id", "photo", "caption", "reply_markup"},
    "editMessageText": {"chat_id", "message_id", "text", "reply_markup", "link_preview_options"},
    "editMessageReplyMarkup": {"chat_id", "message_id", "reply_markup"},
    "deleteMessage": {"chat_id", "message_id"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert"},
    "getMyCommands": {"scope", "language_code"},
    "setMyCommands": {"commands", "scope", "language_code"},
    "getMyDescription": {"language_code"},
    "setMyDescription": {"description", "language_code"},
    "getMyShortDescription": {"language_code"},
    "setMyShortDescription": {"short_description", "language_code"},
    "getFile": {"file_id"},
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
}  # fmt: skip
SENDS = ("sendMessage", "sendDocument", "sendPhoto")


@dataclass(frozen=True)
class Flood:
    """429, to be waited for so many seconds."""

    after: float


@dataclass(frozen=True)
class Status:
    """An error of the platform's own form."""

    code: int
    said: str
    parameters: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Page:
    """Something in between answers with a page of HTML."""

    code: int = 502


@dataclass(frozen=True)
class Garbage:
    """Bytes that mean nothing, said to be JSON and a success."""


@dataclass(frozen=True)
class Truncated:
    """Done, but only half of the answer arrives."""


@dataclass(frozen=True)
class Reset:
    """The connection breaks: before the call is done, or after."""

    done: bool = False


@dataclass(frozen=True)
class Slow:
    """The answer takes so many seconds."""

    seconds: float


Fault = Flood | Status | Page | Garbage | Truncated | Reset | Slow


class Refusal(Exception):
    def __init__(self, code: int, said: str, parameters: Mapping[str, Any] | None = None):
        super().__init__(said)
        self.code, self.said, self.parameters = code, said, parameters


@dataclass
class Shown:
    """A message as it stands in a chat."""

    id: int
    by: str
    text: str = ""
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    file: tuple[str, bytes] | None = None
    deleted: bool = False
    edits: int = 0


@dataclass(frozen=True)
class Call:
    at: float
    method: str
    chat: int
    facts: Mapping[str, Any]


class Person:
    """Somebody with a phone (or, with a negative id, a group with one member)."""

    def __init__(self, api: "BotApi", id: int, language: str = "zh-hans") -> None:
        self.api, self.id, self.language = api, id, language
        self.alerts: list[str] = []

    @property
    def user(self) -> dict[str, Any]:
        return {
            "id": abs(self.id),
            "is_bot": False,
            "first_name": "A",
            "language_code": self.language,
        }

    @property
    def chat(self) -> dict[str, Any]:
        kind = (
            {"type": "private", "first_name": "A"}
            if self.id > 0
            else {"type": "supergroup", "title": "G"}
        )
        return {"id": self.id, **kind}

    def message(self, **content: Any) -> dict[str, Any]:
        shown = Shown(next(self.api.message_ids), "person", content.get("text", ""))
        self.api.chats[self.id].append(shown)
        return {
            "message_id": shown.id,
            "date": int(time.time()),
            "chat": self.chat,
            "from": self.user,
            **content,
        }

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        return self.api.push(message=self.message(text=text, **more))

    def sends(self, **content: Any) -> dict[str, Any]:
        return self.api.push(message=self.message(**content))

    def sends_file(self, name: str, content: bytes, caption: str = "") -> dict[str, Any]:
        handle = f"BQAC{len(self.api.files)}"
        self.api.files[handle] = content
        document = {
            "file_id": handle,
            "file_unique_id": handle[::-1],
            "file_name": name,
            "file_size": len(content),
        }
        return self.sends(document=document, **({"caption": caption} if caption else {}))

    def edits(self, update: Mapping[str, Any], text: str) -> dict[str, Any]:
        return self.api.push(
            edited_message={**update["message"], "text": text, "edit_date": int(time.time())}
        )

    def taps(self, label: str) -> dict[str, Any]:
        """Presses the button whose label holds this, on the newest message that has one."""
        for shown in reversed(self.messages):
            for row in shown.keyboard:
                for button in row:
                    if label in button["text"]:
                        return self.presses(shown, button["callback_data"])
        raise AssertionError(f"no button {label!r} in {self.labels}")

    def presses(self, shown: Shown, data: str) -> dict[str, Any]:
        query = f"q{next(self.api.query_ids)}"
        self.api.queries[query] = self.api.people.get(self.user["id"], self)
        bot = {"id": 1, "is_bot": True, "first_name": "bot"}
        message = {
            "message_id": shown.id,
            "date": int(time.time()),
            "chat": self.chat,
            "from": bot,
            "text": shown.text,
        }
        return self.api.push(
            callback_query={
                "id": query,
                "from": self.user,
                "message": message,
                "chat_instance": "c",
                "data": data,
            }
        )

    @property
    def messages(self) -> list[Shown]:
        return [shown for shown in self.api.chats[self.id] if not shown.deleted]

    @property
    def heard(self) -> list[Shown]:
        return [shown for shown in self.messages if shown.by == "bot"]

    @property
    def sees(self) -> str:
        return self.heard[-1].text

    @property
    def labels(self) -> list[str]:
        return [b["text"] for shown in self.messages for row in shown.keyboard for b in row]


class Group(Person):
    """A group chat; its members do things in it."""

    def __init__(self, api: "BotApi", id: int, title: str) -> None:
        super().__init__(api, id)
        self.title, self.acting = title, id

    @property
    def user(self) -> dict[str, Any]:
        return {"id": abs(self.acting), "is_bot": False, "first_name": "A"}

    @property
    def chat(self) -> dict[str, Any]:
        kind = "supergroup" if self.id < -(10**12) else "group"
        return {"id": self.id, "type": kind, "title": self.title}

    def by(self, person: Person) -> "Group":
        """What is done next is done by them."""
        self.acting = person.id
        return self

    def seats(self, before: str, after: str) -> dict[str, Any]:
        """We have come in, or were thrown out."""
        bot = {"id": 1, "is_bot": True, "first_name": "bot"}
        if after in ("left", "kicked"):
            self.api.blocked.add(self.id)
        return self.api.push(
            my_chat_member={
                "chat": self.chat,
                "from": self.user,
                "date": int(time.time()),
                "old_chat_member": {"user": bot, "status": before, "until_date": 0},
                "new_chat_member": {"user": bot, "status": after, "until_date": 0},
            }
        )


class BotApi:
    """The server."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        per_second: int | None = None,
        per_chat: float | None = None,
    ) -> None:
        self.token = token
        self.per_second, self.per_chat = per_second, per_chat
        """Flood limits: messages in any second over all chats; seconds between two in one chat."""
        self.message_ids, self.query_ids, self.update_ids = (
            itertools.count(1),
            itertools.count(1),
            itertools.count(900),
        )
        self.chats: dict[int, list[Shown]] = defaultdict(list)
        self.people: dict[int, Person] = {}
        self.queries: dict[str, Person] = {}
        self.pending: list[dict[str, Any]] = []
        self.calls: list[Call] = []
        self.refusals: Counter[str] = Counter()
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.mischief: Callable[[str, Mapping[str, Any]], Fault | None] = lambda method, facts: (
            None
        )
        self.blocked: set[int] = set()
        self.moved: dict[int, int] = {}
        self.webhook: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.profile: dict[tuple[str, str], Any] = {}
        self.base = ""
        self._arrived = asyncio.Event()
        self._sent: deque[float] = deque()
        self._last: dict[int, float] = {}
        self._connections: set[_Connection] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def cut(self) -> None:
        """From here on nobody answers at this address."""
        self._server.close()
        for connection in tuple(self._connections):
            connection.close()
        await self._server.wait_closed()

    async def mend(self) -> None:
        """Somebody does again."""
        port = int(self.base.rpartition(":")[2])
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", port)

    # -- what a test says ---------------------------------------------------------

    def person(self, id: int, language: str = "zh-hans") -> Person:
        return self.people.setdefault(id, Person(self, id, language))

    def group(self, id: int, title: str = "办公室") -> Group:
        made = self.people.setdefault(id, Group(self, id, title))
        assert isinstance(made, Group)
        return made

    def push(self, **kind: Any) -> dict[str, Any]:
        """Something has happened: it waits for the bot."""
        update = {"update_id": next(self.update_ids), **kind}
        self.again(update)
        return update

    def again(self, update: dict[str, Any]) -> None:
        """The very same update once more."""
        self.pending.append(update)
        self._arrived.set()

    def jump(self, to: int) -> None:
        """Ids go on from another number, as they do after a week of silence."""
        self.update_ids = itertools.count(to)

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of this method go wrong, one each."""
        self.faults[method].extend(faults)

    def of(self, *methods: str) -> list[Call]:
        return [call for call in self.calls if call.method in methods]

    def most_in_a_second(self, *methods: str) -> int:
        times = [call.at for call in self.of(*methods)]
        return max(
            (sum(1 for t in times[i:] if t < start + 1.0) for i, start in enumerate(times)),
            default=0,
        )

    # -- what the bot calls ---------------------------------------------------------

    async def answer(self, method: str, facts: dict[str, Any]) -> Any:
        if method not in KNOWN:
            raise Refusal(404, "Not Found")
        if unknown := facts.keys() - KNOWN[method]:
            raise Refusal(400, f"Bad Request: unknown parameter {sorted(unknown)}")
        return await getattr(self, f"_{re.sub('[A-Z]', lambda m: '_' + m[0].lower(), method)}")(
            **facts
        )

    async def _get_updates(
        self,
        offset: int | None = None,
        limit: int = 100,
        timeout: int = 0,
        allowed_updates: list[str] | None = None,
    ) -> list[Any]:
        if self.webhook.get("url"):
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook",
            )
        if offset is not None:
            self.pending = [
                update for update in self.pending if update.get("update_id", offset) >= offset
            ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not self.pending:
                    self._arrived.clear()
                    await self._arrived.wait()
        return self.pending[:limit]

    async def _get_me(self) -> Any:
        return {"id": 1, "is_bot": True, "first_name": "Tingwen", "username": "tingwen_bot"}

    async def _set_webhook(self, url: str, **more: Any) -> Any:
        if more.get("secret_token") and not re.fullmatch(
            "[A-Za-z0-9_-]{1,256}", more["secret_token"]
        ):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {"url": url, **more}
        return True

    async def _delete_webhook(self, drop_pending_updates: bool = False) -> Any:
        self.webhook = {}
        if drop_pending_updates:
            self.pending.clear()
        return True

    async def _get_webhook_info(self) -> Any:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            **{k: v for k, v in self.webhook.items() if k.startswith("last_error")},
        }

    async def _get_file(self, file_id: str) -> Any:
        content = self.files.get(file_id)
        if content is None:
            raise Refusal(400, "Bad Request: invalid file_id")
        if len(content) > 20 << 20:
            raise Refusal(400, "Bad Request: file is too big")
        path = f"documents/file {file_id}"
        return {
            "file_id": file_id,
            "file_unique_id": "u",
            "file_size": len(content),
            "file_path": path,
        }

    async def _get_chat(self, chat_id: int) -> Any:
        self._knows(chat_id)
        return self.people[chat_id].chat

    async def _get_chat_member(self, chat_id: int, user_id: int) -> Any:
        return {"status": "member", "user": await self._get_me()}

    async def _send_message(
        self, chat_id: int, text: str, reply_markup: Any = None, **_: Any
    ) -> Any:
        self._may_send(chat_id)
        return self._put(chat_id, text=_text(text), keyboard=_keyboard(reply_markup))

    async def _send_document(self, chat_id: int, document: Any, **_: Any) -> Any:
        self._may_send(chat_id)
        if len(document[1]) > 50 << 20:
            raise Refusal(413, "Request Entity Too Large")
        if not document[1]:
            raise Refusal(400, "Bad Request: file must be non-empty")
        return self._put(chat_id, file=document)

    async def _send_photo(self, chat_id: int, photo: Any, **_: Any) -> Any:
        self._may_send(chat_id)
        if len(photo[1]) > 10 << 20:
            raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        if photo[1].startswith(b"BAD"):
            raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
        if not photo[1].startswith((b"\x89PNG", b"\xff\xd8")):
            raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        return self._put(chat_id, file=photo)

    async def _edit_message_text(
        self, chat_id: int, message_id: int, text: str, reply_markup: Any = None, **_: Any
    ) -> Any:
        shown = self._own(chat_id, message_id)
        new = _text(text), _keyboard(reply_markup)
        if new == (shown.text, shown.keyboard):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content is the same",
            )
        shown.text, shown.keyboard = new
        shown.edits += 1
        return self._described(chat_id, shown)

    async def _edit_message_reply_markup(
        self, chat_id: int, message_id: int, reply_markup: Any = None
    ) -> Any:
        shown = self._own(chat_id, message_id)
        new = _keyboard(reply_markup)
        if new == shown.keyboard:
            raise Refusal(400, "Bad Request: message is not modified")
        shown.keyboard = new
        return self._described(chat_id, shown)

    async def _delete_message(self, chat_id: int, message_id: int) -> Any:
        shown = self._find(chat_id, message_id)
        if shown is None:
            raise Refusal(400, "Bad Request: message to delete not found")
        shown.deleted = True
        return True

    async def _answer_callback_query(
        self, callback_query_id: str, text: str = "", show_alert: bool = False
    ) -> Any:
        if len(text) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        person = self.queries.pop(callback_query_id, None)
        if person is None:
            raise Refusal(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        if text and show_alert:
            person.alerts.append(text)
        return True

    async def _get_my_commands(self, scope: Any = None, language_code: str = "") -> Any:
        return self.profile.get((_commands(scope), language_code), [])

    async def _set_my_commands(
        self, commands: Any, scope: Any = None, language_code: str = ""
    ) -> Any:
        if len(commands) > 100:
            raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for one in commands:
            if (
                not re.fullmatch("[a-z0-9_]{1,32}", one["command"])
                or not 1 <= len(one["description"]) <= 256
            ):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        self.profile[_commands(scope), language_code] = commands
        return True

    async def _get_my_description(self, language_code: str = "") -> Any:
        return {"description": self.profile.get(("description", language_code), "")}

    async def _set_my_description(self, description: str = "", language_code: str = "") -> Any:
        return self._profile("description", language_code, description, 512)

    async def _get_my_short_description(self, language_code: str = "") -> Any:
        return {"short_description": self.profile.get(("short", language_code), "")}

    async def _set_my_short_description(
        self, short_description: str = "", language_code: str = ""
    ) -> Any:
        return self._profile("short", language_code, short_description, 120)

    def _profile(self, what: str, language: str, text: str, most: int) -> bool:
        if len(text) > most:
            raise Refusal(400, f"Bad Request: {what} is too long")
        self.profile[what, language] = text
        return True

    # -- rules ----------------------------------------------------------------------

    def _knows(self, chat: int) -> None:
        if chat in self.moved:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": self.moved[chat]},
            )
        if chat in self.blocked:
            who = "was blocked by the user" if chat > 0 else "was kicked from the group chat"
            raise Refusal(403, f"Forbidden: bot {who}")
        if chat not in self.people:
            raise Refusal(400, "Bad Request: chat not found")

    def _may_send(self, chat: int) -> None:
        self._knows(chat)
        now = time.monotonic()
        while self._sent and self._sent[0] <= now - 1.0:
            self._sent.popleft()
        if self.per_second and len(self._sent) >= self.per_second:
            raise Refusal(429, "Too Many Requests: retry after 1", {"retry_after": 1})
        if self.per_chat and now - self._last.get(chat, -9) < self.per_chat:
            raise Refusal(429, "Too Many Requests: retry after 1", {"retry_after": 1})
        self._sent.append(now)
        self._last[chat] = now

    def _put(self, chat: int, **content: Any) -> Any:
        shown = Shown(next(self.message_ids), "bot", **content)
        self.chats[chat].append(shown)
        return self._described(chat, shown)

    def _described(self, chat: int, shown: Shown) -> Any:
        bot = {"id": 1, "is_bot": True, "first_name": "bot"}
        return {
            "message_id": shown.id,
            "date": int(time.time()),
            "chat": self.people[chat].chat,
            "from": bot,
            "text": shown.text,
        }

    def _find(self, chat: int, message: int) -> Shown | None:
        return next((s for s in self.chats[chat] if s.id == message and not s.deleted), None)

    def _own(self, chat: int, message: int) -> Shown:
        shown = self._find(chat, message)
        if shown is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if shown.by != "bot":
            raise Refusal(400, "Bad Request: message can't be edited")
        return shown


def _commands(scope: Any) -> str:
    """The menu of private chats, or that of groups."""
    kind = (scope or {"type": "default"})["type"]
    if kind not in ("default", "all_private_chats", "all_group_chats"):
        raise Refusal(400, "Bad Request: unsupported BotCommandScope")
    return {"all_private_chats": "commands"}.get(kind, kind)


def _text(text: str) -> str:
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise Refusal(400, "Bad Request: message is too long")
    return text


def _keyboard(markup: Any) -> list[list[dict[str, str]]]:
    rows = (markup or {}).get("inline_keyboard", [])
    for row in rows:
        for button in row:
            if not button["text"].strip():
                raise Refusal(
                    400,
                    "Bad Request: can't parse inline keyboard button: text must be non-empty",
                )
            if not 1 <= len(button["callback_data"].encode()) <= 64:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(json.dumps(markup, ensure_ascii=False).encode()) > 10_000:
        raise Refusal(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise Refusal(400, "Bad Request: BUTTON_COUNT_INVALID")
    return rows


class _Connection(asyncio.Protocol):
    """One keep-alive connection; requests one after another, as PTB sends them."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.api._connections.add(self)
        self._begin()

    def connection_lost(self, error: Exception | None) -> None:
        self.api._connections.discard(self)
        if self._task:
            self._task.cancel()

    def close(self) -> None:
        self.transport.abort()

    def _begin(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
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
        self._task = asyncio.create_task(self._answer(self._url, self._body, self._kind))
        self._url, self._body, self._kind = b"", b"", b""

    async def _answer(self, url: bytes, body: bytes, kind: bytes) -> None:
        api = self.api
        path = unquote(url.decode())
        method = path.rpartition("/")[2]
        if path.startswith("/file/"):
            return self._hand_over(path)
        facts = _facts(body, kind.decode())
        chat = facts.get("chat_id", 0)
        call = Call(time.monotonic(), method, chat if isinstance(chat, int) else 0, facts)
        api.calls.append(call)
        planned = api.faults[method]
        fault = planned.popleft() if planned else api.mischief(method, facts)
        match fault:
            case Slow(seconds):
                await asyncio.sleep(seconds)
            case Reset(done=False):
                return self.transport.abort()
            case Page(code):
                return self._write(code, b"<html><h1>Bad gateway</h1></html>", "text/html")
            case Garbage():
                return self._write(200, b'\xff\x00{"ok": true, "result": [[[[')
            case Flood(after):
                return self._refuse(
                    Refusal(
                        429, f"Too Many Requests: retry after {after}", {"retry_after": after}
                    )
                )
            case Status(code, said, parameters):
                return self._refuse(Refusal(code, said, parameters))
            case _:
                pass
        if path.rpartition("/")[0] != f"/bot{api.token}":
            return self._refuse(Refusal(401, "Unauthorized"))
        try:
            result = await api.answer(method, facts)
        except Refusal as refusal:
            return self._refuse(refusal)
        content = json.dumps({"ok": True, "result": result}).encode()
        if isinstance(fault, Reset):
            return self.transport.abort()
        if isinstance(fault, Truncated):
            content = content[: len(content) // 2]
        self._write(200, content)
        return None

    def _hand_over(self, path: str) -> None:
        api, name = self.api, path.rpartition(" ")[2]
        planned = api.faults["file"]
        match planned.popleft() if planned else None:
            case Reset():
                return self.transport.abort()
            case Page(code):
                return self._write(code, b"<html>", "text/html")
            case _:
                pass
        content = api.files.get(name)
        if content is None or path != f"/file/bot{api.token}/documents/file {name}":
            return self._refuse(Refusal(404, "Not Found"))
        return self._write(200, content, "application/octet-stream")

    def _refuse(self, refusal: Refusal) -> None:
        self.api.refusals[refusal.said] += 1
        answer = {"ok": False, "error_code": refusal.code, "description": refusal.said}
        if refusal.parameters:
            answer["parameters"] = dict(refusal.parameters)
        self._write(refusal.code, json.dumps(answer).encode())

    def _write(self, code: int, content: bytes, kind: str = "application/json") -> None:
        head = f"HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        self.transport.write(head.encode() + content)


def _facts(body: bytes, kind: str) -> dict[str, Any]:
    if kind.startswith("multipart/"):
        parts = email.message_from_bytes(
            f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP
        )
        facts: dict[str, Any] = {}
        files: dict[str, tuple[str, bytes]] = {}
        for part in parts.iter_parts():  # type: ignore[attr-defined]
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if part.get_filename() is not None:
                files[name] = (part.get_filename(), content)
            else:
                facts[name] = _value(name, content.decode())
        attached = {
            k: files[v.removeprefix("attach://")]
            for k, v in facts.items()
            if str(v).startswith("attach://")
        }
        return {**files, **facts, **attached} if not attached else {**facts, **attached}
    if kind.startswith("application/json"):
        return json.loads(body)
    return {
        name: _value(name, value)
        for name, value in parse_qsl(body.decode(), keep_blank_values=True)
    }


def _value(name: str, value: str) -> Any:
    """Texts stay texts; the rest is JSON."""
    if name in (
        "text",
        "url",
        "description",
        "short_description",
        "secret_token",
        "callback_query_id",
        "caption",
    ):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
