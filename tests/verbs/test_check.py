"""`tingwen check`, as an operator runs it."""

from argparse import ArgumentParser
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.app.derived import headcounts_of
from bot.app.mouths import asked_online
from bot.app.wiring import App
from bot.core.messages import Address
from bot.settings.reading import load
from bot.settings.secret import Secrets
from bot.verbs import check
from storage.schema import prepare
from storage.unit_of_work import Work
from tests.channels.telegram.botapi import TOKEN, BotApi, Status


def checked(*typed: str) -> int:
    parser = ArgumentParser()
    check.arguments(parser)
    return check.run(parser.parse_args(list(typed)))


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def config(folder: Path, text: str) -> str:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_empty_file_has_no_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert checked("--config", config(tmp_path, "")) == 0
    assert capsys.readouterr().out == "没有发现问题。\n"


def test_mistakes_of_config_and_of_content_come_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "canteen.toml").write_text("[name]\nzh = '食堂'", encoding="utf-8")
    path = config(
        tmp_path, "[content]\nsurveys = 'own'\n[web]\nlisten = 1\n[groups]\npreset = 'x'"
    )

    assert checked("--config", path, "--lang", "en") == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2].partition(": ")[0] for line in lines[:4]] == [
        "web.listen",
        "groups.preset",
        "name.en",
        "questions",
    ]
    assert lines[0] == (
        f'{path}: web.listen: "1" is not an address to listen on. '
        'Write it like "127.0.0.1:8750".'
    )
    assert lines[4:] == ["4 errors, 0 warnings."]


def test_warnings_alone_are_told_and_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    own = f"[[groups.own]]\nid = 'x'\nzh = '{'😀' * 16}'\nen = 'X'"

    assert checked("--config", config(tmp_path, own)) == 0
    out = capsys.readouterr().out
    assert "提醒：占 64 字节" in out
    assert out.endswith("错误 0 处，提醒 1 处。\n")


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert checked("--config", str(tmp_path / "nowhere.toml")) == 1
    assert "nowhere.toml：读不了这个文件" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": ""}, "en"),
    ],
)
def test_it_speaks_chinese_unless_english_is_asked_for(
    environment: dict[str, str], language: str
):
    assert check.spoken(environment) == language


def test_every_slip_in_the_table_of_headcounts_is_told_with_its_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = counted(
        tmp_path, ("单位", "普通党员", "一线教师"), ("第一中", 60, 180), ("新城小学", "多", -1)
    )

    assert checked("--config", path) == 0
    lines = capsys.readouterr().out.splitlines()
    file = tmp_path / "people.xlsx"
    assert (
        lines[0] == f"{file}: A2：提醒：没有“第一中”这个单位，这一行没有用。是不是“第一中学”？"
    )
    assert [line.partition("：")[0] for line in lines[1:3]] == [f"{file}: B3", f"{file}: C3"]
    assert lines[3:] == ["错误 0 处，提醒 3 处。"]


def test_the_table_of_headcounts_goes_before_the_configuration(tmp_path: Path):
    path = counted(
        tmp_path, ("单位", "普通党员", "一线教师"), ("第一中学", 61, None), ("新城小学", 0, 38)
    )

    counts = headcounts_of(load(Path(path), {}).settings)

    assert {group: counts["no1", group] for group in ("party", "teacher", "parent")} == {
        "party": 61,  # the table's
        "teacher": 180,  # an empty cell says nothing, so the configuration's
        "parent": 0,
    }
    assert {group: counts["newtown", group] for group in ("party", "teacher", "parent")} == {
        "party": 0,
        "teacher": 38,
        "parent": None,  # nobody knows
    }


def counted(folder: Path, *rows: tuple[str | int | None, ...]) -> str:
    """A configuration of two schools with a table of headcounts beside it."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / "people.xlsx")
    return config(
        folder,
        "[people]\nheadcounts = 'people.xlsx'\n"
        "[[units]]\nid = 'no1'\nname = '第一中学'\nheadcount = {party = 60, teacher = 180}\n"
        "[[units]]\nid = 'newtown'\nname = '新城小学'\n",
    )


def test_online_without_a_platform_says_that_nobody_was_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert checked("--online", "--lang", "en", "--config", config(tmp_path, "")) == 0
    assert "There is no platform to ask" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "不像机器人的口令"), ("en", "does not look like a bot's token")],
)
def test_online_says_what_is_wrong_with_the_token_and_fails(
    language: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("TINGWEN_TELEGRAM_TOKEN", "half a token")

    path = config(tmp_path, "")
    assert checked("--config", path) == 0
    assert checked("--online", "--lang", language, "--config", path) == 1
    out = capsys.readouterr().out
    assert said in out
    assert "TINGWEN_TELEGRAM_TOKEN" in out
    assert "half a token" not in out


def test_online_a_platform_out_of_reach_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TINGWEN_TELEGRAM_TOKEN", TOKEN)
    path = config(tmp_path, "[telegram]\napi_base_url = 'http://127.0.0.1:9'")

    assert checked("--online", "--lang", "en", "--config", path) == 1
    out = capsys.readouterr().out
    assert "telegram.api_base_url: http://127.0.0.1:9 cannot be reached" in out
    assert "HTTPS_PROXY" in out
    assert TOKEN not in out


async def test_online_the_offices_group_chats_are_asked_about_too(tmp_path: Path):
    async with BotApi() as api:
        path = config(tmp_path, f"[telegram]\napi_base_url = '{api.base}'")
        settings = load(Path(path), {}).settings
        secrets = Secrets(telegram_token=TOKEN)
        app = App(settings, secrets)
        prepare(app.memory)
        app.database.start()
        gone = Address(channel="telegram", id="-1000000000005")
        await app.database.write(lambda tx: Work(tx).circles.admit(gone, "office", "zh"))
        await app.database.stop()
        app.keys.close()
        api.fail("getChatMember", Status(400, "Bad Request: chat not found"))

        (problem,) = await asked_online(settings, secrets)
        assert problem.fault == "telegram_group_left"
