"""Names and whatever else tells who somebody is, from the first keystroke to the released row."""

import asyncio
import json
import os
import signal
from concurrent.futures import BrokenExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.channels.base import NotStored
from bot.content.models import load_model, load_readers
from bot.content.taxonomy import load_taxonomy
from bot.core.messages import Text
from bot.core.privacy import Policy
from bot.core.reading import Library
from bot.core.sorting import Leader
from handlers import reading
from handlers.papers import apart
from handlers.reading import NotRead, Readings, Unread
from tests.builders import a_round, open_form, question
from tests.chat import Home
from tests.conftest import in_a_thread

HEAD = Leader(name="欧阳明远", unit="no1", posts=("校长",), spellings=("老欧阳",))


def library(**kept) -> Library:
    return Library(taxonomy=load_taxonomy(), readers=load_readers(), model=load_model(), **kept)


@pytest.fixture
async def home(tmp_path):
    async with Home(tmp_path, library=library(roster=(HEAD,))) as home:
        yield home


async def preview(home, *texts):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", *texts, "88")
    return anna


async def row(home):
    return next(one for one in await home.opinions() if one["text"])


async def test_a_name_without_a_title_is_masked_for_its_writer_and_in_the_row(home):
    anna = await preview(home, "诸葛建军上课天天迟到")
    assert "〔姓名〕上课天天迟到" in anna.sees
    await anna.says("1")
    kept = await row(home)
    assert kept["text"] == "〔姓名〕上课天天迟到"
    assert "诸葛" not in json.dumps(dict(kept), default=repr, ensure_ascii=False)


async def test_a_name_sent_in_two_messages_is_one_name(home):
    anna = await preview(home)
    await anna.says("开始", "2", "2", "0")
    for part in ("班主任诸葛", "建军，天天骂人"):
        await anna.does(Text(part))
    await home.rest()
    await anna.says("88")
    assert "诸葛" not in anna.sees
    assert "建军" not in anna.sees


async def test_what_is_masked_is_shown_again_only_after_a_second_yes(home):
    anna = await preview(home, "诸葛建军天天迟到，请打13800138000")
    await anna.says("5", "1")
    assert "可能知道说的是谁" in anna.sees
    await anna.says("2")
    assert "诸葛" not in anna.sees
    await anna.says("1", "1", "9")
    assert "诸葛建军天天迟到，请打〔电话〕" in anna.sees
    await anna.says("1")
    assert (await row(home))["text"] == "诸葛建军天天迟到，请打〔电话〕"


async def test_any_words_can_be_masked_besides_and_the_reasons_for_a_label_lose_them(home):
    anna = await preview(home, "食堂的红烧肉太咸，是三楼那个窗口")
    await anna.says("5", "食堂的红烧肉", "窗户", "9")
    assert "▸ 问q1：〔遮住〕太咸，是三楼那个窗口" in anna.sees
    await anna.says("1")
    kept = await row(home)
    assert "食堂" not in str(dict(kept))


async def test_who_points_to_themselves_is_warned_and_masks_it_with_one_tap(home):
    anna = await preview(home, "我是全校唯一的美术老师，教室漏雨")
    assert "猜到是谁写的" in anna.sees
    await anna.taps("遮哪里", "1 遮住“我是全校唯一的美术老师”", "返回")
    assert "〔遮住〕，教室漏雨" in anna.sees
    assert "猜到是谁写的" not in anna.sees


async def test_a_leader_of_the_roster_makes_it_personal_and_cannot_be_unmasked(home):
    anna = await preview(home, "〔姓名〕两个字我也会打：老欧阳从来不听意见，欧阳校长开会只念稿")
    assert "〔姓名〕从来不听意见" in anna.sees
    await anna.says("5")
    assert not any("露出" in label for label in anna.labels)
    await anna.says("9", "1")
    kept = await row(home)
    labels = json.loads(kept["labels"])
    assert labels["about"] == "个人"
    assert labels["leaders"] == [[HEAD.key, 1], [HEAD.key, 2]]
    assert "欧阳" not in str(dict(kept))


async def test_a_clue_of_corruption_is_told_where_it_can_be_reported(home):
    anna = await preview(home, "校长收了供应商的回扣，我有转账记录")
    assert "12388" in anna.sees


async def test_an_edit_in_the_preview_is_read_anew(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0")
    await anna.does(Text("检查太多"), message="m1")
    await home.rest()
    await anna.says("88")
    await anna.edits("m1", "诸葛建军天天迟到")
    assert "〔姓名〕天天迟到" in anna.sees
    await anna.says("1")
    assert (await row(home))["text"] == "〔姓名〕天天迟到"


async def test_nothing_is_handed_in_that_memory_has_lost_and_is_not_read_again(tmp_path):
    async with Home(tmp_path, library=library()) as home:
        anna = await preview(home, "诸葛建军天天迟到")
        home.readings._known.clear()
        await anna.says("1")
        assert "收到了" in anna.sees
        assert (await row(home))["text"] == "〔姓名〕天天迟到"


async def test_after_a_restart_in_the_quiet_gap_the_preview_is_masked_as_ever(tmp_path):
    one = a_round(question("q1", staff=open_form()))
    async with Home(tmp_path, one, library=library()) as home:
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0")
        await anna.does(Text("诸葛建军天天迟到"))
    async with Home(tmp_path, one, library=library(), clock=home.clock) as home:
        await home.rest()
        anna = home.person("anna")
        assert "〔姓名〕天天迟到" in anna.sees


async def test_titles_keep_their_family_name_where_the_office_wants_it_so(tmp_path):
    masked = library().read("王老师上课很好").spans
    kept = library(policy=Policy(titled=False)).read("王老师上课很好").spans
    assert len(masked) == 1
    assert kept == ()


ASKED: list[str] = []


class Counting(Library):
    """Remembers what it was asked to read."""

    def read(self, text):
        ASKED.append(text)
        return super().read(text)


@pytest.fixture
def asked():
    ASKED.clear()
    return ASKED


async def test_texts_are_read_once_however_often_they_are_asked_for(asked):
    readings = Readings(lambda: Counting(taxonomy=load_taxonomy()), most=2)
    with pytest.raises(NotRead):
        readings.find("a")
    readings.ahead(("a", "a"))
    await asyncio.gather(readings.of(("a", "b")), readings.of(("b", "a")))
    assert sorted(asked) == ["a", "b"]
    await readings.of(("c",))
    with pytest.raises(NotRead):
        readings.find("a")


async def test_what_the_office_decides_is_known_of_texts_read_before_and_nobody_waits_for_it(
    asked,
):
    told = [f"第{number}食堂的菜端上来就凉了" for number in range(20)]
    readings = Readings(lambda: Counting(taxonomy=load_taxonomy(), model=load_model()))
    before = await readings.of(told)
    await readings.learn([(text, "tiaojian") for text in told * 3])
    assert all(before[text].labels["topics"][0] != "tiaojian" for text in told)
    assert all(readings.find(text).labels["topics"][0] == "tiaojian" for text in told)
    assert sorted(asked) == sorted(told)


async def test_others_are_read_while_it_learns(monkeypatch):
    held = asyncio.Event()

    @asynccontextmanager
    async def slowly(workers, begin, load, decisions):
        if decisions:
            await held.wait()
        async with in_a_thread(workers, begin, load, decisions) as do:
            yield do

    monkeypatch.setattr(reading, "elsewhere", slowly)
    readings = Readings(by_rules)
    await readings.of(("食堂太贵",))
    readings.teach([("食堂太贵", "tiaojian")])
    await asyncio.sleep(0)
    assert readings.learning
    await readings.of(("操场积水",))
    assert readings.learning
    held.set()
    await readings._learns
    assert not readings.wants_to_learn


async def test_a_text_that_breaks_the_worker_takes_no_other_with_it(monkeypatch):
    """Whatever makes a process end: out of memory, a fault in a library."""

    @asynccontextmanager
    async def breaking(workers, begin, *arguments):
        begin(*arguments)

        async def do(work, *given):
            if given and "毒" in given[0]:
                raise BrokenExecutor
            return work(*given)

        yield do

    monkeypatch.setattr(reading, "elsewhere", breaking)
    readings = Readings(by_rules)
    readings.ahead("甲毒乙")
    assert set(await readings.of("甲乙")) == {"甲", "乙"}
    with pytest.raises(Unread):
        await readings.of("毒")


async def test_a_worker_that_hangs_is_let_go_and_the_next_text_is_read_by_another(monkeypatch):
    monkeypatch.setattr(reading, "elsewhere", apart)
    readings = Readings(by_rules)
    await readings.of(("食堂太贵",))
    hangs = await readings._worker.do(os.getpid)
    os.kill(hangs, signal.SIGSTOP)
    monkeypatch.setattr(reading, "WITHIN", 0.2)
    with pytest.raises(Unread):
        await readings.of(("操场积水",))
    assert not Path(f"/proc/{hangs}").exists()
    monkeypatch.setattr(reading, "WITHIN", 60.0)
    assert await readings.of(("操场积水",))
    await readings.stop()


async def test_where_nothing_was_decided_nothing_is_read_or_sorted_again(asked):
    readings = Readings(lambda: Counting(taxonomy=load_taxonomy(), model=load_model()))
    before = await readings.of(("食堂太贵",))
    await readings.learn(())
    assert readings.find("食堂太贵") is before["食堂太贵"]
    assert asked == ["食堂太贵"]


async def test_a_text_that_cannot_be_read_is_not_taken_in_and_may_be_sent_again(home, caplog):
    anna = await preview(home, "诸葛建军天天迟到")
    home.readings._known.clear()
    await home.readings.stop()
    good, home.readings._load = home.readings._load, lambda: 1 / 0
    with pytest.raises(NotStored):
        await anna.says("1")
    home.readings._load = good
    await anna.says("1")
    assert "收到了" in anna.sees
    assert "诸葛" not in caplog.text


async def test_texts_that_wait_together_fail_each_for_itself():
    class Stumbling(Library):
        def read(self, text):
            return 1 / 0 if text == "b" else super().read(text)

    readings = Readings(lambda: Stumbling(taxonomy=load_taxonomy()))
    readings.ahead("abc")
    with pytest.raises(Unread) as failed:
        await readings.of("b")
    assert failed.value.code.startswith("ZeroDivisionError")
    assert set(await readings.of("ac")) == {"a", "c"}


def by_rules() -> Library:
    return Library(taxonomy=load_taxonomy())


async def test_it_is_read_in_another_process_and_by_the_next_one_where_that_was_killed(
    monkeypatch,
):
    monkeypatch.setattr(reading, "elsewhere", apart)
    readings = Readings(by_rules)
    phone = "打13812345678"
    assert (await readings.of((phone,)))[phone].spans
    first = await readings._worker.do(os.getpid)
    assert first != os.getpid()
    os.kill(first, signal.SIGKILL)
    assert (await readings.of(("再" + phone,)))["再" + phone].spans
    second = await readings._worker.do(os.getpid)
    assert second not in (first, os.getpid())
    await readings.learn([(phone, "tiaojian")])
    assert await readings._worker.do(os.getpid) not in (first, second)
    assert readings.find(phone).spans
    assert not Path(f"/proc/{second}").exists()
    second = await readings._worker.do(os.getpid)
    await readings.stop()
    assert not Path(f"/proc/{second}").exists()


async def test_who_waits_for_a_reading_when_all_ends_is_let_go():
    readings = Readings(by_rules)
    waits = asyncio.create_task(readings.of(("食堂",)))
    await asyncio.sleep(0)
    await readings.stop()
    with pytest.raises(asyncio.CancelledError):
        await waits
