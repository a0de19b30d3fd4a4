"""A talk in the terminal, by a person and through a pipe."""

import asyncio
import io
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.channels.base import NotStored
from bot.channels.console import Console
from bot.content.web import words
from bot.core.messages import (
    Address,
    Arrived,
    Button,
    Edited,
    File,
    Incoming,
    Media,
    Outgoing,
    Text,
)

ME = Address(channel="console", id="console")
QUESTION = Outgoing(
    address=ME,
    text="有什么事让你不满意？",
    rows=(
        (Button("作业太多", "1"), Button("食堂", "+2")),
        (Button("选好了", "ok"), Button("3", "3")),
        (Button("跳过", "0", quiet=True),),
    ),
    screen="s1",
)


class Bot:
    """Answers each message a moment later, in two pieces."""

    def __init__(self, console: Console, answers: Sequence[Outgoing] = ()) -> None:
        self.console = console
        self.answers = list(answers)
        self.heard: list[Incoming] = []
        self.refusals = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, incoming: Incoming) -> None:
        if self.refusals:
            self.refusals -= 1
            raise NotStored
        self.heard.append(incoming)
        task = asyncio.create_task(self._answer(len(self.heard)))
        self._tasks.add(task)

    async def _answer(self, number: int) -> None:
        await asyncio.sleep(0.02)
        await self.console.send(Outgoing(address=ME, text=f"<{number}>"))
        await asyncio.sleep(0.02)
        await self.console.send(self.answers.pop(0) if self.answers else QUESTION)


def console(typed: str, output: io.StringIO, **more) -> Console:
    return Console(io.StringIO(typed), output, words()["zh"], patience=2.0, silence=0.1, **more)


async def talk(typed: str, *answers: Outgoing, **more) -> tuple[Bot, str]:
    output = io.StringIO()
    bot = Bot(console(typed, output, **more), answers)
    await bot.console.run(bot.receive)
    return bot, output.getvalue()


async def test_a_pipe_is_heard_line_by_line_each_after_the_answer_to_the_last():
    bot, shown = await talk("2\n\n菜凉了\n")
    assert [one.body for one in bot.heard] == [Arrived(""), Text("2"), Text("菜凉了")]
    assert [shown.index(f"<{n}>") for n in (1, 2, 3)] == sorted(
        shown.index(f"<{n}>") for n in (1, 2, 3)
    )
    assert shown.rindex("不满意") > shown.index("<3>"), "it ended after the last answer"


async def test_each_choice_shows_what_to_type_for_it():
    _, shown = await talk("")
    assert "  [1] 作业太多   [2] 食堂\n  [ok] 选好了   [3]\n  [0] 跳过\n" in shown


async def test_a_message_is_changed_under_its_own_name():
    bot, _ = await talk("菜凉了\n/edit 菜是凉的\n")
    said, changed = bot.heard[1:]
    assert changed.body == Edited("菜是凉的")
    assert changed.message == said.message
    assert changed.key != said.key


async def test_nothing_to_change_is_said_kindly():
    bot, shown = await talk("/edit x\n/edit\n")
    assert len(bot.heard) == 1
    assert shown.count(words()["zh"]["console_nothing_to_edit"]) == 2


async def test_other_things_than_words_and_commands_of_the_bot():
    bot, _ = await talk("/send photo\n/send bomb\n/start\n", link="round_3")
    bodies = [one.body for one in bot.heard]
    assert bodies == [Arrived("round_3"), Media("photo"), Text("/send bomb"), Text("/start")]


async def test_quit_ends_before_the_input_does():
    bot, _ = await talk("/quit\nnot this\n")
    assert len(bot.heard) == 1


async def test_no_two_visits_share_a_key():
    one, _ = await talk("1\n")
    two, _ = await talk("1\n")
    keys = [said.key for said in (*one.heard, *two.heard)]
    assert len(set(keys)) == len(keys)


async def test_what_could_not_be_kept_is_said_and_one_can_go_on():
    output = io.StringIO()
    bot = Bot(console("one\ntwo\n", output))
    bot.refusals = 2
    await bot.console.run(bot.receive)
    assert [said.body for said in bot.heard] == [Text("two")]
    assert output.getvalue().count(words()["zh"]["console_not_stored"]) == 2


async def test_papers_are_laid_into_a_folder_and_nowhere_else(tmp_path: Path):
    paper = File("../../第3期.docx", b"x" * 3000)
    answer = Outgoing(address=ME, text="周报", files=(paper,), picture=b"png")
    _, shown = await talk("", answer, papers=tmp_path / "papers")
    kept = tmp_path / "papers" / "第3期.docx"
    assert kept.read_bytes() == paper.content
    assert f"［文件］{kept}（3 KB）" in shown
    assert "［图片］" in shown


async def test_words_of_strangers_do_not_steer_the_terminal():
    _, shown = await talk("", Outgoing(address=ME, text="a\x1b[2J\x07b\u009bc\tok"))
    assert "a[2Jbc\tok" in shown


async def test_stopping_does_not_wait_for_somebody_to_press_enter():
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    out, into = os.pipe()
    with Terminal(os.fdopen(out, "rb")) as source, os.fdopen(into, "wb") as typing:
        output = io.StringIO()
        bot = Bot(Console(source, output, words()["zh"]))
        running = asyncio.create_task(bot.console.run(bot.receive))
        async with asyncio.timeout(2):
            typing.write("你好\n".encode())
            typing.flush()
            while len(bot.heard) < 2:
                await asyncio.sleep(0.01)
        began = time.monotonic()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert time.monotonic() - began < 1
        assert words()["zh"]["console_hello"] in output.getvalue()
        typing.close()
