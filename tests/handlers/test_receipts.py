"""A receipt: shown once, kept nowhere, good from any account, and wrong ones all alike."""

import asyncio
import hashlib
import json
import re

import pytest
from sqlalchemy import text

from bot.core import receipt as core
from bot.core.messages import Address, Incoming, Text
from bot.core.receipt import LooksUp, Withdraws
from handlers import receipt
from handlers.receipt import IN_LINE, NOTHING_THERE, NoneReady, Receipts, settle, stretching
from storage.unit_of_work import Work
from storage.vault import Tick
from tests.builders import word_round
from tests.chat import Home, quickly

SHOWN = re.compile(r"\d{4} \d{4} \d{4} \d{4}")
WRONG = "9999 8888 7777 6666"


@pytest.fixture
async def home(tmp_path):
    async with Home(tmp_path) as home:
        yield home


async def hands_in(person, *texts: str) -> str:
    """The receipt for these answers, as shown."""
    await person.says("开始", "2", "2", "0", *(texts or ("检查太多",)), "88", "1")
    found = SHOWN.search(person.sees)
    assert found, person.sees
    return found[0]


async def rows(home, question: str):
    return await home.database.read(lambda c: c.execute(text(question)).all())


def saying(home, key, **params):
    return home.front._texts.say("zh", key, **params)


async def test_a_receipt_is_looked_up_from_another_account_before_and_after_the_tick(home):
    code = await hands_in(home.person("anna"))
    ben = home.person("ben")
    await ben.says(f"查 {code}")
    assert ben.sees == saying(home, "receipt.waiting")
    await home.tick()
    await ben.says(f"查询{code.replace(' ', '-')}")
    assert ben.sees.startswith(saying(home, "receipt.released", period="2026-09-25"))


async def test_the_digits_alone_are_a_look_up_outside_a_talk_and_an_answer_inside_one(home):
    code = await hands_in(home.person("anna"))
    ben = home.person("ben")
    await ben.says(code)
    assert ben.sees == saying(home, "receipt.waiting")
    await ben.says("开始", "2", "2", "0", code)
    assert "第 2 问" in ben.sees
    await ben.says(f"/receipt {code}")
    assert ben.sees == saying(home, "receipt.waiting")
    await ben.says("会太多", "1")
    assert "收到了" in ben.sees


async def test_withdrawn_before_the_tick_nothing_of_it_is_ever_released(home):
    anna, ben = home.person("anna"), home.person("ben")
    code = await hands_in(anna, "检查太多", "少填表")
    await hands_in(ben, "会太多")
    eve = home.person("eve")
    await eve.says(f"撤回 {code}")
    assert eve.labels == ["确认撤回"]
    await eve.taps("确认撤回")
    assert eve.sees == saying(home, "receipt.withdrawn")
    assert [piece["text"] for piece in await home.opinions()] == ["会太多"]
    assert [each.submissions for each in await home.turnout()] == [1]


async def test_asking_to_withdraw_changes_nothing_until_it_is_confirmed(home):
    code = await hands_in(home.person("anna"))
    await home.person("eve").says(f"撤回 {code}")
    assert len(await home.opinions()) == 1


async def test_withdrawn_after_the_tick_the_words_go_and_the_count_stays(home):
    code = await hands_in(home.person("anna"), "检查太多", "少填表")
    await home.tick()
    counted = await home.turnout()
    eve = home.person("eve")
    await eve.says(f"确认撤回{code}")
    assert eve.sees == saying(home, "receipt.withdrawn_late", period="2026-09-25")
    assert await home.opinions() == []
    assert await home.turnout() == counted
    assert counted[0].people == 1


async def test_a_withdrawn_receipt_is_answered_like_one_that_never_was(home):
    code = await hands_in(home.person("anna"))
    ben, eve = home.person("ben"), home.person("eve")
    await ben.says(f"确认撤回 {code}")
    for ask in ("查 {}", "确认撤回 {}", "撤回 {}"):
        home.paused.clear()
        await ben.says(ask.format(code))
        once = (ben.sees, ben.labels, tuple(home.paused))
        home.paused.clear()
        await eve.says(ask.format(WRONG))
        assert (eve.sees, eve.labels, tuple(home.paused)) == once
    await eve.says(f"查 {WRONG}")
    assert eve.sees == saying(home, "receipt.unknown")


async def test_wrong_codes_hold_up_everybody_and_right_ones_nobody(home):
    code = await hands_in(home.person("anna"))
    await home.person("ben").says(f"查 {code}")
    assert home.paused == []
    for name in ("eve", "mallory"):
        await home.person(name).says(f"查 {WRONG}")
    assert home.paused == [NOTHING_THERE, NOTHING_THERE]


async def test_guesses_of_many_go_one_after_another(home):
    going = most = 0

    async def slow(_seconds: float) -> None:
        nonlocal going, most
        going += 1
        most = max(most, going)
        await asyncio.sleep(0.001)
        going -= 1

    receipts = Receipts(bytes, quickly, sleep=slow)
    guesses = [LooksUp(f"{number:016}") for number in range(20)]
    said = await asyncio.gather(*(settle(home.database, receipts, one) for one in guesses))
    assert {key for key, _ in said} == {"receipt.unknown"}
    assert most == 1


async def test_where_very_many_ask_one_more_is_asked_to_come_back(home):
    stretched = []

    def stretch(digits: str) -> bytes:
        stretched.append(digits)
        return quickly(digits)

    receipts = Receipts(bytes, stretch, sleep=lambda _: asyncio.sleep(0))
    guesses = [LooksUp(f"{number:016}") for number in range(IN_LINE + 5)]
    said = await asyncio.gather(*(settle(home.database, receipts, one) for one in guesses))
    assert [key for key, _ in said].count("receipt.busy") == 5
    assert len(stretched) == IN_LINE


async def test_while_a_tick_is_under_way_every_code_gets_the_same_answer(home):
    code = await hands_in(home.person("anna"))
    wish = Tick(name="tick under way", period="2026-09-25")
    await home.database.write(lambda tx: Work(tx).vault.begin("spring", wish))
    for typed in (code, WRONG):
        ben = home.person("ben")
        for ask in ("查", "确认撤回"):
            await ben.says(f"{ask} {typed}")
            assert ben.sees == saying(home, "receipt.busy")
    await home.tick()
    assert len(await home.opinions()) == 1


class Ticking:
    """A database whose clock strikes once, after the first look into the vault."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._calls = 0

    async def write(self, deed):
        result = await self._home.database.write(deed)
        self._calls += 1
        if self._calls == 2:
            await self._home.tick()
        return result


async def test_what_a_tick_moves_during_a_look_up_is_found_all_the_same(home):
    digits = (await hands_in(home.person("anna"))).replace(" ", "")
    said = await settle(Ticking(home), home.receipts, LooksUp(digits))
    assert said == ("receipt.released", {"period": "2026-09-25"})


async def test_what_was_taken_out_right_before_a_tick_is_not_called_unknown(home):
    digits = (await hands_in(home.person("anna"))).replace(" ", "")
    said = await settle(Ticking(home), home.receipts, Withdraws(digits, sure=True))
    assert said == ("receipt.withdrawn", {})
    assert await home.opinions() == []


@pytest.mark.parametrize("typed", ["查", "撤回", "查 3817 2046", "/receipt", "回执"])
async def test_what_was_meant_as_a_receipt_is_told_how_one_looks(home, typed):
    anna = home.person("anna")
    await anna.says(typed)
    assert anna.sees == saying(home, "receipt.how")


async def test_a_repeated_delivery_is_answered_once(home):
    anna = home.person("anna")
    for _ in range(2):
        await anna.does(Text(f"查 {WRONG}"), key="once")
    assert len(anna.heard) == 1


async def test_who_looks_up_leaves_no_row(home):
    code = await hands_in(home.person("anna"))
    tables = ("person", "draft", "outbox", "trail", "wave")

    async def counts():
        return [await rows(home, f"SELECT count(*) FROM {name}") for name in tables]

    before = await counts()
    await home.person("eve").says(f"查 {code}", f"查 {WRONG}", f"撤回 {WRONG}")
    assert await counts() == before


async def test_the_digits_lie_in_no_file_and_no_draft_once_they_are_shown(home):
    code = await hands_in(home.person("anna"))
    plain = code.replace(" ", "")
    for file in home.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for written in (plain, code, code.replace(" ", "-")):
                for encoding in ("utf-8", "utf-16-le"):
                    assert written.encode(encoding) not in content, file.name
    assert await rows(home, "SELECT * FROM draft") == []


async def test_a_talk_that_went_on_before_the_thanks_were_sent_forgets_the_receipt_with_them(
    home,
):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "检查太多", "88")
    await say_while_sending(home, anna, "1", "食堂的菜太凉了")
    kept = await home.database.write(lambda tx: Work(tx).drafts.find(anna.address))
    assert kept is not None
    assert kept.session is not None
    assert [line for line in kept.lines if "receipt" in line.params] == []
    assert sum("回执号" in message.text for message in anna.heard) == 1
    await anna.taps("收下", "一线教师", "不说明", "就这样提交")
    assert "回执号" in anna.sees
    assert len(await home.opinions()) == 2
    assert await rows(home, "SELECT * FROM draft") == []


async def say_while_sending(home, person, first: str, second: str) -> None:
    """Two messages, the second of which arrives while the answer to the first is on its way."""
    held, send = asyncio.Event(), home.channel.send

    async def sending(outgoing):
        await held.wait()
        await send(outgoing)

    home.channel.send = sending
    for number, typed in enumerate((first, second)):
        await home.front.receive(
            Incoming(address=person.address, key=f"held{number}", body=Text(typed))
        )
        await asyncio.sleep(0.01)
    held.set()
    home.channel.send = send
    await home.front.outbox.idle()
    await home.rest()


async def test_a_receipt_that_is_ready_is_taken_and_another_made_in_its_place(home):
    receipts = home.receipts
    await receipts.fill()
    ready = [core.written(one.digits) for one in receipts._ready]
    assert await hands_in(home.person("anna")) == ready[0]
    await receipts.fill()
    assert len(receipts._ready) == len(ready)
    assert ready[0] not in [core.written(one.digits) for one in receipts._ready]


async def test_ready_ones_are_made_anew_by_themselves():
    receipts = Receipts(core_random(), quickly, ready=3, sleep=lambda _: asyncio.sleep(0))
    running = asyncio.create_task(receipts.run())
    try:
        async with asyncio.timeout(5):
            taken = set()
            while len(taken) < 10:
                try:
                    taken.add(receipts.take().digits)
                except NoneReady:
                    await asyncio.sleep(0.001)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(taken) == 10


def core_random():
    """Chance, another each time."""
    drawn = 0

    def draw(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.sha256(drawn.to_bytes(8, "big")).digest()[:count]

    return draw


async def test_many_who_hand_in_while_none_is_ready_get_one_each(tmp_path):
    async with Home(tmp_path) as home:
        people = [home.person(f"p{number}") for number in range(12)]
        for person in people:
            await person.says("开始", "2", "2", "0", "检查太多", "88")
        await asyncio.gather(*(person.does(Text("1")) for person in people))
        codes = {SHOWN.search(person.sees)[0] for person in people}
        assert len(codes) == 12
        assert len(await home.opinions()) == 12


async def test_words_outside_rounds_have_a_receipt_too(tmp_path):
    async with Home(tmp_path, word=word_round()) as home:
        anna = home.person("anna")
        codes = []
        for said in ("食堂的菜太凉了", "操场的灯坏了"):
            await anna.says(said)
            await anna.taps("收下", "一线教师", "不说明", "就这样提交")
            codes.append(SHOWN.search(anna.sees)[0])
        await anna.says(f"确认撤回 {codes[1]}")
        assert [piece["text"] for piece in await home.opinions()] == ["食堂的菜太凉了"]


def test_stretching_is_as_the_core_says_and_differs_between_installations():
    one, other = stretching(b"one"), stretching(b"other")
    assert len({one("0" * 16), other("0" * 16)}) == 2
    assert one("0" * 16) == hashlib.scrypt(
        b"0" * 16, salt=b"one", n=2**15, r=8, p=1, maxmem=2**26, dklen=32
    )


async def test_an_answer_that_could_not_be_looked_for_is_not_called_wrong(home, caplog):
    async def fails(_deed):
        raise receipt.StorageFailed("disk full")

    database = type("Broken", (), {"write": staticmethod(fails)})()
    said = await settle(database, home.receipts, Withdraws("0" * 16, sure=True))
    assert said == ("receipt.busy", {})
    assert "0" * 16 not in caplog.text


async def test_an_unknown_person_is_answered_in_chinese_and_who_chose_english_in_english(home):
    anna = home.person("anna")
    await anna.says("English", f"receipt {WRONG}")
    assert anna.sees == home.front._texts.say("en", "receipt.unknown")
    address = Address(channel="web", id="new")
    heard = await home.database.write(
        lambda tx: receipt.hear(
            Work(tx), Incoming(address=address, key="k", body=Text("")), LooksUp("1"), 0
        )
    )
    assert heard is not None
    assert (heard.language, heard.first) == ("zh", True)


def test_what_the_button_says_fits_the_smallest_platform():
    """Telegram takes 64 bytes of a button, our own marks included."""
    assert len(json.dumps(core.confirms("0" * 16))) <= 40
    assert core.recognise(core.confirms("1" * 16)) == Withdraws("1" * 16, sure=True)


# -- more hand in than receipts are ready --------------------------------------------


def a_rush(home) -> None:
    """So many are in line for a receipt that theirs would take too long."""
    home.receipts._waiting = 1000


async def handed_in(home) -> None:
    """Whatever is on its way into the vault has arrived."""
    await asyncio.gather(*home.front._handing.values())
    await home.front.outbox.idle()


async def test_in_a_rush_who_hands_in_is_answered_at_once_and_the_receipt_follows(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "检查太多", "88")
    a_rush(home)
    made = asyncio.Event()
    make, home.receipts.make = home.receipts.make, None

    async def slowly():
        await made.wait()
        return await make()

    home.receipts.make = slowly
    await anna.says("1")
    assert anna.sees == saying(home, "handing.soon")
    await anna.says("还有一句")
    assert anna.sees == saying(home, "handing.wait")
    made.set()
    await handed_in(home)
    assert SHOWN.search(anna.sees)
    assert saying(home, "handing.soon") not in anna.sees
    home.receipts._waiting = 0
    ben = home.person("ben")
    await ben.says(f"查 {SHOWN.search(anna.sees)[0]}")
    assert ben.sees == saying(home, "receipt.waiting")
    assert [piece["text"] for piece in await home.opinions()] == ["检查太多"]


async def test_what_waits_for_its_receipt_when_the_service_dies_is_handed_in_once_by_the_next(
    tmp_path,
):
    async with Home(tmp_path) as home:
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0", "检查太多", "88")
        a_rush(home)
        home.receipts.make = asyncio.Event().wait
        await anna.says("1")
        await home.front.stop(1)
    async with Home(tmp_path) as home:
        await handed_in(home)
        assert SHOWN.search(home.channel.sent[-1].text)
        await home.front.look_again()
        await handed_in(home)
        assert [piece["text"] for piece in await home.opinions()] == ["检查太多"]


async def test_days_later_it_still_waits_and_nothing_of_it_expires(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "检查太多", "88")
    a_rush(home)
    gate = asyncio.Event()
    make, home.receipts.make = home.receipts.make, None

    async def slowly():
        await gate.wait()
        return await make()

    home.receipts.make = slowly
    await anna.says("1")
    for _ in range(4):
        await home.rest(48 * 3600 + 1)
    gate.set()
    await handed_in(home)
    assert SHOWN.search(anna.sees)


async def test_what_may_not_wait_goes_before_the_whole_line(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "操场上有人体罚学生，打得住院了", "88", "1")
    a_rush(home)
    await home.receipts._first.acquire()  # nobody of the line gets on
    await anna.says("1")
    await handed_in(home)
    assert SHOWN.search(anna.sees)
    assert saying(home, "urgent.told") in anna.sees


async def test_each_talk_in_progress_wants_one_receipt_more(home):
    await home.receipts.fill()
    before = len(home.receipts._ready)
    for name in ("anna", "ben", "carl"):
        await home.person(name).says("开始")
    await home.receipts.fill()
    assert len(home.receipts._ready) == before + 3


async def test_whoever_is_in_line_comes_before_whoever_hands_in_now():
    receipts = Receipts(core_random(), quickly)
    first = asyncio.ensure_future(receipts.next())
    await asyncio.sleep(0)
    receipts._ready.append(core.new(core_random(), quickly))
    with pytest.raises(NoneReady):
        receipts.take()
    assert receipts.spare() is None
    await first
    assert receipts.take()
