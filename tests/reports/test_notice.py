"""Public notices and printed cards: what everybody may see, on old phones and on paper."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

from bot.content.papers import papers
from bot.reports.card import Card, sheets, wall
from bot.reports.notice import Poster, Row, notice

ROW = Row(
    number=12,
    title="食堂饭菜偏凉",
    goal="饭菜到班不凉",
    measures="加保温箱，错峰送餐",
    unit="新城小学",
    person="后勤主任",
    due=date(2014, 4, 10),
    result="每班一个保温箱，已到位",
)
POSTER = Poster(
    office="某局办公室",
    phone="0000-0000",
    batch="140401",
    opens=date(2014, 4, 1),
    closes=date(2014, 4, 8),
    workdays=5,
    scope=("新城小学",),
    rows=(ROW,) * 10,
    rate_at="https://example.invalid/chat?link=r_rate_140401",
)
CARD = Card(head="对学校有话说，扫这里，2分钟", name="新城小学", link="https://example.invalid/chat?link=u_newtown", foot="电话 0000-0000")  # fmt: skip


def test_ten_items_fit_an_old_phone_and_fetch_nothing():
    page = notice(POSTER, papers("zh"))
    assert len(page) < 50_000
    assert not re.search(rb"<script|<img|<link|@import|url\(", page)
    assert [size for size in re.findall(rb"(\d+)px[ /;]", page) if 12 < int(size) < 16] == []
    links = re.findall(rb'href="([^"]*)"', page)
    assert links == [POSTER.rate_at.encode()]


def test_it_says_where_else_one_may_turn():
    with_more = replace(POSTER, address="新华路甲1号", mailbox="opinions@example.invalid")
    page, bare = (notice(one, papers("zh")).decode() for one in (with_more, POSTER))

    assert "地址：新华路甲1号<br>意见信箱：opinions@example.invalid<br>校长接待日" in page
    assert "地址" not in bare
    assert "信箱" not in bare


def test_what_the_office_wrote_is_inert_in_it():
    wild = Row(
        number=1, title="<script>alert(1)</script>", goal='"><img src=x>', measures="a\u202eb", unit="", person="",
        due=None, result="x & y",
    )  # fmt: skip
    page = notice(
        Poster(office="o", phone="p", batch="1", opens=date(2014, 4, 1), closes=date(2014, 4, 1), workdays=1, scope=(), rows=(wild,)),
        papers("zh"),
    ).decode()  # fmt: skip
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Reader().feed(page)
    assert set(tags) <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "section", "dl", "dt", "dd"}  # fmt: skip


def test_the_same_notice_is_the_same_bytes_in_both_languages():
    for language in ("zh", "en"):
        assert notice(POSTER, papers(language)) == notice(POSTER, papers(language))


def test_eight_cards_stand_on_a_sheet_each_with_its_code():
    paper = sheets([CARD] * 20, papers("zh"), title="联系卡", made=date(2014, 4, 1))
    with zipfile.ZipFile(io.BytesIO(paper)) as read:
        body = read.read("word/document.xml").decode()
    assert body.count("<w:tbl>") == 3
    assert body.count("<pic:pic") == 20
    assert paper == sheets([CARD] * 20, papers("zh"), title="联系卡", made=date(2014, 4, 1))


def test_eight_cards_fit_a_sheet_whatever_the_school_is_called():
    """In points of what a card is wide, and in twips of what the sheet is high."""
    name = "江城市实验小学教育集团高新区第二分校"
    cards = [replace(CARD, name=name)] * 8
    paper = sheets(cards, papers("zh"), title="联系卡", made=date(2014, 4, 1))
    with zipfile.ZipFile(io.BytesIO(paper)) as read:
        body = read.read("word/document.xml").decode()
    heights = re.findall(r'<w:trHeight [^>]*w:val="(\d+)"[^>]*w:hRule="exact"', body)
    assert len(heights) == 4
    assert sum(map(int, heights)) <= 16838 - 2 * 680
    [sizes] = {tuple(re.findall(r'<w:sz w:val="(\d+)"/>', run)) for run in re.findall(rf"<w:r>(?:(?!</w:r>).)*{name}</w:t></w:r>", body)}  # fmt: skip
    assert len(name) * int(sizes[0]) / 2 <= 93 * 72 / 25.4


def test_a_poster_says_its_items_below_the_code():
    paper = wall(CARD, papers("zh"), lines=["第12件"], made=date(2014, 4, 1))
    with zipfile.ZipFile(io.BytesIO(paper)) as read:
        assert "第12件" in read.read("word/document.xml").decode()
