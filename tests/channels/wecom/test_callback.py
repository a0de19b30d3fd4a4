"""Being handed messages: an empty 200 only after the commit, and not a trace of what is forged, broken or stale."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.channels.base import NotStored, Rejected
from bot.channels.wecom import transport
from bot.channels.wecom.callback import FRESH, LARGEST
from bot.channels.wecom.xml import read
from bot.core.messages import Arrived, Incoming, Media, Sent, Tap, Text
from tests.channels.wecom.house import Listening, running, speaking, until
from tests.channels.wecom.platform import AGENT, CORP, Member, Platform, Shown, seal, sign


@contextlib.asynccontextmanager
async def delivering(listening: Listening, **settings: Any) -> AsyncIterator[Platform]:
    async with (
        Platform(silence=settings.pop("silence", 1.0)) as platform,
        speaking(platform, **settings) as wecom,
        running(platform, wecom, listening),
    ):
        yield platform


async def test_the_url_check_is_answered_plain_and_bare():
    async with delivering(Listening()) as platform:
        for said in ("1616140317555161061", "a b+c/d=", ""):
            query, _ = platform.envelope(said.encode())
            query["echostr"] = seal(said.encode())
            query["msg_signature"] = sign(query["timestamp"], query["nonce"], query["echostr"])
            answer = await platform.post(query, b"", "GET")
            assert (answer.status, answer.body) == (200, said.encode())

            query["echostr"] = seal(b"another")
            answer = await platform.post(query, b"", "GET")
            assert (answer.status, answer.body) == (403, b"")


async def test_a_message_is_answered_200_and_empty_once_it_is_kept():
    listening, kept = Listening(), asyncio.Event()
    listening.on = lambda _: kept.wait()
    async with delivering(listening) as platform:
        posting = asyncio.create_task(platform.member("ZhangSan").says("hello"))
        await until(lambda: listening.tries)
        await asyncio.sleep(0.03)
        assert not posting.done()
        kept.set()
        (answer,) = await posting
        assert (answer.status, answer.body) == (200, b"")
    assert [one.body for one in listening.heard] == [Text("hello")]
    assert listening.heard[0].address.id == "ZhangSan"


async def test_what_was_not_kept_is_not_answered_200_and_comes_again():
    listening = Listening()

    async def refuse(_: Incoming) -> None:
        if listening.tries == 1:
            raise NotStored

    listening.on = refuse
    async with delivering(listening) as platform:
        answers = await platform.member("ZhangSan").says("hello")
        assert [answer.status for answer in answers] == [503, 200]
    assert len(listening.heard) == 1


async def test_silence_is_answered_by_the_same_message_under_its_own_name():
    listening = Listening()

    async def dawdle(_: Incoming) -> None:
        if listening.tries == 1:
            await asyncio.sleep(1.0)

    listening.on = dawdle
    async with delivering(listening, silence=0.7) as platform:
        anna = platform.member("ZhangSan")
        answers = await anna.says("hello", fresh_nonce=False)
        assert [answer.status for answer in answers][-1] == 200
        assert len(answers) > 1
        await until(lambda: len(listening.heard) >= 2)
    assert len({one.key for one in listening.heard}) == 1  # the inbox lets one of them in


async def test_late_repeats_pass_and_older_ones_do_not():
    listening = Listening()
    async with delivering(listening) as platform:
        anna, now = platform.member("ZhangSan"), int(time.time())
        for age, status in (
            (0, 200),
            (20, 200),
            (FRESH - 30, 200),
            (FRESH + 30, 403),
            (-FRESH - 30, 403),
        ):
            message = anna.message({"MsgType": "text", "Content": str(age)})
            query, body = platform.envelope(message, timestamp=str(now - age))
            assert (await platform.post(query, body)).status == status, age
    assert len(listening.heard) == 3


Spoil = Callable[[Platform, dict[str, str], bytes], tuple[dict[str, str], bytes]]


def changed(**query: str) -> Spoil:
    return lambda platform, q, body: (q | query, body)


def without(*names: str) -> Spoil:
    return lambda platform, q, body: ({k: v for k, v in q.items() if k not in names}, body)


def with_body(make: Callable[[bytes], bytes]) -> Spoil:
    return lambda platform, q, body: (q, make(body))


def said(message: str | bytes, receiver: str = CORP) -> Spoil:
    """Rightly sealed, and yet nothing a member said."""
    content = message.encode() if isinstance(message, str) else message
    return lambda platform, q, body: platform.envelope(content, receiver=receiver)


def signed(encrypted: str) -> Spoil:
    """Rightly signed; what is in it is not."""

    def spoil(
        platform: Platform, q: dict[str, str], body: bytes
    ) -> tuple[dict[str, str], bytes]:
        q = q | {"msg_signature": sign(q["timestamp"], q["nonce"], encrypted)}
        return q, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()

    return spoil


def inner(values: str) -> str:
    return f"<xml><ToUserName>{CORP}</ToUserName>{values}</xml>"


TEXT = "<FromUserName>a</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>5</MsgId>"
DTD = '<!DOCTYPE x [<!ENTITY a "boom">]>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
NOW = str(int(time.time()))

FORGED: dict[str, Spoil] = {
    "no signature": without("msg_signature"),
    "no timestamp": without("timestamp"),
    "no nonce": without("nonce"),
    "no query at all": without("msg_signature", "timestamp", "nonce"),
    "empty signature": changed(msg_signature=""),
    "zeros": changed(msg_signature="0" * 40),
    "a long one": changed(msg_signature="a" * 5000),
    "signature not ascii": changed(msg_signature="签名" * 20),
    "nonce changed": changed(nonce="another"),
    "timestamp changed": changed(timestamp=str(int(NOW) + 1)),
    "timestamp empty": changed(timestamp=""),
    "timestamp a word": changed(timestamp="now"),
    "timestamp negative": changed(timestamp=f"-{NOW}"),
    "timestamp with a sign": changed(timestamp=f"+{NOW}"),
    "timestamp with a dot": changed(timestamp=f"{NOW}.0"),
    "timestamp of full-width digits": changed(timestamp="１７９０００００００"),
    "timestamp without end": changed(timestamp="9" * 400),
    "body empty": with_body(lambda _: b""),
    "body of spaces": with_body(lambda _: b" " * 100),
    "body not xml": with_body(lambda _: b"hello"),
    "body json": with_body(lambda _: b'{"encrypt": "x"}'),
    "body half": with_body(lambda body: body[: len(body) // 2]),
    "body not utf-8": with_body(lambda body: body.replace(b"<ToUserName>", b"<ToUserName>\xff\xfe")),
    "body with nul": with_body(lambda body: body + b"\0"),
    "body with two roots": with_body(lambda body: body + body),
    "body with a dtd": with_body(lambda body: DTD.encode() + body),
    "body with a bomb": with_body(lambda body: BOMB.encode() + body),
    "body with a file": with_body(lambda body: OUTSIDE.encode() + body),
    "body too large": with_body(lambda body: body + b" " * LARGEST),
    "body of 20 MB": with_body(lambda body: b"<xml>" + b"x" * (20 * 2**20) + b"</xml>"),
    "body of a strange encoding": with_body(lambda body: b'<?xml version="1.0" encoding="x-no"?>' + body),
    "body deep": with_body(lambda _: b"<a>" * 20_000),
    "without Encrypt": with_body(lambda _: b"<xml><ToUserName>x</ToUserName></xml>"),
    "Encrypt empty": with_body(lambda _: b"<xml><Encrypt></Encrypt></xml>"),
    "Encrypt elsewhere": with_body(lambda body: b"<o>" + body + b"</o>"),
    "one letter changed": with_body(lambda body: body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A", 1)),
    "plain text in place of sealed": with_body(lambda _: inner(TEXT).encode()),
    "signed, not base64": signed("%%%%"),
    "signed, empty": signed(""),
    "signed, not whole blocks": signed("QUJD"),
    "signed, 16 bytes": signed("QUFBQUFBQUFBQUFBQUFBQQ=="),
    "signed, another key": signed(seal(inner(TEXT).encode(), key="B" * 43)),
    "signed, without padding": signed(seal(inner(TEXT).encode())[:-44]),
    "for another corp": said(inner(TEXT), "wwAnother"),
    "for nobody": said(inner(TEXT), ""),
    "for us in small letters": said(inner(TEXT), CORP.lower()),
    "for us and more": said(inner(TEXT), CORP + CORP),
    "sealed nothing": said(""),
    "sealed not xml": said("hello"),
    "sealed half": said(inner(TEXT)[:-4]),
    "sealed not utf-8": said(b"<xml><MsgType>\xff\xfe</MsgType></xml>"),
    "sealed dtd": said(DTD + inner(TEXT + "<Content>&a;</Content>")),
    "sealed bomb": said(BOMB + inner(TEXT + "<Content>&b;</Content>")),
    "sealed file": said(OUTSIDE + inner(TEXT + "<Content>&a;</Content>")),
    "sealed, to another corp": said(inner(TEXT).replace(CORP, "wwAnother")),
    "sealed, of another app": said(inner(TEXT + f"<AgentID>{AGENT + 1}</AgentID>")),
    "sealed, from nobody": said(inner("<MsgType>text</MsgType><Content>x</Content><MsgId>6</MsgId>")),
    "sealed, from the system": said(inner(TEXT.replace(">a<", ">sys<"))),
    "sealed, of no kind": said(inner("<FromUserName>a</FromUserName><Content>x</Content>")),
    "sealed, an unknown event": said(inner(TEXT.replace(">text<", ">event<") + "<Event>later</Event>")),
    "sealed, another's root": said("<!-- --><json/>"),
}  # fmt: skip


def test_there_are_sixty_of_them():
    assert len(FORGED) >= 60


@pytest.mark.parametrize("spoil", FORGED.values(), ids=FORGED)
async def test_what_is_forged_or_broken_has_no_effect(spoil: Spoil):
    listening = Listening()
    async with delivering(listening) as platform:
        anna = platform.member("ZhangSan")
        good = anna.message({"MsgType": "text", "Content": "hello"})
        query, body = spoil(platform, *platform.envelope(good))
        answer = await platform.post(query, body)
        assert answer.status in (
            0,
            200,
            400,
            403,
            413,
        )  # 0: hung up on while it was still talking
        assert answer.body == b""
        assert listening.tries == 0
        assert platform.of("message/send") == []

        (answer,) = await anna.brings({"MsgType": "text", "Content": "and now rightly"})
        assert answer.status == 200
    assert [one.body for one in listening.heard] == [Text("and now rightly")]


@pytest.mark.parametrize("member", ["ZhangSan", "0010086", "li-si_4@x.y", "a" * 64])
async def test_userids_are_taken_as_they_are_written(member: str):
    listening = Listening()
    async with delivering(listening) as platform:
        await platform.member(member).says("hello")
    assert listening.heard[0].address.id == member


async def test_letters_that_xml_has_uses_for_arrive_whole():
    listening = Listening()
    words = 'a<b & c>d ]]> &amp; "quoted" 😀 表情'
    async with delivering(listening) as platform:
        await platform.member("ZhangSan").says(words)
    assert listening.heard[0].body == Text(words)


async def test_two_events_of_one_second_are_two_and_one_brought_twice_is_one():
    listening = Listening()
    async with delivering(listening) as platform:
        anna = platform.member("ZhangSan")
        at = {"CreateTime": NOW, "MsgType": "event", "Event": "click"}
        for key in ("start", "hotline", "hotline"):
            await platform.bring(platform.xml(anna.id, at | {"EventKey": key}))
        tap = {
            "EventKey": "v1|1|x|1",
            "MsgType": "event",
            "Event": "template_card_event",
            "CreateTime": NOW,
        }
        for task in ("t-1", "t-2"):
            await platform.bring(
                platform.xml(anna.id, tap | {"TaskId": task, "ResponseCode": "r"})
            )
    keys = [one.key for one in listening.heard]
    assert len(keys) == 5
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    ("kind", "medium"),
    [
        ("image", "photo"), ("voice", "voice"), ("video", "video"),
        ("location", "location"), ("link", "other"), ("from the future", "other"),
    ],
)  # fmt: skip
async def test_what_is_not_words_is_told_by_its_kind(kind: str, medium: Any):
    listening = Listening()
    async with delivering(listening) as platform:
        await platform.member("ZhangSan").sends(kind)
    assert listening.heard[0].body == Media(medium)


async def test_a_file_can_be_fetched_by_its_name_with_the_platform():
    listening = Listening()
    async with delivering(listening) as platform, speaking(platform) as wecom:
        platform.media["m"] = ("file", "x", b"PK of a docx", time.monotonic() + 9)
        await platform.member("a").brings(
            {"MsgType": "file", "MediaId": "m", "FileName": "方案.docx", "FileSize": "12"}
        )
        body = listening.heard[0].body
        assert body == Media("file", file=Sent(name="方案.docx", handle="m", size=12))
        assert isinstance(body, Media)
        assert body.file
        assert await wecom.fetch(body.file) == b"PK of a docx"
        with pytest.raises(Rejected):
            await wecom.fetch(Sent(name="x", handle="gone", size=0))


async def test_who_only_looks_in_is_greeted_once():
    listening = Listening()
    async with delivering(listening) as platform:
        anna = platform.member("ZhangSan")
        for _ in range(3):
            await anna.enters()
    assert [one.body for one in listening.heard] == [Arrived()]


async def test_one_members_messages_keep_their_order_and_others_do_not_wait():
    listening, first = Listening(), asyncio.Event()

    async def hold_the_first(incoming: Incoming) -> None:
        if listening.tries == 1:
            await first.wait()

    listening.on = hold_the_first
    async with delivering(listening, silence=3) as platform:
        one = asyncio.create_task(platform.member("a").says("one"))
        await until(lambda: listening.tries)
        two = asyncio.create_task(platform.member("a").says("two"))
        await platform.member("b").says("other")
        assert [i.body for i in listening.heard] == [Text("other")]
        first.set()
        await asyncio.gather(one, two)
    assert [i.body for i in listening.heard] == [Text("other"), Text("one"), Text("two")]


async def test_a_program_failure_is_brought_again_and_if_it_lasts_the_writer_is_told(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(transport, "TELL_AFTER", 0.3)
    listening = Listening()

    async def fail(incoming: Incoming) -> None:
        if incoming.body == Text("poison") or listening.tries == 1:
            raise ZeroDivisionError

    listening.on = fail
    async with delivering(listening) as platform:
        anna = platform.member("ZhangSan")
        assert [a.status for a in await anna.says("a slip")] == [503, 200]
        assert [a.status for a in await anna.says("poison")] == [503, 503, 200]
        await until(lambda: anna.shown)
        await asyncio.sleep(0.35)
        assert len(anna.shown) == 1
        assert "请再发一次" in anna.sees


async def test_a_tap_says_what_typing_would_and_a_second_one_is_the_same():
    listening = Listening()
    async with delivering(listening) as platform:
        anna: Member = platform.member("ZhangSan")
        card = Shown("m", card={"task_id": "t-1", "card_type": "button_interaction"})
        several = Shown("m", card={"task_id": "t-2", "card_type": "vote_interaction"})
        await anna.presses(card, "v1|12|1 yes|1")
        await anna.presses(card, "v1|12|1 yes|1")
        await anna.presses(several, "v1|12||ok", {"q": ["+1", "+3"]})
        for forged in ("", "v9|1|x|1", "v1", "v1|1"):
            await anna.presses(
                Shown("m", card={"task_id": f"t{forged}", "card_type": "x"}), forged
            )
        await until(lambda: len(platform.of("message/update_template_card")) == 6)
    assert [one.body for one in listening.heard] == [
        Tap("1", "12"), Tap("1 3", "12"), Tap("", ""), Tap("", ""), Tap("", ""), Tap("", ""),
    ]  # fmt: skip
    assert card.replaced == "已选 1 yes"


async def test_nothing_is_taken_in_before_the_start_and_after_the_stop():
    async with Platform() as platform, speaking(platform) as wecom:
        with pytest.raises(NotStored):
            await wecom._knocked(read(platform.xml("a", {"MsgType": "text", "MsgId": "1"})))
