"""The questionnaire as a telephone without scripts meets it: real forms on a real socket, the whole house behind them."""

import asyncio
import re
import secrets

import pytest
from sqlalchemy import select

from bot.channels.base import NotStored
from bot.channels.page import transport
from bot.core.link import own_page
from bot.core.messages import Address, Incoming, Text
from handlers import page
from storage.identity import Identity
from storage.tables import draft, person
from storage.unit_of_work import Work
from tests.pages import Phone, page_house

OPEN = "/q/u_newtown-g_parent"


async def begins(phone: Phone, link: str = OPEN) -> Phone:
    """Up to the first question."""
    await phone.opens(link)
    await phone.taps("开始")
    await phone.taps("知道了，开始")
    return phone


async def hands_in(phone: Phone) -> str:
    """One answer and in; the receipt."""
    await phone.taps("老师负责")
    await phone.taps("先交")
    await phone.taps("就这样提交")
    found = re.search(r"\d{4}(?: \d{4}){3}", phone.text)
    assert found
    return found[0]


async def test_five_taps_are_a_submission(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await begins(phone)
        await hands_in(phone)
        assert phone.taken == 5


async def test_nothing_is_kept_of_who_only_looks_at_the_door(tmp_path):
    async with page_house(tmp_path) as home:
        link = await home.parent("wang")
        before = await home.app.database.read(lambda c: list(c.execute(select(person.c.slot))))
        for at in (OPEN, "/q", link):
            phone = home.phone()
            await phone.opens(at)
            assert "开始" in phone.labels
            assert not phone.client.cookies
        after = await home.app.database.read(lambda c: list(c.execute(select(person.c.slot))))
        assert after == before
        assert not await home.app.database.read(lambda c: list(c.execute(select(draft.c.tag))))


async def test_a_guest_is_not_put_on_the_roster(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await hands_in(phone)
        assert await home.app.database.write(lambda tx: Identity(tx).count()) == 0
        assert "办好了告诉我" not in phone.labels  # nobody could tell them


async def test_an_answer_is_kept_at_once_and_the_talk_goes_on_where_it_stood(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.taps("吃得好")
        assert "第 2 问" in phone.text
        home.channel._talks.clear()  # as after a restart
        await phone.opens(OPEN)
        assert "上次答到一半" in phone.text
        await phone.taps("接着答")
        assert "第 2 问" in phone.text


async def test_after_a_restart_the_page_itself_offers_to_go_on(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        home.channel._talks.clear()
        await phone.reloads()
        await phone.taps("接着答")
        assert "第 1 问" in phone.text


async def test_what_is_written_need_not_wait_for_the_quiet_gap(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.says("食堂的菜老是凉的")
        assert "第 2 问" in phone.text


async def test_a_tap_with_words_beside_it_loses_neither(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        talk = phone.seen.forms[1]
        await phone.sends(talk, {"says": "2", "text": "阿姨很和气"})
        assert "第 2 问" in phone.text
        await phone.taps("先交")
        assert "吃得好" in phone.text
        assert "阿姨很和气" in phone.text


async def test_names_and_numbers_are_masked_before_they_are_handed_in(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.says("门卫很好，电话13800138000")
        await phone.taps("先交")
        assert "13800138000" not in phone.text
        assert "〔电话〕" in phone.text
        await phone.taps("遮哪里")
        await phone.taps("1 露出〔电话〕")
        await phone.taps("露出来")
        assert "13800138000" in phone.text


async def test_a_double_tap_a_reload_and_a_step_back_have_one_effect(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        old = phone.seen
        button = next(b for b in old.buttons if b.label == "吃得好")
        await asyncio.gather(
            *(
                phone.client.post("/q/now", data={**button.form.fields, "says": "2"})
                for _ in range(3)
            )
        )
        await phone.reloads()
        assert "第 2 问" in phone.text
        again = phone.text
        await phone.reloads()
        assert phone.text == again
        other = next(b for b in old.buttons if b.label == "老师负责")
        await phone.sends(
            other.form, {"says": other.value}
        )  # on the page before, from the browser's memory
        assert "第 2 问" in phone.text
        await phone.taps("先交")
        assert "吃得好" in phone.text
        assert "老师负责" not in phone.text


async def test_handing_in_twice_at_once_is_one_submission(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.taps("老师负责")
        await phone.taps("先交")
        button = next(b for b in phone.seen.buttons if b.label == "就这样提交")
        fields = {**button.form.fields, "says": button.value}
        await asyncio.gather(*(phone.client.post("/q/now", data=fields) for _ in range(4)))
        await phone.reloads()
        assert "回执号" in phone.text
        times = await home.app.database.write(
            lambda tx: Work(tx).vault.finished("spring", next(iter(_pages(home))))
        )
        assert times == 1


def _pages(home):
    return (Address(channel="page", id=id) for id in home.channel._talks)


async def test_a_receipt_stands_for_ten_minutes_and_for_a_reload(tmp_path, monkeypatch):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        receipt = await hands_in(phone)
        await phone.reloads()
        assert receipt in phone.text
        assert transport.RECEIPT_FOR == 600
        monkeypatch.setattr(transport, "RECEIPT_FOR", 0.0)
        await phone.reloads()
        assert receipt not in phone.text
        assert "收到了" in phone.text


async def test_a_receipt_is_looked_up_from_the_door_of_another_phone(tmp_path):
    async with page_house(tmp_path) as home:
        receipt = await hands_in(await begins(home.phone()))
        other = home.phone()
        await other.opens("/q")
        look = next(b for b in other.seen.buttons if b.label == "查一查")
        await other.sends(look.form, {"text": receipt, "do": "look"})
        await asyncio.gather(*home.front._answering)
        assert "在等下一次汇总" in other.text


async def test_who_reads_english_at_the_door_is_answered_in_english(tmp_path):
    async with page_house(tmp_path) as home:
        receipt = await hands_in(await begins(home.phone()))
        for do, label, text, sees in (
            ("look", "Look", receipt, "waits for the next summary"),
            ("look", "Look", "1111 2222 3333 4444", "Nothing is found by this receipt"),
            ("say", "Say it", "The lamp at the gate is broken", "Shall I keep"),
        ):
            guest = home.phone()
            guest.client.headers["accept-language"] = "en-GB"
            await guest.opens("/q")
            form = next(b for b in guest.seen.buttons if b.label == label).form
            await guest.sends(form, {"text": text, "do": do})
            await asyncio.gather(*home.front._answering)
            await guest.reloads()
            assert sees in guest.text
            assert '<html lang="en"' in guest.html


async def test_a_page_in_english_is_so_whatever_the_office_is_called(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        phone.client.headers["accept-language"] = "en-GB"
        await phone.opens(OPEN)
        await phone.taps("Begin")
        assert "suggestion box of 江城市教育局" in phone.text
        assert '<html lang="en"' in phone.html
        assert "Larger" in phone.labels


async def test_two_channels_of_one_person_are_joined_on_the_page(tmp_path):
    """The digits stand on the page and are typed in a chat; from then on one voice counts for both."""
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone(), await home.parent("wang"))
        await phone.says("绑定")
        await asyncio.gather(*home.front._answering)
        await phone.reloads()
        digits = re.search(r"(?<!\d)\d{3} ?\d{3}(?!\d)", phone.text)
        assert digits
        chat = Address(channel="web", id="mum")
        told = Incoming(address=chat, key="1", message="1", body=Text(f"绑定 {digits[0]}"))
        await home.front.receive(told)
        await asyncio.gather(*home.front._answering)
        everywhere = await home.app.database.write(lambda tx: Identity(tx).addresses(chat))
        assert {one.channel for one in everywhere} == {"web", "school", "page"}
        assert everywhere[0] == chat  # where they can be written to
        await phone.taps("接着答")
        await hands_in(phone)
        times = await home.app.database.write(
            lambda tx: Work(tx).vault.finished("spring", Work(tx).identity.main(chat))
        )
        assert times == 1


async def test_digits_of_a_chat_may_be_typed_on_the_page(tmp_path):
    async with page_house(tmp_path) as home:
        chat = Address(channel="web", id="mum")
        digits = home.front._registry.bindings.offer(chat, home.clock(), secrets.token_bytes)
        phone = await begins(home.phone(), await home.parent("wang"))
        await phone.says("绑定 000000" if digits != "000000" else "绑定 000001")
        await asyncio.gather(*home.front._answering)
        await phone.reloads()
        assert await home.app.database.write(lambda tx: Identity(tx).find(chat)) is None
        await phone.taps("接着答")
        await phone.says(f"绑定 {digits}")
        await asyncio.gather(*home.front._answering)
        everywhere = await home.app.database.write(lambda tx: Identity(tx).addresses(chat))
        assert {one.channel for one in everywhere} == {"web", "school", "page"}


async def test_a_receipt_that_is_still_being_made_comes_without_a_tap(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.taps("老师负责")
        await phone.taps("先交")
        receipts, made = home.front.receipts, asyncio.Event()
        receipts._waiting, make = 1000, receipts.make

        async def slowly():
            await made.wait()
            return await make()

        receipts.make = receipts.next = slowly
        submit = next(b for b in phone.seen.buttons if b.label == "就这样提交")
        fields = {**submit.form.fields, submit.name: submit.value}
        phone.follows = False
        await phone.sends(submit.form, fields)
        assert "正在替您交上去" in phone.text
        assert "text" not in [form.writes for form in phone.seen.forms]
        assert phone.refresh == "3; url=/q/now"
        made.set()
        phone.follows = True
        await phone.reloads()
        assert re.search(r"\d{4}(?: \d{4}){3}", phone.text)
        assert not phone.refresh


async def test_somebody_may_say_one_thing_without_any_question(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await phone.opens("/q")
        say = next(b for b in phone.seen.buttons if b.label == "说")
        await phone.sends(say.form, {"text": "校门口的灯坏了", "do": "say"})
        assert "要把刚才这些话作为一条意见收下吗" in phone.text


# --- personal links ---------------------------------------------------------------------------------------------


async def test_a_personal_link_needs_no_work_and_asks_neither_group_nor_school(tmp_path):
    async with page_house(tmp_path, work=20) as home:
        phone = await begins(home.phone(), await home.parent("wang"))
        assert "第 1 问" in phone.text


async def test_the_same_link_is_made_each_time_and_another_for_everybody_else(tmp_path):
    async with page_house(tmp_path) as home:
        first, again = await home.parent("wang"), await home.parent("wang")
        assert first == again
        assert first != await home.parent("li")
        assert re.fullmatch(r"/q/spring\.[A-Za-z0-9_-]{24}", first)


async def test_on_another_phone_nothing_of_it_is_seen(tmp_path):
    async with page_house(tmp_path) as home:
        link = await home.parent("wang")
        mine = await begins(home.phone(), link)
        await mine.says("只有我知道的事")
        other = await begins(home.phone(), link)
        await other.taps("吃得好")
        await other.taps("先交")
        assert "只有我知道的事" not in other.text
        await mine.taps("先交")
        assert "只有我知道的事" in mine.text
        assert "吃得好" not in mine.text


async def test_one_voice_on_all_phones_and_a_second_for_a_second_child(tmp_path):
    async with page_house(tmp_path) as home:
        link = await home.parent("wang")
        await hands_in(await begins(home.phone(), link))
        other = home.phone()
        await other.opens(link)
        assert "这一轮已经有一份了" in other.text
        await other.taps("再答一份")
        await other.taps("知道了，开始")
        await hands_in(other)
        third = home.phone()
        await third.opens(link)
        assert "这一轮已经收到了" in third.text
        assert "开始" not in third.labels
        assert "查一查" in third.labels


async def test_a_link_that_is_nobodys_is_told_kindly_and_leads_on(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await phone.opens("/q/spring." + "A" * 24)
        assert "这个链接用不了了" in phone.text
        assert 'href="/q"' in phone.html


async def test_when_the_round_is_over_its_links_end_and_nothing_of_them_stays(tmp_path):
    async with page_house(tmp_path, days=1) as home:
        link = await home.parent("wang")
        home.clock.push(2 * 86400)
        phone = home.phone()
        await phone.opens(link)
        assert "这一轮已经结束了" in phone.text
        rounds = home.front.agenda.rounds
        await home.app.database.write(
            lambda tx: page.take_back(Work(tx), rounds, home.clock(), b"")
        )
        wang = await home.app.database.write(
            lambda tx: Identity(tx).find(Address(channel="school", id="wang"))
        )
        assert wang.others == ()
        assert await home.app.database.write(lambda tx: Identity(tx).count()) == 1
        await phone.opens(link)
        assert "这个链接用不了了" in phone.text


async def test_the_bell_takes_links_back_once_a_day(tmp_path):
    async with page_house(tmp_path, days=1) as home:
        link = await home.parent("wang")
        home.clock.push(2 * 86400)
        await home.app.bell.ring()
        here = own_page(link.removeprefix("/q/"))
        assert await home.app.database.write(lambda tx: Identity(tx).find(here)) is None


async def test_no_token_stands_in_the_files(tmp_path):
    async with page_house(tmp_path) as home:
        link = await home.parent("wang")
        secret = link.partition(".")[2].encode()
        phone = await begins(home.phone(), link)
        await phone.says("一句话")
        cookie = next(iter(phone.client.cookies.values())).partition("~")[0].encode()
        for file in (tmp_path / "data").rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            assert secret not in content
            assert cookie not in content


async def test_who_asks_for_erasure_leaves_no_draft_on_any_phone(tmp_path):
    async with page_house(tmp_path) as home:
        link = await home.parent("wang")
        one, two = await begins(home.phone(), link), await begins(home.phone(), link)
        await one.says("第一部手机")
        await two.says("第二部手机")
        await two.sends(two.seen.forms[1], {"text": "确认删除", "do": "write"})
        assert not await home.app.database.read(lambda c: list(c.execute(select(draft.c.tag))))


# --- what is not taken ------------------------------------------------------------------------------------------


async def test_without_work_one_waits_and_nothing_is_lost(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await phone.opens(OPEN)
        begin = phone.seen.forms[1]
        answer = await phone.client.post("/q/begin", data={**begin.fields, "do": "begin"})
        assert "请稍等" in answer.text
        where = answer.headers["refresh"].partition("url=")[2]
        assert "请稍等" in (await phone.client.get(where)).text  # too early
        home.clock.push(20)
        await phone.opens(where)
        assert "你好，我是" in phone.text
        stranger = home.phone()
        await stranger.opens(where)  # a turn is good once
        assert "你好，我是" not in stranger.text


async def test_words_that_have_to_wait_stand_in_no_address(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await phone.opens("/q")
        form = next(b for b in phone.seen.buttons if b.label == "说").form
        answer = await phone.client.post(
            "/q/begin", data={**form.fields, "text": "灯坏了", "do": "say"}
        )
        assert "灯坏了" in answer.text
        assert "灯坏了" not in str(answer.url)
        phone.seen = type(phone.seen)(answer.text)
        home.clock.push(20)
        again = phone.seen.forms[1]
        await phone.sends(again, {"text": "灯坏了"})
        assert "要把刚才这些话作为一条意见收下吗" in phone.text


async def test_work_is_good_for_one_beginning(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await phone.opens(OPEN)
        form = phone.seen.forms[1]
        await phone.sends(form, {"do": "begin"})
        assert "你好，我是" in phone.text
        from tests.pages import prove

        proof = prove(form.fields["challenge"], form.work)
        other = home.phone()
        answer = await other.client.post(
            "/q/begin",
            data={**form.fields, "proof": proof, "do": "begin"},
            follow_redirects=True,
        )
        assert "请再点一次" in answer.text
        assert not other.client.cookies


async def test_a_cookie_somebody_made_up_opens_nothing(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        phone.client.cookies.set("tingwen", "A" * 32 + "~~", path="/q")
        answer = await phone.client.post("/q/now", data={"text": "开始", "token": "x"})
        assert "第 1 问" not in answer.text
        assert not await home.app.database.read(lambda c: list(c.execute(select(draft.c.tag))))


async def test_a_form_from_elsewhere_has_no_effect(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        fields = phone.seen.forms[1].fields
        for wrong, headers in (
            ({**fields, "token": "0" * 32, "says": "1"}, {}),
            ({"says": "1"}, {}),
            ({**fields, "says": "1"}, {"Sec-Fetch-Site": "cross-site"}),
        ):
            answer = await phone.client.post("/q/now", data=wrong, headers=headers)
            assert answer.status_code == 403
        await phone.reloads()
        assert "第 1 问" in phone.text


async def test_what_could_not_be_kept_stands_there_to_be_sent_again(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        receive, home.channel._receive = home.channel._receive, _full
        await phone.says("一句要紧的话")
        assert phone.status == 503
        assert "一句要紧的话" in phone.html
        home.channel._receive = receive
        await phone.sends(phone.seen.forms[1], {"text": "一句要紧的话"})
        assert "第 2 问" in phone.text


async def _full(_):
    raise NotStored


async def test_who_taps_too_fast_loses_nothing(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        home.channel._crowd._burst = 0
        home.channel._crowd._a_second = 0
        for place in home.channel._crowd._places.values():
            place.left = 0
        await phone.says("慢慢来")
        assert phone.status == 429
        assert "慢慢来" in phone.html


async def test_every_page_forbids_what_it_does_not_need(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await phone.opens(OPEN)
        pages = [await phone.client.get("/q"), await phone.client.get(OPEN)]
        await phone.taps("开始")
        pages.append(await phone.client.get("/q/now"))
        for one in pages:
            assert one.headers["cache-control"] == "no-store"
            assert one.headers["referrer-policy"] == "no-referrer"
            assert "default-src 'none'" in one.headers["content-security-policy"]
            assert "unsafe" not in one.headers["content-security-policy"]
            assert "form-action 'self'" in one.headers["content-security-policy"]
        (cookie,) = pages[-1].headers.get_list("set-cookie")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', pages[0].text)


async def test_what_somebody_wrote_is_never_markup(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.says('<script>alert("x")</script> & <b>很好</b>')
        await phone.taps("先交")
        assert "<script>alert" not in phone.html
        assert '<script>alert("x")</script>' in phone.text


async def test_letters_and_colours_are_switched_and_stay_so(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.taps("大字")
        await phone.taps("高对比")
        assert 'class="big strong"' in phone.html
        assert "第 1 问" in phone.text
        await phone.taps("老师负责")
        assert 'class="big strong"' in phone.html
        await phone.taps("正常字")
        assert 'class="strong"' in phone.html


async def test_the_other_language_is_a_tap_away_also_in_the_middle(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        await phone.taps("English")
        assert "Question 1" in phone.text or "1 of 5" in phone.text
        assert '<html lang="en"' in phone.html
        await phone.taps("中文")
        assert "第 1 问" in phone.text


async def test_old_characters_are_understood(tmp_path):
    async with page_house(tmp_path) as home:
        phone = home.phone()
        await phone.opens("/q/g_parent")
        await phone.taps("开始")
        await phone.taps("知道了，开始")
        await phone.says("新城小學")
        assert "新城小学" in phone.labels


async def test_who_is_done_leaves_nothing_on_a_borrowed_phone(tmp_path):
    async with page_house(tmp_path) as home:
        phone = await begins(home.phone())
        receipt = await hands_in(phone)
        await phone.taps("用完了，在这部手机上退出")
        await phone.reloads()
        assert receipt not in phone.html
        assert "有几个小问题" in phone.text


@pytest.mark.parametrize("path", ["/q", OPEN])
async def test_the_first_load_is_small(tmp_path, path):
    async with page_house(tmp_path) as home:
        client = home.phone().client
        html = (await client.get(path)).text
        parts = re.findall(r'(?:href|src)="(/q/files/[^"]+)"', html)
        assert len(parts) == 3
        sizes = [len(html.encode()), *[len((await client.get(p)).content) for p in parts]]
        assert sum(sizes) < 50_000
        assert sum(sizes) < 25_000  # what it is today, with room
