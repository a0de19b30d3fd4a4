"""`tingwen import`, as an operator runs it."""

import importlib
import sqlite3
from argparse import ArgumentParser

import pytest
from openpyxl import Workbook, load_workbook

from bot.__main__ import main

intake = importlib.import_module("bot.verbs.import")

CONFIG = """
[storage]
url = "sqlite+aiosqlite:///{folder}/data/tingwen.db"
key_dir = "{folder}/keys"
[[units]]
id = "newtown"
name = "新城小学"
"""

ROWS = (
    ("工单号", "来电时间", "来电内容", "哪里"),
    ("0017", "2014-03-25", "食堂的饭菜打到手里总是凉的，班主任林小燕也不管", "新城小学"),
    ("0018", "3月40日", "学校收费不清楚，请公开", ""),
    ("0019", "2014-03-25", "校门口车辆乱停，孩子过马路危险", ""),
)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    return tmp_path


def brought(*typed):
    parser = ArgumentParser()
    intake.arguments(parser)
    return intake.run(parser.parse_args(list(typed)))


def table(name, rows=ROWS):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(name)


def opinions(place):
    with sqlite3.connect(place / "data" / "tingwen.db") as db:
        return sorted(text for (text,) in db.execute("SELECT text FROM opinion"))


def test_a_table_is_taken_in_masked_and_what_cannot_be_read_lies_beside_it(place, capsys):
    table("12345.xlsx")
    assert main(["import", "12345.xlsx"]) == 0
    said = capsys.readouterr().out
    assert "意见内容 ← 来电内容" in said
    assert "没有用到的列：哪里" in said
    assert "收下 2 条" in said
    kept = opinions(place)
    assert len(kept) == 2
    assert not any("林小燕" in text for text in kept)
    sheet = load_workbook("12345-handed-back.xlsx").active
    row = [cell.value for cell in list(sheet.iter_rows())[2]]
    assert row[0] == 3
    assert "收到日期看不懂：3月40日" in row[1]


def test_brought_again_nothing_counts_twice(place, capsys):
    table("12345.xlsx")
    assert brought("12345.xlsx") == 0
    capsys.readouterr()
    assert brought("12345.xlsx") == 0
    said = capsys.readouterr().out
    assert "没有新的意见要记" in said
    assert "2 行以前收过" in said
    assert len(opinions(place)) == 2


def test_a_column_is_put_right_and_remembered_for_such_tables(place, capsys):
    rows = [
        ("来电内容", "诉求"),
        ("甲某来电", "食堂的饭菜打到手里总是凉的"),
        ("乙某来电", "校门口车辆乱停"),
    ]
    table("热线.xlsx", rows)
    assert brought("热线.xlsx", "--column", "text=诉求") == 0
    assert "意见内容 ← 诉求" in capsys.readouterr().out
    assert opinions(place) == ["校门口车辆乱停", "食堂的饭菜打到手里总是凉的"]
    table("热线2.xlsx", [*rows[:1], ("丙某来电", "作业太多")])
    assert brought("热线2.xlsx", "--dry-run") == 0
    assert "意见内容 ← 诉求" in capsys.readouterr().out
    assert len(opinions(place)) == 2


def test_lines_are_opinions_and_a_meeting_needs_who_took_part(place, capsys):
    (place / "座谈.txt").write_text(
        "3月25日座谈会记录：\n1. 检查太多\n2. 菜总是凉的\n", encoding="utf-8"
    )
    assert brought("座谈.txt") == 1
    assert "--group" in capsys.readouterr().err
    assert (
        brought("座谈.txt", "--group", "teacher", "--people", "21", "--day", "2014-03-25") == 0
    )
    assert opinions(place) == ["检查太多", "菜总是凉的"]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("nothing.csv", "--source", "12345"), "路径"),
        (("opinions.csv",), "--source"),
        (("opinions.csv", "--source", "12345", "--unit", "elsewhere"), "newtown"),
        (("opinions.csv", "--source", "12345", "--column", "text=无"), "来电内容"),
        (("opinions.csv", "--source", "12345", "--column", "words=1"), "text"),
        (("opinions.csv", "--source", "12345", "--column", "text=-"), "--column text="),
        (("opinions.csv", "--source", "dictated"), "--by"),
        (("picture.png", "--source", "12345"), "图片"),
    ],
)
def test_what_stands_in_the_way_is_said_with_what_to_do_and_nothing_is_kept(
    place, capsys, typed, hint
):
    (place / "opinions.csv").write_text(
        "来电内容,单位\n食堂的饭菜凉,新城小学\n", encoding="utf-8"
    )
    (place / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    assert brought(*typed) == 1
    assert hint in capsys.readouterr().err
    file = place / "data" / "tingwen.db"
    assert not file.exists() or opinions(place) == []


def test_where_no_row_can_be_read_the_call_says_so(place, capsys):
    table("12345.xlsx", (ROWS[0], ROWS[2]))
    assert brought("12345.xlsx") == 1
    assert "有 1 行没有收下" in capsys.readouterr().out
