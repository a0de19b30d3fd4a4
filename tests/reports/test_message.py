"""The one-screen text: its figures are the digest's, and it never outgrows the screen."""

from dataclasses import replace

import pytest

from bot.content.papers import papers
from bot.reports.message import LONGEST, message
from tests.core.test_digest import digest_of, heard, opinion
from tests.sample_week import sample_week

ZH = papers("zh")


def test_the_sample_week_on_one_screen() -> None:
    assert message(sample_week(), ZH).split("\n") == [
        "【意见征集周报 第3期】3月21日—3月28日",
        "本期回收370份，累计1752份（25.7%）；意见522条（+9.2%），归并138条。",
        "另有涉及个人的6条，已分开报送。",
        "急办3件：办理中1（最近3月31日前回告），已办结2。",
        "最集中：作业与课业负担74；食堂饭菜与价格58；检查评比、填表过多52。",
        "升：食堂饭菜与价格58（+87.1%）；校门口交通安全33（+83.3%）。降：违规补课、有偿家教17（－19.0%）。",
        "多人说到：食堂调价未告知31。",
        "整改46件，完成17，逾期1（12号 食堂价格公示，后勤科）。超期未复3件。",
        "原文与全文见附件。",
    ]


def test_a_group_nothing_came_from_is_named() -> None:
    digest = digest_of(opinion("a"), heard=(heard(20, "u02"),))

    assert "本期未收到：普通党员、群众（教辅、后勤）、一线教师、老同志、党外人士。" in message(
        digest, ZH
    )


@pytest.mark.parametrize("length", [10, 40, 200, 2000])
def test_it_never_exceeds_a_screen_and_keeps_the_figures(length: int) -> None:
    digest = sample_week()
    long = replace(
        digest,
        topics=tuple(replace(row, name=row.name * (length // 5)) for row in digest.topics),
    )

    text = message(long, ZH)

    assert len(text) <= LONGEST
    assert "本期回收370份" in text
    assert "急办3件" in text


def test_it_tells_that_data_are_simulated() -> None:
    text = message(replace(sample_week(), simulated=True), ZH)

    assert "（演示数据）" in text.split("\n")[0]
