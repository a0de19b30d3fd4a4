"""Speaking: below the silent limits, in pieces, each once; papers, groups, parents."""

import asyncio
from typing import Any

import pytest

from bot.channels.base import Blocked, Rejected, Throttled, Unreachable
from bot.channels.wecom import transport
from bot.channels.wecom.client import Client
from bot.channels.wecom.pacing import LIMITS, Pacing
from bot.channels.wecom.robot import Robots
from bot.channels.wecom.school import School
from bot.content.wecom import words
from bot.core.messages import Address, Button, File, Fleeting, Outgoing
from tests.channels.wecom.house import speaking, until
from tests.channels.wecom.platform import AGENT, CORP, SECRET, Code, Page, Platform, Reset

PNG = b"\x89PNG\r\n" + b"x" * 100
BUTTONS = ((Button("好", "1"), Button("不好", "2")),)


def to(member: str = "a", text: str = "hello", channel: str = "wecom", **more: Any) -> Outgoing:
    return Outgoing(address=Address(channel=channel, id=member), text=text, **more)


# -- one member ---------------------------------------------------------------------


class Hour:
    """A clock that goes on only when somebody waits, or is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_never_more_than_thirty_a_minute_and_a_thousand_an_hour_to_one_member():
    hour, went = Hour(), []
    pacing = Pacing(clock=hour, sleep=hour.sleep)
    while hour.now < 2 * 3600:
        try:
            await pacing.turn("a")
            went.append(hour.now)
            hour.now += 0.01
        except Throttled as busy:
            hour.now += busy.after
    for most, span in ((30, 60.0), (1000, 3600.0)):
        assert max(sum(1 for t in went if s <= t < s + span) for s in went[::7]) < most
    assert len(went) > 0.9 * 2000
    await pacing.turn("b")  # nobody waits for anybody else


async def test_what_would_be_dropped_in_silence_is_put_off_instead():
    async with Platform() as platform, speaking(platform, pacing=Pacing()) as wecom:
        anna = platform.member("a")
        for n in range(LIMITS[0][0]):
            await wecom.send(to(text=str(n)))
        with pytest.raises(Throttled) as busy:
            await wecom.send(to(text="too much"))
        assert 30 < busy.value.after < 70
        platform.member("another")
        await wecom.send(to("another"))
        assert len(anna.shown) == LIMITS[0][0]
        assert not platform.dropped


async def test_a_long_text_arrives_whole_and_in_order():
    text = "".join(f"第{n}句话，说得不长也不短。" for n in range(300))
    async with Platform() as platform, speaking(platform) as wecom:
        anna = platform.member("a")
        await wecom.send(to(text=text))
        assert "".join(shown.text for shown in anna.shown) == text
        assert not platform.cut


@pytest.mark.parametrize("fault", [Reset(done=True), Page(502), Page(200, b"")], ids=repr)
@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_message_that_broke_off_goes_on_where_it_broke_and_nothing_comes_twice(
    fault, at
):
    text = "".join(f"第{n}句话，说得不长也不短。" for n in range(200))
    outgoing = to(text=text, rows=BUTTONS)
    async with Platform() as platform, speaking(platform) as wecom:
        anna = platform.member("a")
        count = [0]

        def once(path: str, facts: Any) -> Any:
            count[0] += path == "message/send"
            return fault if count[0] == at + 1 and path == "message/send" else None

        platform.mischief = once
        with pytest.raises(Unreachable):
            await wecom.send(outgoing)
        await wecom.send(outgoing)
        assert "".join(s.text for s in anna.shown if not s.card) == text
        assert len(anna.cards) == 1


async def test_the_same_message_meant_again_comes_again():
    async with Platform() as platform, speaking(platform) as wecom:
        anna = platform.member("a")
        paper = File("a.docx", b"PK" * 9)
        for _ in range(4):
            await wecom.send(to(text="hello", files=(paper,), picture=PNG, rows=BUTTONS))
        assert len(anna.cards) == 4
        assert len([s for s in anna.shown if s.file == ("a.docx", b"PK" * 9)]) == 4
        assert not platform.repeated


async def test_a_paper_for_ten_is_brought_once_under_its_own_name():
    paper = File("周报 第3期.docx", b"PK" * 9)
    async with Platform() as platform, speaking(platform) as wecom:
        for n in range(10):
            platform.member(f"clerk{n}")
            await wecom.send(to(f"clerk{n}", files=(paper,), picture=PNG))
        assert len(platform.of("media/upload")) == 2
        files = [shown.file for shown in platform.members["clerk9"].shown if shown.file]
        assert files == [("周报 第3期.docx", b"PK" * 9), ("picture.png", PNG)][::-1]


async def test_a_paper_whose_name_with_the_platform_has_expired_is_brought_again():
    paper = File("a.xlsx", b"PK" * 9)
    async with Platform() as platform, speaking(platform) as wecom:
        platform.member("a")
        platform.member("b")
        await wecom.send(to("a", files=(paper,)))
        platform.media.clear()
        await wecom.send(to("b", files=(paper,)))
        assert platform.members["b"].shown[-1].file == ("a.xlsx", b"PK" * 9)


@pytest.mark.parametrize(
    ("code", "failure"),
    [(81013, Blocked), (60020, Unreachable), (45009, Throttled), (44004, Rejected)],
)
async def test_a_no_is_one_of_the_four(code: int, failure: type):
    async with Platform() as platform, speaking(platform) as wecom:
        platform.member("a")
        platform.fail("message/send", Code(code))
        with pytest.raises(failure):
            await wecom.send(to())


async def test_a_member_among_the_invalid_ones_is_told_by_any_spelling(monkeypatch):
    async with Platform() as platform, speaking(platform) as wecom:
        platform.member("ZhangSan")
        answer = platform._message_send
        monkeypatch.setattr(
            platform, "_message_send", lambda facts: answer(facts) | {"invaliduser": "zhangsan"}
        )
        with pytest.raises(Blocked):
            await wecom.send(to("ZhangSan"))


async def test_receipts_that_stand_for_a_minute_are_taken_back_when_the_service_stops(
    monkeypatch,
):
    monkeypatch.setattr(transport, "RECEIPT_LEAST", 0.1)
    async with Platform() as platform:
        async with speaking(platform) as wecom:
            anna = platform.member("a")
            shown = Fleeting(shown="1234", stays="thanks")
            await wecom.send(to(text="thanks 1234", fleeting=shown))
            await asyncio.sleep(0.12)
            await wecom.send(to(text="thanks 5678", fleeting=shown))
        assert [one.recalled for one in anna.shown] == [True, False]


async def test_a_card_that_arrived_though_its_answer_was_lost_is_not_shown_in_words_too():
    """The platform may know a task id where it does not know the whole request any more."""
    outgoing = to(text="好不好", rows=BUTTONS)
    async with Platform() as platform, speaking(platform) as wecom:
        anna = platform.member("a")
        platform.fail("message/send", Reset(done=True))
        with pytest.raises(Unreachable):
            await wecom.send(outgoing)
        platform.delivered.clear()
        await wecom.send(outgoing)
        assert platform.refusals[42014] == 1
        assert len(anna.shown) == 1


# -- a group robot ------------------------------------------------------------------

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
DIGEST = to(
    "heads",
    "意见周报 第3期\n本周 12 条；*作业*、食堂 [3_4] <@all>\n一、问效 5 条",
    "robot",
    files=(File("周报.docx", b"PK" * 9), File("台账.xlsx", b"PK" * 8)),
    picture=PNG,
)


def robots(platform: Platform, **more: Any) -> Robots:
    url = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
    return Robots(Client("", "", api_base_url=platform.base), {"heads": url}, **more)


async def test_a_group_gets_the_digest_its_chart_and_its_papers():
    async with Platform() as platform:
        said = platform.robots[KEY] = []
        group = robots(platform)
        await group.send(DIGEST)
        assert [one["msgtype"] for one in said] == ["markdown_v2", "image", "file", "file"]
        text = said[0]["markdown_v2"]["content"]
        assert text.startswith("### 意见周报 第3期\n")
        assert "＊作业＊、食堂 ［3＿4］ ＜@all＞" in text
        names = [platform.media[one["file"]["media_id"]][1] for one in said[2:]]
        assert names == ["周报.docx", "台账.xlsx"]
        assert not platform.of("gettoken")
        await group._client.close()


async def test_where_the_group_takes_no_markdown_it_is_plain_text():
    async with Platform() as platform:
        said = platform.robots[KEY] = []
        platform.fail("webhook/send", Code(40008))
        group = robots(platform)
        await group.send(to("heads", "一*二", "robot"))
        assert said == [{"msgtype": "text", "text": {"content": "一*二"}}]
        await group._client.close()


async def test_a_digest_that_broke_off_goes_on_where_it_broke():
    async with Platform() as platform:
        said = platform.robots[KEY] = []
        group = robots(platform)
        for fault in (Page(502), Code(45033), Reset()):
            platform.fail("webhook/upload_media", fault)
            group._client._held.clear()
            with pytest.raises((Unreachable, Throttled)):
                await group.send(DIGEST)
        group._client._held.clear()
        await group.send(DIGEST)
        assert [one["msgtype"] for one in said] == ["markdown_v2", "image", "file", "file"]
        await group._client.close()


async def test_twenty_a_minute_and_not_one_more():
    async with Platform() as platform:
        said = platform.robots[KEY] = []
        group = robots(platform)
        for n in range(19):
            await group.send(to("heads", str(n), "robot"))
        with pytest.raises(Throttled):
            await group.send(to("heads", "too much", "robot"))
        assert 15 < len(said) <= 20
        assert not platform.refusals
        await group._client.close()


async def test_a_wrong_key_and_an_unknown_name():
    async with Platform() as platform:
        group = robots(platform)
        with pytest.raises(Unreachable):  # the operator can mend it; the digest is not to blame
            await group.send(DIGEST)
        with pytest.raises(Blocked):
            await group.send(to("nobody", "x", "robot"))
        await group._client.close()


# -- parents ------------------------------------------------------------------------


BEGINS = ((Button("接着答", "/start r_spring"), Button("别再提醒", "别再提醒")),)


async def test_a_parent_gets_a_notice_with_a_link_of_their_own():
    asked: list[tuple[Address, str]] = []

    async def link(parent: Address, round: str) -> str:
        asked.append((parent, round))
        return f"https://ask.example/p/{parent.id}-secret"

    async with Platform() as platform:
        platform.parents = {
            7: [
                {"parent_userid": "Wang_ma", "is_subscribe": 1},
                {"parent_userid": "li_ba", "is_subscribe": 0},
            ]
        }
        client = Client(CORP, SECRET, api_base_url=platform.base)
        school = School(client, AGENT, words(), link)
        await school.send(
            to("Wang_ma", "学校想问你 5 个小问题\n点一点就好。", "school", rows=BEGINS)
        )
        (notice,) = platform.notices
        article = notice["news"]["articles"][0]
        assert article["title"] == "学校想问你 5 个小问题"
        assert article["url"] == "https://ask.example/p/Wang_ma-secret"
        assert asked == [(Address(channel="school", id="Wang_ma"), "spring")]

        await school.send(to("Wang_ma", "很长的话。" * 300, "school"))
        assert "https://ask.example/p/Wang_ma-secret" in platform.notices[-1]["text"]["content"]
        assert not platform.cut

        with pytest.raises(Blocked):
            await school.send(to("li_ba", "学校想问你", "school"))
        await client.close()


async def test_where_there_is_no_page_a_notice_is_words_alone():
    async def nowhere(_: Address, __: str) -> str:
        return ""

    async with Platform() as platform:
        platform.parents = {7: [{"parent_userid": "a", "is_subscribe": 1}]}
        client = Client(CORP, SECRET, api_base_url=platform.base)
        await School(client, AGENT, words(), nowhere).send(
            to("a", "这一轮结束了，谢谢。", "school")
        )
        assert platform.notices[0]["text"]["content"] == "这一轮结束了，谢谢。"
        await client.close()


async def test_it_starts_with_the_platform_out_of_reach_and_hangs_its_menu_later(monkeypatch):
    monkeypatch.setattr(transport, "FIRST_WAIT", 0.01)
    async with Platform() as platform:
        platform.fail("gettoken", Reset())
        platform.fail("menu/get", Page())
        async with speaking(platform) as wecom:
            wecom._client._wait = 0.01
            running = asyncio.create_task(wecom.run(lambda _: asyncio.sleep(0)))
            await until(lambda: platform.menu)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
