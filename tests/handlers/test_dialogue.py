"""The office asks, a holder answers, and neither learns who the other is; a contact is left only on purpose."""

import asyncio
import os
import re
from contextlib import asynccontextmanager

import pytest

from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.core.receipt import MOST_LETTERS
from handlers.front import Front
from handlers.receipt import NOTHING_THERE, Receipts
from storage.unit_of_work import Work
from tests.chat import quickly
from tests.handlers.test_week import Town, town
from tests.places import held
from tests.vaults import tell

SHOWN = re.compile(r"\d{4} \d{4} \d{4} \d{4}")
WRONG = "9999888877776666"
WORDS = (
    "图书馆下午总是关门",
    "检查太多材料补到半夜",
    "路灯坏了三个月",
    "会开得太长",
    "表格太多",
)


class Office(Town):
    """A town in which five teachers have been heard, and what the office does about it."""

    receipts: dict[str, str]

    async def five(self) -> None:
        self.receipts = {}
        for number, words in enumerate(WORDS):
            who = f"t{number}"
            await self.hears(who, "1", "0", words, link="u_newtown-g_teacher")
            self.clock.push(4)
            await self.front.ring(Address(channel="web", id=who))
            await self.hears(who, "88", "1")
            shown = [found for one in self.sent(who) if (found := SHOWN.search(one.text))]
            assert shown, [one.text for one in self.sent(who)]
            self.receipts[words] = shown[-1][0].replace(" ", "")

    async def taps(self, who: str, *labels: str) -> None:
        for label in labels:
            await super().taps(who, label)

    async def asks(self, words: str, what: str, text: str) -> None:
        """The office writes to whoever said these words."""
        await self.hears("office", f"回访 {words[:4]}")
        await self.taps("office", words)
        await self.taps("office", what)
        await self.hears("office", text)

    async def answers(self, who: str, words: str, text: str) -> None:
        """Whoever holds that receipt replies, from any account."""
        await self.hears(who, f"查 {self.receipts[words]}")
        await self.taps(who, "写几句")
        await self.hears(who, text)
        await self.taps(who, "就这样交")

    async def replies(self):
        return await self.do(lambda work: work.dialogue.newest(0, 99))

    def labels(self, who: str) -> list[str]:
        return [b.label for row in self.sent(who)[-1].rows for b in row]

    def say(self, key: str, **params: str) -> str:
        return self.app.house.say("zh", key, **params)


@asynccontextmanager
async def office(folder):
    async with town(folder) as made:
        made.__class__ = Office
        receipts = made.app.receipts
        receipts._stretch = quickly
        made.paused = []

        async def pause(seconds: float) -> None:
            made.paused.append(seconds)

        receipts._sleep = pause
        await made.five()
        await made.at("2014-03-28 15:00")
        yield made


async def test_a_question_is_seen_by_the_receipt_and_its_answer_comes_in_the_morning(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        assert "是哪一天的汤" in house.last("office")

        await house.hears("stranger", f"查 {house.receipts[WORDS[0]]}")
        assert "是哪一天的汤" in house.last("stranger")
        await house.taps("stranger", "写几句")
        await house.hears("stranger", "天天都凉，问甲某老师也知道，电话13912345678")
        assert "13912345678" not in house.last("stranger")
        assert "〔电话〕" in house.last("stranger")
        await house.taps("stranger", "就这样交")
        assert house.last("stranger") == house.say("letter.done")
        assert await house.replies() == []

        await house.at("2014-03-29 07:59")
        assert await house.replies() == []
        await house.at("2014-03-29 08:00")
        [reply] = await house.replies()
        assert reply.asked == "是哪一天的汤？"
        assert "〔电话〕" in reply.text
        await house.taps("office", "看回音")
        assert "天天都凉" in house.last("office")


async def test_nobody_is_written_to_because_the_office_asked(tmp_path):
    async with office(tmp_path) as house:
        before = len(house.channel.sent)
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        assert {one.address.id for one in house.channel.sent[before:]} == {"office"}


async def test_another_receipt_shows_no_letter(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.hears("t1", f"查 {house.receipts[WORDS[1]]}")
        assert "哪一天" not in house.last("t1")
        assert house.labels("t1") == [house.say("receipt.sign")]


async def test_an_offered_time_is_accepted_or_declined_without_words(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "约着谈谈", "周三下午四点在接待室")
        await house.asks(WORDS[1], "约着谈谈", "周四上午打办公室电话")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "可以")
        await house.hears("b", f"查 {house.receipts[WORDS[1]]}")
        await house.taps("b", "不方便")
        await house.at("2014-03-29 08:00")
        assert {one.kind for one in await house.replies()} == {"yes", "no"}
        assert {one.text for one in await house.replies()} == {""}


async def test_an_answer_only_wants_none(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "只答复", "食堂下周换保温桶")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        assert "食堂下周换保温桶" in house.last("a")
        assert house.labels("a") == [house.say("receipt.sign")]
        await house.hears("a", f"答 {house.receipts[WORDS[0]]} 1.1")
        assert house.last("a") == house.say("letter.none")


async def test_the_desk_cannot_open_what_it_has_written(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        content = held(house.app.memory)
        assert "是哪一天的汤".encode() not in content
        await house.hears("office", "回访 图书馆下")
        await house.taps("office", WORDS[0])
        assert "哪一天" not in house.last("office")
        assert "还可以留 3 次话" in house.last("office")


async def test_a_piece_gets_few_letters_and_the_last_one_may_be_taken_back(tmp_path):
    async with office(tmp_path) as house:
        for number in range(MOST_LETTERS):
            await house.asks(WORDS[0], "问一问", f"第{number}问")
        await house.taps("office", "收回这一句")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        assert "第2问" in house.last("a")
        assert "第3问" not in house.last("a")
        await house.asks(WORDS[0], "问一问", "最后一问")
        await house.hears("office", "回访 图书馆下")
        await house.taps("office", WORDS[0])
        assert "还可以留 0 次话" in house.last("office")
        assert "问一问" not in house.labels("office")


async def test_an_answer_given_again_before_the_morning_takes_the_place_of_the_first(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.answers("a", WORDS[0], "星期一")
        code = house.receipts[WORDS[0]]
        await house.hears("b", f"答 {code} {await house_place(house, code)}")
        await house.hears("b", "星期二")
        await house.taps("b", "就这样交")
        await house.at("2014-03-29 08:00")
        assert [one.text for one in await house.replies()] == ["星期二"]
        await house.hears("c", f"答 {code} {await house_place(house, code)}")
        assert house.last("c") == house.say("letter.replied")


async def house_place(house: Office, code: str) -> str:
    """The place of the one letter this receipt opens."""
    held = await house.app.receipts.held(code)
    [one] = await house.do(lambda work: work.dialogue.opened(held))
    return f"{one.piece}.{one.number}"


async def test_withdrawing_takes_back_a_waiting_answer_its_letter_and_the_contact(tmp_path):
    async with office(tmp_path) as house:
        code = house.receipts[WORDS[0]]
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.answers("a", WORDS[0], "星期一")
        await house.hears("a", f"留名 {code}")
        await house.taps("a", "我愿意留")
        await house.hears("a", "乙某 13912345678")
        await house.taps("a", "确定留下")
        await house.hears("a", f"确认撤回 {code}")
        await house.at("2014-03-29 08:00")
        assert await house.replies() == []
        assert await house.do(lambda work: work.signatures.every()) == []
        for typed in (f"查 {code}", f"答 {code} 1.1", f"留名 {code}", f"取消留名 {code}"):
            await house.hears("a", typed)
            assert house.last("a") == house.say("receipt.unknown")


@pytest.mark.parametrize(
    "form", ["查 {}", "答 {} 1.1", "答 {} 1.1 yes", "留名 {}", "留名 {} yes", "取消留名 {}"]
)
async def test_withdrawn_and_wrong_codes_are_answered_alike_by_as_much_work(tmp_path, form):
    async with office(tmp_path) as house:
        code = house.receipts[WORDS[0]]
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.hears("a", f"确认撤回 {code}")
        done = []
        for typed in (code, WRONG):
            house.paused.clear()
            deeds = counted(house)
            await house.hears("a", form.format(typed))
            done.append((house.last("a"), house.labels("a"), tuple(house.paused), deeds()))
        assert done[0] == done[1]
        assert done[0][2] == (NOTHING_THERE,)


def counted(house):
    """How many deeds the front door gives the database from now on; the bell's are its own."""
    database, calls = house.front._database, []

    class Counting:
        async def write(self, deed):
            # With PostgreSQL one looks four times a second for what other replicas moved.
            if not getattr(deed, "__qualname__", "").endswith(".looked"):
                calls.append(deed)
            return await database.write(deed)

    house.front._database = Counting()

    def so_far() -> int:
        house.front._database = database
        return len(calls)

    return so_far


async def test_guesses_by_every_way_go_one_after_another_from_however_many_accounts(tmp_path):
    async with office(tmp_path) as house:
        going = most = 0

        async def slow(_seconds: float) -> None:
            nonlocal going, most
            going += 1
            most = max(most, going)
            await asyncio.sleep(0.001)
            going -= 1

        house.app.receipts._sleep = slow
        forms = ("查 {}", "答 {} 1.1", "留名 {}", "确认撤回 {}", "取消留名 {}")
        await asyncio.gather(
            *(
                house.hears(f"eve{n}", forms[n % len(forms)].format(f"{n:016}"))
                for n in range(20)
            )
        )
        assert most == 1
        assert {house.last(f"eve{n}") for n in range(20)} == {house.say("receipt.unknown")}


async def test_any_replica_goes_on_with_a_reply_that_another_one_began(tmp_path):
    """A restart is nothing else: what a process remembers takes no part in it."""
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        first, second = house.front, replica(house)
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "写几句")
        house.front = second
        await house.hears("a", "星期一")
        house.front = first
        await house.taps("a", "就这样交")
        assert house.last("a") == house.say("letter.done")


def replica(house):
    """Another front door to the same database and the same people, that has heard nothing so far."""
    known = house.front
    receipts = Receipts(os.urandom, quickly, sleep=house.app.receipts._sleep)
    return Front(
        known._database,
        known._channels,
        known._texts,
        known.agenda,
        known._clock,
        receipts,
        known.readings,
        desk=known._desk,
        registry=known._registry,
        press=known._press,
    )


async def test_who_writes_is_kept_in_the_sealed_draft_alone_and_gone_once_it_is_handed_in(
    tmp_path,
):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        code, before = house.receipts[WORDS[0]], await rows(house)
        await house.hears("a", f"查 {code}")
        assert await rows(house) == before
        await house.taps("a", "写几句")
        await house.hears("a", "星期一")
        assert await rows(house) == before | {"draft": before["draft"] + 1}
        [(slot,)] = await asked(house, "SELECT key FROM draft")
        content = held(house.app.memory)
        assert not [w for w in (code, "星期一") if w.encode() in content]
        await house.taps("a", "就这样交")
        assert await rows(house) == before
        assert not any(key_at(house, slot))


@pytest.mark.parametrize("how", ["ten minutes", "erased", "cancelled"])
async def test_a_reply_that_is_not_handed_in_leaves_neither_row_nor_key(tmp_path, how):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        before = await rows(house)
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "写几句")
        await house.hears("a", "星期一")
        slots = [slot for (slot,) in await asked(house, "SELECT key FROM draft")]
        match how:
            case "ten minutes":
                house.clock.push(601)
                assert house.front.alarms.take_due() == [Address(channel="web", id="a")]
                await house.front.ring(Address(channel="web", id="a"))
            case "erased":
                await house.hears("a", "确认删除")
            case _:
                await house.taps("a", "不答了")
        await house.rest()
        assert await rows(house) == before
        assert not [slot for slot in slots if any(key_at(house, slot))]


def key_at(house, slot: int) -> bytes:
    slots = (house.app.settings.storage.key_dir / "slots").read_bytes()
    return slots[32 * slot : 32 * slot + 32]


async def asked(house, question: str):
    await asyncio.sleep(0.05)  # a key is burned right after its commit
    return await house.rows(question)


async def rows(house):
    tables = ("person", "draft", "letter", "reply", "signature", "outbox", "trail")
    return {name: (await asked(house, f"SELECT count(*) FROM {name}"))[0][0] for name in tables}


async def test_a_reply_may_be_written_in_the_middle_of_a_talk_and_the_talk_goes_on(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.hears("a", "1", link="u_newtown-g_teacher")
        standing = house.last("a")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "写几句")
        await house.hears("a", "星期一")
        await house.taps("a", "就这样交")
        assert house.last("a") == house.say("letter.done")
        await house.hears("a", "0")
        assert house.last("a") != standing
        assert "第" in house.last("a")
        await house.at("2014-03-29 08:00")
        assert [one.text for one in await house.replies()] == ["星期一"]


async def test_ten_minutes_later_words_are_words_again(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "写几句")
        house.clock.push(601)
        await house.hears("a", "操场的灯坏了")
        house.clock.push(4)
        await house.front.ring(Address(channel="web", id="a"))
        await house.rest()
        assert "收下" in " ".join(house.labels("a"))


@pytest.mark.parametrize("typed", ["取消", "开始"])
async def test_who_turns_away_hands_in_nothing(tmp_path, typed):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "写几句")
        await house.hears("a", "星期一", typed)
        await house.hears("a", f"答 {house.receipts[WORDS[0]]} 1.1 ok")
        assert house.last("a") == house.say("letter.forgotten")


async def test_what_is_too_long_is_said_and_may_be_sent_again(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "写几句")
        await house.hears("a", "长" * 1001)
        assert house.last("a") == house.say("letter.too_long", most="1000")
        await house.hears("a", "短")
        await house.taps("a", "就这样交")
        assert house.last("a") == house.say("letter.done")


async def test_replies_lie_in_no_order_that_says_who_was_first(tmp_path):
    """Name order and the order of answering have nothing in common: names are made of receipts."""
    async with office(tmp_path) as house:
        for words in WORDS:
            await house.asks(words, "问一问", "请再说说？")
        for number, words in enumerate(WORDS):
            await house.answers(f"a{number}", words, f"回答{number}")
        await house.at("2014-03-29 08:00")
        found = await house.replies()
        assert [one.id for one in found] == sorted(one.id for one in found)
        assert {one.day for one in found} == {16158}


async def test_a_contact_is_confirmed_twice_and_shown_to_the_office_alone(tmp_path):
    async with office(tmp_path) as house:
        code = house.receipts[WORDS[0]]
        await house.hears("a", f"查 {code}")
        await house.taps("a", "留个联系方式")
        assert "不留也完全可以" in house.last("a")
        await house.taps("a", "我愿意留")
        await house.hears("a", "乙某 13912345678")
        assert await house.do(lambda work: work.signatures.every()) == []
        await house.taps("a", "确定留下")
        content = held(house.app.memory)
        assert b"13912345678" not in content

        await house.hears("office", "留名")
        assert "乙某 13912345678" in house.last("office")
        assert WORDS[0] in house.last("office")
        reader = Address(channel="web", id="reader")
        await house.do(lambda w: w.staff.join(reader, "zh", (Post(role=Role.SUPERVISOR),)))
        await house.front.look_again()
        await house.hears("reader", "留名")
        assert "13912345678" not in house.last("reader")


async def test_a_contact_goes_by_receipt_and_when_the_office_is_done_with_it(tmp_path):
    async with office(tmp_path) as house:
        for who, words in (("a", WORDS[0]), ("b", WORDS[1])):
            await house.hears(who, f"留名 {house.receipts[words]}")
            await house.taps(who, "我愿意留")
            await house.hears(who, f"找{who}就行")
            await house.taps(who, "确定留下")
        await house.hears("stranger", f"查 {house.receipts[WORDS[0]]}")
        assert house.say("receipt.signed") in house.last("stranger")
        await house.taps("stranger", "取消留名")
        await house.hears("office", "留名")
        assert "找a就行" not in house.last("office")
        assert "找b就行" in house.last("office")
        await house.taps("office", "1 办完了，删掉", "确认删掉")
        assert await house.do(lambda work: work.signatures.every()) == []


async def test_personal_matters_cannot_be_asked_about(tmp_path):
    async with office(tmp_path) as house:
        await house.do(
            lambda work: tell(
                work._tx,
                f"""UPDATE opinion SET labels = '{{"about":"个人"}}' WHERE text = '{WORDS[0]}'""",
            )
        )
        await house.hears("office", "回访 图书馆下")
        assert house.last("office") == house.say("desk.talk_no_voices")
        await house.hears("office", "回访 意见")
        assert WORDS[0] not in house.labels("office")
        assert WORDS[1] in house.labels("office")


async def test_the_talk_tick_comes_once_a_day(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.at("2014-03-29 08:00")
        await house.answers("a", WORDS[0], "星期一")
        await house.at("2014-03-29 20:00")
        assert await house.replies() == []
        await house.at("2014-03-30 08:00")
        assert len(await house.replies()) == 1
        await house.rest()
        told = [
            one for one in house.sent("office") if one.text == house.say("desk.replies_came")
        ]
        assert len(told) == 1


async def test_a_look_up_during_a_talk_tick_is_asked_to_come_back(tmp_path):
    from bot.core.dialogue import VAULT
    from storage.vault import Tick

    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的汤？")
        await house.answers("a", WORDS[0], "星期一")
        wish = Tick(name="2014-03-28T16", period="2014-03-28", standing=True)
        await house.app.database.write(lambda tx: Work(tx).vault.begin(VAULT, wish))
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        assert house.last("a") == house.say("receipt.busy")
        await house.at("2014-03-29 08:00")
        assert [one.text for one in await house.replies()] == ["星期一"]


async def test_a_reply_is_masked_by_all_that_finds_names_as_an_opinion_is(tmp_path):
    async with office(tmp_path) as house:
        await house.asks(WORDS[0], "问一问", "是哪一天的事？")
        await house.hears("a", f"查 {house.receipts[WORDS[0]]}")
        await house.taps("a", "写几句")
        reading = await house.front._masked("昨天张建国把门锁了，没有人管")
        await house.hears("a", "昨天张建国把门锁了，没有人管")
        assert reading in house.last("a")
        assert "张建国" not in house.last("a")
