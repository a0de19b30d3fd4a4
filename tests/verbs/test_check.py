"""`tingwen check`, as an operator runs it."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from bot.verbs import check


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
