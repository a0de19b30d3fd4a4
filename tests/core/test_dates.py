"""The rules of the date grammar that a table of single phrases does not show."""

import calendar as months
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.dates.lunar import FESTIVALS, lunar_day
from bot.core.dates.numerals import number, plain
from bot.core.dates.reading import as_json, read, read_all, reference
from bot.core.dates.resolve import Answer, Reference
from bot.core.workdays import Calendar

WRITTEN = Reference(2014, date(2014, 3, 5))
YEAR = Reference(2014)
FIGURES = "〇一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
THIRDS = {
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 0),
    "中下旬": (11, 0),
    "上中旬": (1, 20),
}


def chinese(n: int) -> str:
    """1 to 99 as documents write it."""
    tens, ones = divmod(n, 10)
    return (
        ("" if tens < 2 else FIGURES[tens])
        + ("十" if tens else "")
        + (FIGURES[ones] if ones else "")
    )


def days(answer: Answer) -> tuple[str, date | None, date | None]:
    return answer.kind, answer.start, answer.end


SPELLINGS = {
    "figures": lambda m: f"{m}月",
    "full width": lambda m: f"{m}月".translate(FULL_WIDTH),
    "Chinese": lambda m: f"{chinese(m)}月",
    "spaced": lambda m: f"{m} 月 ",
    "with a zero": lambda m: f"{m:02}月",
    "份": lambda m: f"{m}月份",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("third", THIRDS)
@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("year", [2014, 2016])
def test_every_third_of_every_month_is_right(
    year: int, month: int, third: str, spelling: str
) -> None:
    first, last = THIRDS[third]
    end = last or months.monthrange(year, month)[1]
    words = SPELLINGS[spelling](month) + third
    expected = date(year, month, first), date(year, month, end)
    assert days(read(words, Reference(year))) == ("window", *expected)
    until = read(words + "前", Reference(year))
    assert days(until) == ("by", None, expected[1])
    assert (until.confirm, until.alt_end) == (True, expected[0] - timedelta(days=1))


@given(
    st.dates(date(2001, 1, 1), date(2058, 12, 31)),
    st.sampled_from(["{}年{}月{}日", "{} 年 {} 月 {} 日", "{}.{}.{}", "{}-{}-{}", "{}/{}/{}"]),
)
def test_a_full_date_is_read_in_any_spelling(day: date, form: str) -> None:
    words = form.format(day.year, day.month, day.day)
    assert days(read(words, Reference())) == ("point", day, day)
    assert days(read(words.translate(FULL_WIDTH), Reference())) == ("point", day, day)


@given(st.dates(date(2001, 1, 1), date(2058, 12, 31)))
def test_a_full_date_is_read_in_chinese(day: date) -> None:
    year = "".join(FIGURES[int(n)] for n in str(day.year))
    assert days(read(f"{year}年{chinese(day.month)}月{chinese(day.day)}日前", Reference())) == (
        "by",
        None,
        day,
    )


@given(st.dates(date(2014, 1, 1), date(2014, 12, 31)), st.sampled_from("一二三四五六日"))
def test_a_weekday_is_believed_only_where_it_fits(day: date, weekday: str) -> None:
    answer = read(f"{day.month}月{day.day}日（星期{weekday}）", YEAR)
    if "一二三四五六日".index(weekday) == day.weekday():
        assert days(answer) == ("point", day, day)
    else:
        assert (answer.kind, answer.start, answer.end, answer.why) == (
            "ask",
            None,
            None,
            "weekday",
        )


@given(
    st.dates(date(2014, 1, 1), date(2014, 12, 31)),
    st.dates(date(2014, 1, 1), date(2014, 12, 31)),
    st.sampled_from(["至", "到", "-", "—", "～", "~", "－", "–", " — ", "——"]),
)
def test_a_range_runs_forward_or_is_asked(one: date, two: date, dash: str) -> None:
    answer = read(f"{one.month}月{one.day}日{dash}{two.month}月{two.day}日", YEAR)
    if one <= two:
        assert days(answer) == ("window", one, two)
        assert not answer.confirm
    elif one.month == two.month:
        assert (answer.kind, answer.start, answer.why) == ("ask", None, "reversed")
    else:
        assert answer.kind == "window"
        assert answer.confirm
        assert (answer.start, answer.end) == (one, date(2015, two.month, two.day))


@given(st.integers(1, 12), st.integers(1, 31))
def test_a_day_that_does_not_exist_is_asked(month: int, day: int) -> None:
    answer = read(f"{month}月{day}日前", YEAR)
    if day <= months.monthrange(2014, month)[1]:
        assert days(answer) == ("by", None, date(2014, month, day))
    else:
        assert (answer.kind, answer.end, answer.why) == ("ask", None, "no-such-day")


@given(
    st.text(
        alphabet="0123456789年月日号上中下旬底前后至到起每周一二三十五（）()〔〕.-、，。个天内会第 \n前夕末清明国庆适时",
        max_size=40,
    )
)
def test_no_text_breaks_the_grammar(words: str) -> None:
    for when in (WRITTEN, YEAR, Reference()):
        for found in read_all(words, when):
            assert words[found.start : found.end] == found.words
            answer = found.answer
            assert answer.start is None or answer.end is None or answer.start <= answer.end
            assert answer.kind != "ask" or (answer.start is None and answer.end is None)


@given(st.text(max_size=60))
def test_any_text_at_all_is_read(words: str) -> None:
    assert as_json(1, read(words, WRITTEN))["kind"]


@pytest.mark.parametrize(
    "words",
    [
        "3月5日",
        "3月上旬",
        "三月底前",
        "5月至6月",
        "国庆节前",
        "2月29日",
        "第二季度",
        "上半年",
        "年底前",
        "3月5日（周三）",
    ],
)
def test_without_a_year_nothing_is_dated(words: str) -> None:
    answer = read(words, Reference())
    assert days(answer) == ("ask", None, None)
    assert answer.why == "no-year"
    assert answer.form is not None


def test_a_month_long_before_the_document_is_next_years_to_be_confirmed() -> None:
    answer = read("1月15日前", Reference(2014, date(2014, 11, 20)))
    assert days(answer) == ("by", None, date(2015, 1, 15))
    assert answer.confirm
    just_over = read("2月下旬", Reference(2014, date(2014, 3, 5)))
    assert days(just_over) == ("window", date(2014, 2, 21), date(2014, 2, 28))


def test_a_school_year_runs_from_august() -> None:
    school = Reference(2014, school_year=True)
    assert read("9月10日", school).start == date(2014, 9, 10)
    assert days(read("1月上旬", school)) == ("window", date(2015, 1, 1), date(2015, 1, 10))
    assert days(read("清明节前", school)) == ("before", None, date(2015, 4, 4))


@pytest.mark.parametrize(
    ("words", "anchors", "start", "end", "named"),
    [
        (
            "家长会后10天内",
            {"家长会": date(2014, 6, 26)},
            date(2014, 6, 27),
            date(2014, 7, 6),
            "家长会",
        ),
        (
            "会后10天内",
            {"家长会": date(2014, 6, 26)},
            date(2014, 6, 27),
            date(2014, 7, 6),
            "家长会",
        ),
        (
            "15天内报送总结",
            {"家长会": date(2014, 6, 26)},
            date(2014, 6, 27),
            date(2014, 7, 11),
            "家长会",
        ),
        (
            "培训结束后5个工作日内",
            {"培训结束": date(2014, 4, 30)},
            date(2014, 5, 1),
            date(2014, 5, 8),
            "培训结束",
        ),
        (
            "自公示之日起5个工作日内",
            {"公示": date(2014, 9, 29)},
            date(2014, 9, 30),
            date(2014, 10, 11),
            "公示",
        ),
        (
            "验收前3天",
            {"验收": date(2014, 6, 26)},
            date(2014, 6, 23),
            date(2014, 6, 23),
            "验收",
        ),
        (
            "验收前一周内",
            {"验收": date(2014, 6, 26)},
            date(2014, 6, 19),
            date(2014, 6, 25),
            "验收",
        ),
        (
            "验收后第3天",
            {"验收": date(2014, 6, 26)},
            date(2014, 6, 29),
            date(2014, 6, 29),
            "验收",
        ),
        ("验收当天", {"验收": date(2014, 6, 26)}, date(2014, 6, 26), date(2014, 6, 26), "验收"),
        (
            "家长会后10天内",
            {"运动会": date(2014, 6, 26), "艺术节": date(2014, 5, 1)},
            None,
            None,
            "家长会",
        ),
    ],
)
def test_relative_days_are_dated_once_their_anchor_is(
    words: str, anchors: dict[str, date], start: date | None, end: date | None, named: str
) -> None:
    answer = read(words, YEAR, anchors)
    assert days(answer) == ("relative", start, end)
    assert answer.relative_to == named


def test_before_an_event_excludes_its_day() -> None:
    answer = read("家长会前发放材料", YEAR, {"家长会": date(2014, 6, 26)})
    assert days(answer) == ("before", None, date(2014, 6, 25))


@given(st.dates(date(2010, 1, 5), date(2026, 11, 1)), st.integers(1, 30))
def test_so_many_days_after_something_begin_on_the_next_day(day: date, count: int) -> None:
    answer = read(f"评议后{count}天内", YEAR, {"评议": day})
    assert (answer.start, answer.end) == (day + timedelta(days=1), day + timedelta(days=count))
    working = read(f"评议后{count}个工作日内", YEAR, {"评议": day})
    assert working.end == Calendar().add_workdays(day, count)
    assert working.workdays


def test_the_offices_own_calendar_counts() -> None:
    own = Calendar(off=frozenset({date(2014, 6, 27)}))
    answer = read("评议后1个工作日内", YEAR, {"评议": date(2014, 6, 26)}, own)
    assert answer.end == date(2014, 6, 30)


@pytest.mark.parametrize(
    ("words", "when", "following"),
    [
        ("每周五", date(2014, 3, 5), date(2014, 3, 7)),
        ("每周三", date(2014, 3, 5), date(2014, 3, 5)),
        ("每月31日", date(2014, 2, 10), date(2014, 3, 31)),
        ("每月底", date(2014, 2, 10), date(2014, 2, 28)),
        ("每月最后一个周五", date(2014, 3, 29), date(2014, 4, 25)),
        ("每年2月29日", date(2014, 3, 1), date(2016, 2, 29)),
        ("每季度末", date(2014, 12, 31), date(2014, 12, 31)),
    ],
)
def test_what_comes_again_says_its_next_day(words: str, when: date, following: date) -> None:
    answer = read(words, Reference(when.year, when))
    assert answer.kind == "recurring"
    assert answer.next == following


def test_a_day_without_month_takes_the_month_said_before_it() -> None:
    found = read_all("4月10日前交初稿，20日前定稿。15日前另报名单。", WRITTEN)
    assert [days(r.answer) for r in found][:2] == [
        ("by", None, date(2014, 4, 10)),
        ("by", None, date(2014, 4, 20)),
    ]
    assert found[2].answer.why == "no-month"


def test_the_original_words_stand_beside_each_date() -> None:
    text = "第一批（ ３月上旬～ 4月）先行；其余 5 月 底 前跟上。"
    assert [r.words for r in read_all(text, YEAR)] == ["３月上旬～ 4月", "5 月 底 前"]


def test_every_date_of_a_sentence_is_found() -> None:
    found = read_all(
        "3月底前完成自查，4月中旬抽查，6月10日（周二）召开总结会，会后5天内报材料。", YEAR
    )
    assert [r.answer.kind for r in found] == ["by", "window", "point", "relative"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2014-03-05", Reference(2014, date(2014, 3, 5))),
        (date(2014, 3, 5), Reference(2014, date(2014, 3, 5))),
        ("2014年3月5日", Reference(2014, date(2014, 3, 5))),
        ("二〇一四年三月五日", Reference(2014, date(2014, 3, 5))),
        ("2014-03", Reference(2014)),
        ("2014", Reference(2014)),
        (2014, Reference(2014)),
        ("2014-02-30", Reference(2014)),
        ("", Reference()),
        (None, Reference()),
        ("soon", Reference()),
    ],
)
def test_when_a_text_was_written_is_read_from_what_is_known(
    value: object, expected: Reference
) -> None:
    assert reference(value) == expected


@given(st.integers(1, 99))
def test_numbers_are_read_as_they_are_written(n: int) -> None:
    assert number(chinese(n)) == n
    assert number(str(n)) == n


def test_plain_text_remembers_where_it_came_from() -> None:
    text = "自 ３ 月 起"
    flat = plain(text)
    assert flat.text == "自3月起"
    start, end = flat.original(1, 3)
    assert text[start:end] == "３ 月"


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("春节", 2014, date(2014, 1, 31)),
        ("春节", 2033, date(2033, 1, 31)),
        ("端午", 2020, date(2020, 6, 25)),
        ("中秋", 2017, date(2017, 10, 4)),
        ("中秋", 2025, date(2025, 10, 6)),
        ("清明", 2014, date(2014, 4, 5)),
        ("清明", 2024, date(2024, 4, 4)),
        ("除夕", 2024, date(2024, 2, 9)),
        ("重阳", 2014, date(2014, 10, 2)),
        ("冬至", 2014, date(2014, 12, 22)),
    ],
)
def test_festivals_fall_on_their_days(name: str, year: int, day: date) -> None:
    assert FESTIVALS[name](year) == day


def test_the_lunar_table_agrees_with_every_published_holiday() -> None:
    """The first day of Spring Festival and Mid-Autumn were days off every year since 2008."""
    known = Calendar()
    for year in range(2008, 2027):
        for month, day in ((1, 1), (8, 15)):
            festival = lunar_day(year, month, day)
            assert festival is not None
            assert not known.is_workday(festival), year


def test_the_lunar_table_has_ends() -> None:
    assert lunar_day(1999, 1, 1) is None
    assert lunar_day(2060, 1, 1) is None
    assert lunar_day(2014, 1, 31) is None
    assert lunar_day(2014, 13, 1) is None
