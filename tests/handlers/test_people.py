"""People about themselves, and staff that comes and goes: by code, by tap, by a few words."""

import itertools
import os
import re

import pytest

from bot.content.loader import load_texts
from bot.core.messages import Address, Incoming, Outgoing, Tap, Text
from bot.core.people import Deed, Label, Post, Role, recognise
from bot.core.survey import Group
from handlers import people
from handlers.people import BIND_WITHIN, WRONG_MOST, Bindings, Registry
from handlers.words import House
from storage.database import StorageFailed
from storage.staff import ForPeople
from storage.unit_of_work import Work
from tests.builders import GROUPS, UNITS, a_round
from tests.chat import Home

DELEGATE = Group(id="delegate", words={"zh": "两代表一委员", "en": "Delegates"}, invited=True)
HEAD = Post(role=Role.RESPONSIBLE, units=("no1",))
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


class Hall:
    """A house where people write about themselves."""

    def __init__(self, home: Home):
        self.home = home
        self._keys = itertools.count()

    async def open(self):
        self.registry = Registry(
            texts=House(load_texts()),
            units=UNITS,
            groups=(*GROUPS, DELEGATE),
            roll=await self.do(lambda work: work.staff.roll()),
            bindings=Bindings(),
            random=os.urandom,
            rounds=lambda _: ("spring",),
        )
        return self

    async def do(self, deed):
        return await self.home.database.write(lambda tx: deed(Work(tx)))

    async def hears(self, address: Address, body, key: str = ""):
        """What is sent after this; None where it is left to the talk."""
        typed = body.says if isinstance(body, Tap) else body.text
        asked = recognise(typed)
        if asked is None:
            return None
        incoming = Incoming(address=address, key=key or f"p{next(self._keys)}", body=body)
        now = self.home.clock()
        return await self.do(
            lambda work: people.hear(work, self.registry, incoming, asked, now)
        )

    def person(self, name: str, channel: str = "web"):
        return Guest(self, Address(channel=channel, id=name))

    async def clerk(self, name: str, *posts: Post):
        """Somebody who is staff already."""
        guest = self.person(name)
        await self.do(lambda work: work.staff.join(guest.address, "zh", posts))
        self.registry.roll.add(guest.address)
        return guest


class Guest:
    def __init__(self, hall: Hall, address: Address):
        self.hall = hall
        self.address = address
        self.heard: tuple[Outgoing, ...] = ()

    async def says(self, text: str, key: str = "") -> str:
        """Types this; what they read then."""
        self.heard = await self.hall.hears(self.address, Text(text), key) or ()
        return self.sees

    async def taps(self, *labels: str) -> str:
        for label in labels:
            button = next(
                (b for row in self.heard[0].rows for b in row if b.label == label), None
            )
            assert button is not None, f"no button {label!r} in {self.labels}"
            self.heard = (
                await self.hall.hears(self.address, Tap(button.says, self.heard[0].screen))
                or ()
            )
        return self.sees

    @property
    def sees(self) -> str:
        return self.heard[0].text if self.heard else ""

    @property
    def labels(self) -> list[str]:
        return [b.label for row in self.heard[0].rows for b in row]

    @property
    def code(self) -> str:
        """The code on the last message."""
        found = CODE.search(self.sees)
        assert found, self.sees
        return found[0]

    async def posts(self) -> list[tuple[Role, tuple[str, ...]]]:
        member = await self.hall.do(lambda work: work.staff.find(self.address))
        return [(p.role, p.units) for p in member.staff.posts] if member else []

    async def entry(self):
        return await self.hall.do(lambda work: work.identity.find(self.address))


@pytest.fixture
async def hall(tmp_path):
    async with Home(tmp_path, a_round(groups=(*GROUPS, DELEGATE))) as home:
        yield await Hall(home).open()


@pytest.fixture
async def office(hall):
    return await hall.clerk("olga", Post(role=Role.OFFICE))


async def trail(hall) -> list[tuple[str, Deed]]:
    return [(step.who, step.deed) for step in await hall.do(lambda work: work.staff.trail())]


# -- staff joins --------------------------------------------------------------------------------------------------


async def test_the_first_account_of_the_office_joins_by_the_code_on_the_terminal(hall):
    code = await hall.do(lambda work: people.first_code(work, hall.home.clock()))
    olga = hall.person("olga")

    assert "您现在是：办公室" in await olga.says(code)
    assert await olga.posts() == [(Role.OFFICE, ())]
    assert olga.address in hall.registry.roll
    assert await hall.do(lambda work: people.first_code(work, hall.home.clock())) is None
    assert await trail(hall) == [("office-1", Deed.INVITE_STAFF)]


async def test_a_code_works_once_and_says_nowhere_by_whom(hall, office):
    await office.says("交接")
    await office.taps("请人加入", "秘书组")
    code = office.code
    ben, carol = hall.person("ben"), hall.person("carol")

    assert "欢迎" in await ben.says(code)
    assert "已经用过" in await carol.says(code)
    assert await carol.posts() == []


async def test_the_office_invites_with_taps_alone(hall, office):
    await office.says("/handover")
    await office.taps("请人加入", "校级办公室", "第二中学")

    ben = hall.person("ben")
    assert "校级办公室（第二中学）" in await ben.says(office.code)
    assert await ben.posts() == [(Role.SCHOOL, ("no2",))]


async def test_a_second_code_gives_a_second_post(hall, office):
    ben = await hall.clerk("ben", Post(role=Role.SCHOOL, units=("no1",)))
    await office.says("/handover add responsible no1")

    await ben.says(office.code)

    assert await ben.posts() == [(Role.SCHOOL, ("no1",)), (Role.RESPONSIBLE, ("no1",))]


async def test_nobody_is_invited_to_a_seat_that_is_taken(hall, office):
    await hall.clerk("ben", HEAD)

    assert "已经有人" in await office.says("/handover add responsible no1")
    assert "码：" in await office.says("/handover add responsible no2")


async def test_of_two_codes_for_one_seat_the_second_is_refused_and_stays_good(hall, office):
    ben, carol = hall.person("ben"), hall.person("carol")
    codes = []
    for _ in range(2):
        await office.says("/handover add responsible no1")
        codes.append(office.code)

    await ben.says(codes[0])
    assert "已经有人" in await carol.says(codes[1])
    assert await carol.posts() == []
    await hall.do(lambda work: work.staff.retire(work.staff.find(ben.address)))
    assert "欢迎" in await carol.says(codes[1])


async def test_a_school_office_invites_for_its_own_school_only(hall):
    ben = await hall.clerk("ben", Post(role=Role.SCHOOL, units=("no1",)))

    await ben.says("交接")
    await ben.taps("请人加入")
    assert ben.labels == ["校级办公室"]
    await ben.taps("校级办公室")
    assert ben.labels == ["第一中学"]
    assert "由别的岗位" in await ben.says("/handover add school no2")
    assert "由别的岗位" in await ben.says("/handover add office")
    assert "由别的岗位" in await ben.says("/handover add node")


async def test_others_of_the_staff_may_only_hand_over_their_own_work(hall):
    eve = await hall.clerk("eve", Post(role=Role.DUTY))

    await eve.says("交接")
    assert eve.labels == ["把工作交给别人"]
    assert "由别的岗位" in await eve.says("/handover add duty")
    assert "由别的岗位" in await eve.says("/handover code teacher")
    assert "没有您可以停用的账号" in await eve.says("/handover retire office-1 yes")


async def test_who_is_not_staff_says_words_and_no_commands(hall):
    incoming = Incoming(address=hall.person("anna").address, key="k", body=Text("交接"))
    asked = recognise("交接")

    assert (
        await hall.do(
            lambda w: people.hear(w, hall.registry, incoming, asked, hall.home.clock())
        )
        is None
    )
    assert await hall.do(
        lambda work: work.inbox.first(incoming, int(hall.home.clock() // 86400))
    )


async def test_a_code_grows_old(hall, office):
    await office.says("/handover add duty")
    hall.home.clock.push(8 * 86400)

    assert "过期" in await hall.person("ben").says(office.code)


async def test_a_slip_of_the_finger_is_told(hall, office):
    await office.says("/handover add duty")
    slipped = office.code[:-1] + ("2" if office.code[-1] != "2" else "3")

    assert "打错" in await hall.person("ben").says(slipped)


# -- staff goes ---------------------------------------------------------------------------------------------------


async def test_work_is_handed_over_in_one_step(hall):
    ben = await hall.clerk("ben", Post(role=Role.SCHOOL, units=("no1",)), HEAD)
    await ben.says("交接")
    await ben.taps("把工作交给别人")
    assert "校级办公室1的工作：校级办公室（第一中学）、第一责任人（第一中学）" in ben.sees
    assert await ben.posts() != [], "nothing changes until the code is used"

    carol = hall.person("carol")
    assert "欢迎" in await carol.says(ben.code)

    assert await carol.posts() == [(Role.SCHOOL, ("no1",)), (Role.RESPONSIBLE, ("no1",))]
    assert await ben.posts() == []
    assert carol.heard[1].address == ben.address
    assert "停用" in carol.heard[1].text
    assert await hall.do(lambda work: len(work.staff.holding(Role.RESPONSIBLE, "no1"))) == 1
    assert await trail(hall) == [("school-2", Deed.HAND_OVER), ("school-1", Deed.HAND_OVER)]


async def test_the_last_of_the_office_hands_over_and_the_office_is_never_empty(hall, office):
    await office.says("交接")
    await office.taps("把工作交给别人")
    code = office.code
    assert "没有您可以停用" in await office.says("/handover retire office-1 yes")

    ben = hall.person("ben")
    await ben.says(code)

    assert await ben.posts() == [(Role.OFFICE, ())]
    assert await office.posts() == []


async def test_nobody_hands_over_to_themselves(hall, office):
    await office.says("/handover pass office-1")

    assert "接手的人" in await office.says(office.code)
    assert await office.posts() == [(Role.OFFICE, ())]


async def test_a_code_to_take_over_from_somebody_retired_is_void(hall, office):
    ben = await hall.clerk("ben", Post(role=Role.DUTY))
    await ben.says("交接")
    await ben.taps("把工作交给别人")
    await office.says("/handover retire duty-1 yes")

    assert "不能用" in await hall.person("carol").says(ben.code)


async def test_an_account_is_retired_with_two_taps_and_its_holder_is_told(hall, office):
    ben = await hall.clerk("ben", Post(role=Role.SECRETARY))
    await office.says("交接")
    await office.taps("停用账号", "秘书组1：秘书组", "停用")

    assert "已停用" in office.sees
    assert [sent.address for sent in office.heard] == [office.address, ben.address]
    assert await ben.posts() == []
    assert await trail(hall) == [("office-1", Deed.RETIRE_STAFF)]


async def test_a_school_office_retires_nobody_above_it(hall, office):
    ben = await hall.clerk("ben", Post(role=Role.SCHOOL, units=("no1",)))
    await hall.clerk("carol", Post(role=Role.SCHOOL, units=("no1",)))
    await hall.clerk("dora", Post(role=Role.SCHOOL, units=("no2",)))
    await hall.clerk("emil", HEAD)

    await ben.says("/handover retire")

    assert ben.labels == ["校级办公室2：校级办公室（第一中学）"]


async def test_a_repeated_delivery_makes_no_second_code(hall, office):
    await office.says("/handover add duty", key="once")
    assert await office.says("/handover add duty", key="once") == ""
    assert len(await trail(hall)) == 1


async def test_many_accounts_are_shown_page_by_page(hall, office):
    for number in range(10):
        await hall.clerk(f"clerk{number}", Post(role=Role.DUTY))

    await office.says("/handover retire")
    assert len(office.labels) == 9
    await office.taps("更多…")
    assert office.labels == ["值班9：值班", "值班10：值班"]


# -- participants' codes ------------------------------------------------------------------------------------------


async def test_a_printed_code_tells_group_and_unit(hall):
    codes = await hall.do(
        lambda work: people.invite_people(
            work, os.urandom, None, ForPeople(group="teacher", unit="no1"), 3, hall.home.clock()
        )
    )
    assert len(set(codes)) == 3
    anna = hall.person("anna")

    assert "一线教师、第一中学" in await anna.says(codes[0])
    entry = await anna.entry()
    assert (entry.group, entry.unit, entry.known) == ("teacher", "no1", True)
    assert "用过" in await hall.person("ben").says(codes[0])
    [step] = await hall.do(lambda work: work.staff.trail())
    assert step.params == {"group": "teacher", "unit": "no1", "count": "3"}


async def test_an_invited_group_is_joined_by_a_code_from_the_office(hall, office):
    await office.says("交接")
    await office.taps("给填写人发码", "两代表一委员")
    anna = hall.person("anna")

    assert "两代表一委员" in await anna.says(office.code)
    assert (await anna.entry()).group == "delegate"


async def test_a_school_office_gives_codes_of_its_own_school(hall):
    ben = await hall.clerk("ben", Post(role=Role.SCHOOL, units=("no1",)))
    await ben.says("/handover code teacher")
    assert ben.labels == ["第一中学"]
    await ben.taps("第一中学")
    anna = hall.person("anna")

    await anna.says(ben.code)

    assert (await anna.entry()).unit == "no1"


# -- quiet and erasure --------------------------------------------------------------------------------------------


async def test_reminders_stop_and_come_back(hall):
    anna = hall.home.person("anna")
    await anna.says("开始")
    guest = hall.person("anna")

    assert "不再提醒" in await guest.says("别再提醒")
    assert await hall.do(lambda work: work.identity.reachable()) == []
    assert "再提醒您" in await guest.says("恢复提醒")
    assert await hall.do(lambda work: work.identity.reachable()) == [(anna.address, "zh")]


async def test_deleting_is_asked_about_and_then_leaves_nothing(hall):
    chat, anna = hall.home.person("anna"), hall.person("anna")
    await chat.says("开始", "2", "2", "0", "检查太多")

    assert "认不出" in await anna.says("删除我的资料")
    assert await anna.entry() is not None
    await anna.taps("确认删除")

    assert "已删除" in anna.sees
    assert await anna.entry() is None
    assert await hall.do(lambda work: work.drafts.every()) == []
    await chat.says("开始")
    assert "随时可以停" in chat.sees


async def test_what_was_handed_in_stays_when_its_writer_is_deleted(hall):
    chat, anna = hall.home.person("anna"), hall.person("anna")
    await chat.says("开始", "2", "2", "0", "检查太多", "88", "1")

    await anna.says("确认删除")
    await hall.home.tick()

    assert [one["text"] for one in await hall.home.opinions()] == ["检查太多"]


async def test_deleting_oneself_does_not_retire_one_from_work(hall, office):
    assert "交接" in await office.says("确认删除")
    assert await office.posts() == [(Role.OFFICE, ())]


# -- two channels -------------------------------------------------------------------------------------------------


async def bound(hall):
    """The same person on two channels."""
    there, here = hall.person("a1", "wecom"), hall.person("a2", "telegram")
    await there.says("/绑定")
    digits = re.search(r"\d{6}", there.sees)[0]
    await here.says(f"绑定 {digits}")
    return there, here, digits


async def test_six_digits_make_two_channels_one_person(hall):
    there, here, _ = await bound(hall)

    assert "绑好了" in here.sees
    assert [sent.address for sent in here.heard] == [here.address, there.address]
    assert await hall.do(lambda work: work.identity.addresses(there.address)) == (
        here.address,
        there.address,
    )


async def test_the_digits_are_used_up_and_grow_old(hall):
    _, _, digits = await bound(hall)
    assert "不能用" in await hall.person("mallory").says(f"绑定 {digits}")

    anna = hall.person("anna")
    await anna.says("绑定")
    hall.home.clock.push(BIND_WITHIN)
    assert "不能用" in await hall.person("b").says(
        f"绑定 {re.search(r'[0-9]{6}', anna.sees)[0]}"
    )


async def test_asking_again_shows_the_same_digits(hall):
    anna = hall.person("anna")

    assert await anna.says("绑定") == await anna.says("绑定")
    digits = re.search(r"\d{6}", anna.sees)[0]
    assert "另一个渠道" in await anna.says(f"绑定 {digits}")


async def test_guessing_voids_the_digits_that_are_shown(hall):
    anna = hall.person("anna")
    await anna.says("绑定")
    shown = re.search(r"\d{6}", anna.sees)[0]
    wrong = [f"{n:06}" for n in range(WRONG_MOST + 2) if f"{n:06}" != shown]

    for number, digits in enumerate(wrong):
        await hall.person(f"web{number}").says(f"绑定 {digits}")

    assert "不能用" in await hall.person("lucky").says(f"绑定 {shown}")


async def test_who_has_finished_on_one_channel_is_not_reminded_on_the_other(hall):
    chat = hall.home.person("a1")
    await chat.says("开始", "2", "2", "0", "检查太多", "88", "1")
    there, here = hall.person("a1"), hall.person("a2")
    await there.says("绑定")
    await here.says(f"绑定 {re.search(r'[0-9]{6}', there.sees)[0]}")

    assert await hall.do(lambda work: work.vault.reached("spring", 1, (here.address,))) == ()


async def test_a_deed_that_is_run_twice_binds_once():
    bindings, now = Bindings(), 1000.0
    here, there = Address(channel="web", id="a"), Address(channel="web", id="b")
    digits = bindings.offer(there, now, os.urandom)

    assert bindings.offer(there, now, os.urandom) == digits
    assert bindings.take(digits, here, now) == there
    assert bindings.take(digits, here, now) == there
    assert bindings.offer(there, now, os.urandom) != digits


# -- whatever else ------------------------------------------------------------------------------------------------


async def test_every_role_and_code_is_put_into_words_in_both_languages(hall):
    for language in ("zh", "en"):
        for role in Role:
            member = hall.registry.texts.say(language, f"role.{role}")
            assert hall.registry.texts.say(language, "staff.label", role=member, number=2)


async def test_an_unknown_command_shows_the_menu(hall, office):
    assert "您是办公室1" in await office.says("交接 请客")


async def test_nothing_is_half_done_when_it_cannot_be_kept(hall, office):
    """A successor's code is used, and the disk fails: the old account still works, and so does the code."""
    await office.says("/handover pass office-1")
    code, ben = recognise(office.code), hall.person("ben")
    incoming = Incoming(address=ben.address, key="k", body=Text(office.code))

    def failing(tx):
        people.hear(Work(tx), hall.registry, incoming, code, hall.home.clock())
        raise StorageFailed("disk full")

    with pytest.raises(StorageFailed):
        await hall.home.database.write(failing)
    assert await office.posts() == [(Role.OFFICE, ())]
    assert "欢迎" in await ben.says(office.code)


async def test_a_binding_link_for_a_plans_name_is_a_code_like_any_other(hall, office):
    code = await hall.do(
        lambda work: people.invite(
            work,
            os.urandom,
            Label(Role.OFFICE, 1),
            Post(role=Role.NODE, name="甲某"),
            hall.home.clock(),
        )
    )
    ben = hall.person("ben")
    await ben.says(code)

    assert [m.address for m in await hall.do(lambda work: work.staff.named("甲某"))] == [
        ben.address
    ]
