"""What is said about a leader goes apart: to the one person who may read it, once, and to nobody it names."""

from dataclasses import replace
from io import BytesIO

from docx import Document

from bot.core.messages import Address, Redacted
from bot.core.people import Post, Role
from bot.core.sorting import Leader
from bot.settings import Leader as Listed
from handlers.digest import LEADERS
from storage.vault import Said
from tests.handlers.test_week import town
from tests.reports.test_portable import text_of

HEAD = Listed(name="甲一一", post="校长", unit="no1")
SECOND = Listed(name="乙二二", post="副校长", unit="no1")
SECRETARY = Listed(name="丙三三", post="书记", unit="no1", responsible=True)
ABOUT_SECOND = "〔姓名〕从不听课，电话〔电话〕"
ABOUT_SECRETARY = "〔姓名〕开会念稿子"


def key(listed):
    return Leader(name=listed.name, unit=listed.unit).key


def said(text, *leaders):
    labels = {"about": "个人", LEADERS: [[key(one), at] for at, one in enumerate(leaders)]}
    return Said(question="yuan", dimension="怨", text=Redacted(text), labels=labels)


async def friday(house, *pieces):
    """Each piece is of another teacher of the first school; then the week closes and is sent."""
    house.app.settings = replace(house.app.settings, leaders=(HEAD, SECOND, SECRETARY))

    def handed_in(work):
        atom = work.vault.atoms("spring").atom_of("no1", "teacher", open=False).id
        for number in range(9):
            own = pieces[number : number + 1] or (
                Said(
                    question="yuan", dimension="怨", text=Redacted(f"汤凉了{number}"), labels={}
                ),
            )
            someone = Address(channel="web", id=f"teacher{number}")
            assert work.vault.submit("spring", someone, atom, own) == "taken"

    await house.do(handed_in)
    await house.at("2014-03-28 15:00")
    await house.rest()


async def send(house):
    await house.hears("office", "发送 2014-03-28 1 确认")
    for _ in range(3):
        await house.app.bell.ring()
    await house.rest()


async def test_the_office_gives_the_seat_above_every_unit(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "交接")
        await house.taps("office", "请人加入")
        await house.taps("office", "第一责任人")
        await house.taps("office", "全局（各单位之上）")
        assert "第一责任人（全局（各单位之上））的码" in house.last("office")


async def employ(house, who, role, unit):
    def join(work):
        work.staff.join(Address(channel="web", id=who), "zh", (Post(role=role, units=(unit,)),))

    await house.do(join)
    await house.front.look_again()


def words(paper):
    return "\n".join(p.text for p in Document(BytesIO(paper.content)).paragraphs)


def papers(house, who, beginning="personal"):
    files = [file for one in house.sent(who) for file in one.files]
    return [file for file in files if file.name.startswith(beginning)]


async def test_the_one_who_holds_the_seat_gets_the_file_once_and_the_names_stand_in_it(
    tmp_path,
):
    async with town(tmp_path) as house:
        await employ(house, "seat", Role.RESPONSIBLE, "no1")
        await friday(house, said(ABOUT_SECOND, SECOND))
        assert papers(house, "seat") == []
        await send(house)
        (paper,) = papers(house, "seat")
        assert paper.name == "personal-no1.docx"
        assert "乙二二从不听课，电话〔电话〕" in words(paper)
        assert "教师" not in words(paper)


async def test_nobody_else_sees_more_than_how_many_there_are(tmp_path):
    async with town(tmp_path) as house:
        await employ(house, "seat", Role.RESPONSIBLE, "no1")
        await friday(house, said(ABOUT_SECOND, SECOND))
        await house.hears("office", "发送 2014-03-28")
        assert "涉及个人的 1 条" in house.last("office")
        await send(house)
        for one in house.sent("office"):
            assert "从不听课" not in one.text
            assert "乙二二" not in one.text
        assert papers(house, "office") == []
        digest, printed = sorted(papers(house, "office", "digest"), key=lambda file: file.name)
        assert "从不听课" not in words(digest)
        assert "从不听课" not in text_of(printed.content)


async def test_what_names_the_holder_or_the_head_goes_to_the_level_above_and_waits_there(
    tmp_path,
):
    async with town(tmp_path) as house:
        await employ(house, "seat", Role.RESPONSIBLE, "no1")
        await friday(house, said(ABOUT_SECRETARY, SECRETARY), said("〔姓名〕一言堂", HEAD))
        await send(house)
        assert papers(house, "seat") == []
        await employ(house, "above", Role.RESPONSIBLE, "")
        await house.app.bell.ring()
        await house.app.bell.ring()
        (paper,) = papers(house, "above")
        assert "丙三三开会念稿子" in words(paper)
        assert "甲一一一言堂" in words(paper)


async def test_a_deputy_does_not_get_what_names_a_leader_of_the_unit(tmp_path):
    async with town(tmp_path) as house:
        await employ(house, "deputy", Role.DEPUTY, "no1")
        await friday(house, said(ABOUT_SECOND, SECOND))
        await send(house)
        assert papers(house, "deputy") == []


async def test_who_lost_the_seat_before_it_arrived_does_not_get_it(tmp_path):
    async with town(tmp_path) as house:
        await employ(house, "seat", Role.RESPONSIBLE, "no1")
        await friday(house, said(ABOUT_SECOND, SECOND))
        await house.do(lambda work: work.digests.send("2014-03-28", 1))
        seat = Address(channel="web", id="seat")
        await house.do(lambda work: work.parcels.put("personal", "2014-03-28:no1", seat))
        await house.do(lambda work: work.staff.retire(work.staff.find(seat)))
        await house.app.bell.ring()
        assert papers(house, "seat") == []
        await employ(house, "next", Role.RESPONSIBLE, "no1")
        await house.app.bell.ring()
        assert [file.name for file in papers(house, "next")] == ["personal-no1.docx"]


async def test_a_post_that_is_spoken_of_without_a_name_goes_above_too(tmp_path):
    async with town(tmp_path) as house:
        await employ(house, "seat", Role.RESPONSIBLE, "no1")
        await employ(house, "above", Role.RESPONSIBLE, "")
        await friday(house, said("校长从不听课"))
        await send(house)
        assert papers(house, "seat") == []
        assert len(papers(house, "above")) == 1
