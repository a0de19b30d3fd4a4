"""A platform with a whole county on it: people who do what the screens ask them, and a tally of what comes of it.

The platform is the tests' own Bot API, told to forget: it counts calls and keeps of each chat what stands there while
somebody talks. Updates are handed to the service by webhook, over as many connections as the platform opens, and again
until they are answered 200.
"""

import asyncio
import itertools
import json
import random
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.telegram.webhook import HEADER, PATH
from bot.content.loader import load_surveys
from bot.core.engine import QUIET_GAP
from tests.channels.telegram.botapi import SENDS, BotApi, Call, Person

CONNECTIONS = 40
"""What the platform opens to a webhook (core.telegram.org/bots/api#setwebhook, max_connections)."""
AGAIN = 0.25
"""Seconds until an update that was not taken is brought again; the platform's own waits are longer."""
REPEATED = 0.02
"""How many updates are brought twice although they were acknowledged."""
SURVEY = load_surveys()["kunshan"]
THANKS, FOLLOWS = "收到了，谢谢您", "回执"
SPOKEN = (*SENDS, "editMessageText")


@dataclass(slots=True)
class Tally:
    """What the platform saw."""

    done: int = 0
    """Updates: what people did, each once."""
    brought: int = 0
    """Deliveries acknowledged, repeats among them."""
    refused: int = 0
    """Deliveries that were not, and came again."""
    sent: "array[float]" = field(default_factory=lambda: array("d"))
    """When each message arrived, in seconds of a clock that only goes forward."""
    reminded: "array[float]" = field(default_factory=lambda: array("d"))
    """When each reminder did."""
    waits: "array[float]" = field(default_factory=lambda: array("f"))
    """Seconds from each thing somebody did to the answer, without the quiet that is kept on purpose."""
    unasked: int = 0
    """Screens that came although nobody had done anything: something was said twice."""
    calls: Counter[str] = field(default_factory=Counter)

    def append(self, call: Call) -> None:
        """A call, in place of the list the tests keep."""
        self.calls[call.method] += 1
        if call.method in SPOKEN:
            self.sent.append(call.at)


class Resident(Person):
    """Goes through a talk by doing what the screen asks, with the time people take."""

    def __init__(self, api: "County", id: int, group: str, unit: str) -> None:
        super().__init__(api, id)
        self.county, self.group, self.unit = api, group, unit
        self.visit = 0
        self.awaits = False
        self.acted = self.pause = 0.0
        self.chose: list[tuple[str, str]] = []
        self.wrote: list[str] = []

    def begin(self) -> None:
        """Come by a link of one's own school."""
        self.visit += 1
        self._does(self.says, f"/start u_{self.unit}-g_{self.group}")

    def sees_now(self, text: str, labels: Sequence[str]) -> None:
        """Something new stands on the phone."""
        if not self.awaits or any(REMINDER in label for label in labels):
            self.county.unasked_for(self, text, labels)
            return
        self._answered()
        chance = self.county.chance
        if THANKS in text:
            self.county.thanked(self)
        elif "第 " in text and "问" in text and any("跳过" in label for label in labels):
            self._answer(text, labels, chance)
        elif wanted := next((w for w in WAY if any(w in label for label in labels)), None):
            self._later(self.taps, wanted)
        else:
            self.county.puzzled[text[:60]] += 1

    def _answer(self, text: str, labels: Sequence[str], chance: random.Random) -> None:
        number = int(text.partition("第 ")[2].partition(" ")[0]) - 1
        question = SURVEY.questions[number]
        form = question.form("staff" if self.group == "teacher" else "parent")
        options = [option.words["zh"] for option in form.options] if form else []
        here = [o for o in options if any(o in label for label in labels)]
        if here and not (number == len(SURVEY.questions) - 1 and chance.random() < 0.5):
            chosen = chance.choice(here)
            self.chose.append((question.id, chosen))
            self._later(self.taps, chosen)
        elif not here and number and chance.random() < 0.4:
            self._later(self.taps, "跳过")
        else:
            said = f"{chance.choice(COMPLAINTS)}，第 {self.id} 家第 {self.visit} 次说，{number + 1} 问"
            self.wrote.append(said)
            self.pause = QUIET_GAP
            self._later(self.says, said)

    def _later(self, deed: Callable[[str], object], what: str) -> None:
        asyncio.get_running_loop().call_later(self.county.thinks(), self._does, deed, what)

    def _does(self, deed: Callable[[str], object], what: str) -> None:
        self.awaits, self.acted = True, time.monotonic()
        try:
            deed(what)
        except AssertionError:  # a reminder has come between, and its button leads on
            self.pause = 0.0
            self.taps(ON)

    def _answered(self) -> None:
        wait = time.monotonic() - self.acted - self.pause
        self.county.tally.waits.append(max(wait, 0.0))
        self.awaits, self.pause = False, 0.0


REMINDER = "别再提醒"
"""A button below each reminder."""
ON = "现在就答"
WAY = ("开始", "不说明", "就这样提交")
"""Buttons that lead on, where no question is asked."""
COMPLAINTS = (
    "食堂的菜端上来就凉了", "希望少填两张表", "校门口放学的时候太挤", "检查来得太勤备课没有时间",
    "晚自习的灯有点暗", "作业要写到十点", "开会能不能短一点", "操场下雨就积水",
)  # fmt: skip


class County(BotApi):
    """The platform, its people, and the way of updates to the service."""

    def __init__(self, *, repeated: float = REPEATED, **limits: Any) -> None:
        super().__init__(**limits)
        self.tally = Tally()
        self.calls = self.tally  # type: ignore[assignment]
        self.chance = random.Random(11)
        self.pace = (1.5, 6.0)
        self.repeated = repeated
        self.talking: set[int] = set()
        self.finished = 0
        self.thanks = 0
        self.late: deque[str] = deque(maxlen=5)
        self.puzzled: Counter[str] = Counter()
        self.said: dict[str, int] = {}
        self.chosen: Counter[tuple[str, str]] = Counter()
        self.reminders: Counter[int] = Counter()
        self.doors: list[tuple[str, int]] = []
        self._mail: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._postmen: list[asyncio.Task[None]] = []
        self._carrying = 0
        self._at = itertools.count()

    async def __aenter__(self) -> "County":
        await super().__aenter__()
        self._postmen = [asyncio.create_task(self._carry()) for _ in range(CONNECTIONS)]
        return self

    async def __aexit__(self, *error: object) -> None:
        for postman in self._postmen:
            postman.cancel()
        await asyncio.gather(*self._postmen, return_exceptions=True)
        await super().__aexit__(*error)

    def resident(self, id: int, group: str, unit: str) -> Resident:
        """Somebody who has a phone."""
        made = self.people[id] = Resident(self, id, group, unit)
        return made

    def thinks(self) -> float:
        """Seconds until somebody does what they have decided."""
        return self.chance.uniform(*self.pace)

    def begins(self, who: Resident) -> None:
        """One talk more."""
        self.talking.add(who.id)
        who.begin()

    def thanked(self, who: Resident) -> None:
        """Their talk is over: what they said should be in the vault, once."""
        if who.id in self.talking:
            self.talking.discard(who.id)
            self.finished += 1
            self.chosen.update(who.chose)
            self.said.update(dict.fromkeys(who.wrote, 1))
            who.chose, who.wrote = [], []
        self.thanks += 1

    def unasked_for(self, who: Resident, text: str, labels: Sequence[str]) -> None:
        """A screen that nothing had asked for: a reminder, or something said twice."""
        if any(REMINDER in label for label in labels):
            self.reminders[who.id] += 1
            self.tally.reminded.append(time.monotonic())
        elif FOLLOWS in text and who.id not in self.talking:
            pass  # the receipt that was to follow
        else:
            self.tally.unasked += 1
            self.late.append(text[:60])

    @property
    def mail(self) -> int:
        """Updates on their way."""
        return self._mail.qsize() + self._carrying

    # -- bringing -------------------------------------------------------------------

    def push(self, **kind: Any) -> dict[str, Any]:
        update = {"update_id": next(self.update_ids), **kind}
        self.tally.done += 1
        self._mail.put_nowait(update)
        return update

    async def _carry(self) -> None:
        """One of the platform's connections: an update after another, each until it is taken."""
        line, door = _Line(), next(self._at)
        try:
            while True:
                update = await self._mail.get()
                self._carrying += 1
                while not await self._brought(line, door, update):
                    self.tally.refused += 1
                    door += 1
                    await asyncio.sleep(AGAIN)
                self.tally.brought += 1
                self._carrying -= 1
                if self.chance.random() < self.repeated:
                    self._mail.put_nowait(update)
        finally:
            line.close()

    async def _brought(self, line: "_Line", door: int, update: dict[str, Any]) -> bool:
        try:
            await line.opened(*self.doors[door % len(self.doors)])
            return await line.handed(json.dumps(update).encode(), self.webhook["secret_token"])
        except (OSError, asyncio.IncompleteReadError, LookupError):
            line.close()
            return False

    # -- being called ---------------------------------------------------------------

    async def answer(self, method: str, facts: dict[str, Any]) -> Any:
        done = await super().answer(method, facts)
        if method in SPOKEN:
            who = self.people[facts["chat_id"]]
            assert isinstance(who, Resident)
            rows = (facts.get("reply_markup") or {}).get("inline_keyboard", [])
            labels = [button["text"] for row in rows for button in row]
            who.sees_now(facts.get("text", ""), labels)
            if who.id not in self.talking:
                self.chats.pop(who.id, None)
        return done


class _Line:
    """A connection to a webhook, kept."""

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def opened(self, host: str, port: int) -> None:
        """Open it, unless it is."""
        self._streams = self._streams or await asyncio.open_connection(host, port)

    async def handed(self, body: bytes, secret: str) -> bool:
        """Whether this was answered 200."""
        assert self._streams is not None
        reader, writer = self._streams
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"{HEADER}: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in answer.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        await reader.readexactly(length)
        return answer.startswith(b"HTTP/1.1 200")

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None
