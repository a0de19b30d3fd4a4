"""What the log may say: event codes as they stand in the source, a few harmless fields, and nothing from anybody else."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from bot.logs import FIELDS, OURS

ROOT = Path(__file__).parents[1]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
FILES = [path for room in OURS for path in sorted((ROOT / room).rglob("*.py"))]

ID, TOKEN, WORDS = "7318204956", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "检查太多太多"
LIBRARIES = (
    "telegram", "telegram.ext.Application", "httpx", "httpcore", "uvicorn", "uvicorn.access", "uvicorn.error",
    "sqlalchemy.engine", "alembic", "apscheduler", "asyncio", "aiosqlite", "starlette", "xlsxwriter", "fontTools",
    "multiprocessing", "concurrent.futures", "anyio",
)  # fmt: skip


def calls(tree: ast.AST) -> list[ast.Call]:
    """Every call of a logger in this file."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and "log" in ast.unparse(node.func.value).lower().split(".")[-1].split("(")[0]
    ]


def wrong(tree: ast.AST) -> list[str]:
    """Calls whose event is put together when it happens, or that fill something in."""
    found: list[str] = []
    for call in calls(tree):
        event, *more = call.args or [ast.Name("?")]
        literal = isinstance(event, ast.Constant) and isinstance(event.value, str)
        handed_on = isinstance(event, ast.Name) and event.id == "event"
        fields = next((k.value for k in call.keywords if k.arg == "extra"), None)
        named = isinstance(fields, ast.Dict) and all(
            isinstance(key, ast.Constant) and key.value in FIELDS for key in fields.keys
        )
        plain = fields is None or named or isinstance(fields, ast.Name)
        others = {k.arg for k in call.keywords} - {"extra", "exc_info"}
        if more or others or not plain or not (literal or handed_on):
            found.append(ast.unparse(call))
    return found


def test_an_event_is_a_code_that_stands_in_the_source():
    assert [
        f"{path.name}: {call}"
        for path in FILES
        for call in wrong(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


def test_there_are_events_to_look_at():
    assert sum(len(calls(ast.parse(path.read_text(encoding="utf-8")))) for path in FILES) > 40


@pytest.mark.parametrize(
    "code",
    [
        "log.info(f'{who} handed in')",
        "log.info('handed in: %s', who)",
        "log.info(str(error))",
        "log.info('x', extra={'who': who})",
        "log.info('x', extra={**every})",
        "logging.getLogger('bot').info(text)",
        "log.info('x', stack_info=True)",
    ],
)
def test_the_guard_can_fail(code: str):
    assert wrong(ast.parse(code)) != []


def said(code: str) -> str:
    """What a process with our log set up writes, to both outputs, while it does this."""
    program = f"from bot.logs import set_up\nset_up()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_no_library_says_anything_however_loud():
    loud = "\n".join(
        f"logging.getLogger({name!r}).setLevel(1); logging.getLogger({name!r}).critical('{WORDS} %s', '{ID}')"
        for name in LIBRARIES
    )

    assert said(f"import logging, warnings\n{loud}\nwarnings.warn('{WORDS}')") == ""


def test_our_own_line_has_no_arguments_and_no_other_fields():
    line = said(
        "import logging\n"
        f"logging.getLogger('handlers.x').info('an event %s', '{ID}', extra={{'who': '{ID}', 'count': 3}})"
    )

    assert line.rstrip().endswith("INFO handlers.x an event %s count=3")
    assert ID not in line


@pytest.mark.parametrize(
    "code",
    [
        f"raise KeyError('{ID}')",
        f"import threading\nthreading.Thread(target=lambda: {{}}['{ID}']).start()",
        "import logging\ntry:\n    {}['"
        + ID
        + "']\nexcept KeyError:\n    logging.getLogger('bot').exception('failed')",
        f"import asyncio\nfrom bot.logs import loop_failed\nasync def lost(): raise ValueError('{ID}')\n"
        "async def main():\n    asyncio.get_running_loop().set_exception_handler(loop_failed)\n"
        "    asyncio.create_task(lost())\n    await asyncio.sleep(0.01)\n    import gc; gc.collect()\nasyncio.run(main())",
    ],
    ids=["uncaught", "in a thread", "logged", "in a task"],
)
def test_an_error_is_its_type_and_place_and_never_its_text(code: str):
    line = said(code)

    assert "error=" in line
    assert ID not in line
    assert "Traceback" not in line
