"""What the import contracts cannot see: words, clocks and privacy in the code, and papers that say what is so.

The directions of imports stand in pyproject.toml, under tool.importlinter.
"""

import ast
import re
import sqlite3
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sqlalchemy import create_engine

from bot.__main__ import VERBS
from storage.schema import HEAD, MIGRATIONS, prepare
from storage.tables import metadata
from tests import tree
from tests.tree import ROOMS

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TREES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"), path) for path in SOURCES
}
CORE = {name: tree for name, tree in TREES.items() if name.startswith("bot/core/")}

# -- privacy ------------------------------------------------------------------------------------------------------

READ_BACK = {
    "bot/core/bucket.py": "what a slot holds was masked when it went in",
    "bot/core/digest/snapshot.py": "what a snapshot holds was masked when it was made",
}
"""Who may say again that words are masked, and why that is so."""


def test_only_privacy_makes_words_that_are_redacted():
    makers = {name for name, tree in TREES.items() if any(_calls(tree, "Redacted"))}

    assert {str(Path(name).parent) for name in makers} == {"bot/core/privacy"}


def test_words_are_called_redacted_again_only_where_they_went_in_so():
    casts = {
        name
        for name, tree in TREES.items()
        for call in _calls(tree, "cast")
        if call.args and "Redacted" in ast.unparse(call.args[0])
    }

    assert casts <= READ_BACK.keys()


# -- words --------------------------------------------------------------------------------------------------------

IDEOGRAPH = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

RECOGNISES = (
    "bot/core/appointment.py",  # times as the office and people type them
    "bot/core/appraisal.py",  # lists and totals as people paste them
    "bot/core/campaign/",  # what an event is called
    "bot/core/campaign/editing.py",  # what somebody enters by hand
    "bot/core/dates/",  # phrases of plans
    "bot/core/digest/routing.py",  # posts that head a unit
    "bot/core/digest/turnout.py",  # which units serve at a window
    "bot/core/dialogue.py",  # what a receipt's holder types
    "bot/core/people/typed.py",  # what is typed about oneself
    "bot/core/plan/",  # headings and tables of plans
    "bot/core/privacy/",  # names, numbers and what stands in their place
    "bot/core/receipt.py",  # digits as people type them
    "bot/core/reply.py",  # what is typed for a button
    "bot/core/sorting/",  # cues
    "bot/core/talks.py",  # posts
    "bot/core/themes.py",  # words that say nothing about a theme
    "handlers/appointment.py",  # commands that buttons type
    "handlers/appraisal.py",  # commands that buttons type
    "bot/core/intake/",  # numbers and headings before opinions, days and labels in somebody's table
    "handlers/intake.py",  # commands that buttons type
    "handlers/campaign.py",  # commands that buttons type
    "handlers/delivery.py",  # commands that buttons type
    "handlers/desk/",  # the office's commands, as typed and as buttons type them
    "handlers/rectification/",  # commands that buttons type
    "handlers/dialogue.py",  # commands that buttons type
    "handlers/echo.py",  # commands that buttons type
    "handlers/round.py",  # commands that buttons type
)
"""Where Chinese is understood; what is said to people still stands in bot/content."""

NAMES_OF_THINGS = frozenset(
    [
        "效",
        "怨",
        "症",
        "需",
        "策",
        "政",
        "差距",
        "举措",
        "班子",
        "个人",
        "一般",
        "问效",
        "问怨",
        "问症",
        "问需",
        "问策",
        "形式主义",
        "官僚主义",
        "享乐主义",
        "奢靡之风",
    ]
)
"""Codes that papers and `tingwen text` carry as they are called in the office."""


def test_no_sentence_for_people_stands_in_the_code():
    said = [
        f"{name}:{text.lineno}: {text.value[:30]!r}"
        for name, tree in TREES.items()
        if not name.startswith(RECOGNISES)
        for text in _strings(tree)
        if IDEOGRAPH.search(text.value) and text.value not in NAMES_OF_THINGS
    ]

    assert said == [], "words for people belong in bot/content, in both languages"


# -- the pure floor -----------------------------------------------------------------------------------------------

OUTSIDE = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
CLOCKS = {"now", "utcnow", "today"}


def test_the_core_awaits_nothing_opens_nothing_and_asks_no_clock():
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Global)
    found = [
        f"{name}:{node.lineno}"
        for name, tree in CORE.items()
        for node in ast.walk(tree)
        if isinstance(node, waits) or (isinstance(node, ast.Call) and _leaves(node.func))
    ]

    assert found == []


def test_only_commands_print():
    found = {name for name, tree in TREES.items() if any(_calls(tree, "print"))}

    assert {name for name in found if not name.startswith("bot/verbs/")} == set()


def _leaves(called: ast.expr) -> bool:
    """Whether calling this would leave the core: built-in doors, and clocks whatever they hang on."""
    match called:
        case ast.Name(id):
            return id in OUTSIDE
        case ast.Attribute(attr=attr, value=ast.Name() | ast.Attribute()):
            return attr in CLOCKS
        case _:
            return False


# -- papers -------------------------------------------------------------------------------------------------------


def test_the_architecture_page_shows_the_tree_as_it_is():
    shown = tree.shown(tree.PAGE.read_text("utf-8"))
    real = set(tree.real())

    assert real - shown.keys() == set(), (
        "`python -m tests.tree` adds them; then say what they are for"
    )
    assert shown.keys() - real == set(), "`python -m tests.tree` takes them away"
    unsaid = [path for path, half_line in shown.items() if not half_line]
    assert unsaid == ["bot/", "handlers/", "storage/"]


def test_the_tree_can_be_brought_up_to_date():
    page = "# x\n```\nbot/\n  health.py   our own words\n  gone.py   x\n```\nend\n"

    renewed = tree.renewed(page.replace("```\nend", "handlers/\nstorage/\n```\nend"))

    assert set(tree.shown(renewed)) == set(tree.real())
    assert tree.shown(renewed)["bot/health.py"] == "our own words"
    assert tree.renewed(renewed) == renewed
    assert renewed.endswith("```\nend\n")


def test_each_verb_is_a_file_of_its_own():
    files = {path.stem for path in (ROOT / "bot/verbs").glob("[!_]*.py")}

    assert files - {"opening"} == VERBS.keys()


# -- dependencies -------------------------------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NEEDED = {
    "requirements.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["setup"],
    "requirements-dev.lock": PROJECT["dependencies"]
    + [one for extra in PROJECT["optional-dependencies"].values() for one in extra],
}


def test_every_dependency_has_its_reason_beside_it():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    written = [line.strip() for line in lines if re.match(r'\s+"[\w\[\]-]+[><=~]', line)]
    bare = [line for line in written if not re.search(r'", +# \S.{9,}', line)]

    assert len(written) == len(NEEDED["requirements-dev.lock"])
    assert bare == []


def test_what_is_imported_is_depended_on():
    """Not by luck, because something else brings it along."""
    known = packages_distributions()
    imported = {name for tree in TREES.values() for name in _imported(tree)}
    foreign = imported - set(ROOMS) - sys.stdlib_module_names
    declared = {canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]}

    undeclared = {
        name: known.get(name, ["not installed"])
        for name in foreign
        if not declared & set(map(canonicalize_name, known.get(name, [])))
    }
    assert undeclared == {}


@pytest.mark.parametrize("lock", NEEDED)
def test_the_lock_holds_every_dependency_hashed_and_no_registry(lock: str):
    text = (ROOT / lock).read_text("utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))

    for needed in map(Requirement, NEEDED[lock]):
        pinned = pins.get(canonicalize_name(needed.name))
        assert pinned is not None, f"{needed.name} is missing: ./run lock"
        assert pinned in needed.specifier, f"{needed}: ./run lock"
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?:|--(extra-)?index|--find-links|--trusted-host", text)


# -- the schema ---------------------------------------------------------------------------------------------------


def test_head_is_the_newest_migration_of_one_line():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_migrations_make_the_tables_as_they_are_written(tmp_path: Path):
    migrated, written = tmp_path / "data" / "tingwen.db", tmp_path / "written.db"
    prepare(migrated)
    engine = create_engine(f"sqlite:///{written}")
    metadata.create_all(engine)
    engine.dispose()

    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []
    assert _shapes(migrated) == _shapes(written)


def _shapes(file: Path) -> set[tuple[str, bool]]:
    """Tables, and whether they do without a rowid: a counter would tell the order in which people spoke."""
    connection = sqlite3.connect(file)
    try:
        tables = connection.execute("PRAGMA table_list").fetchall()
    finally:
        connection.close()
    own = [(name, bool(without)) for _, name, _, _, without, _ in tables]
    return {one for one in own if not one[0].startswith(("sqlite_", "alembic_"))}


# -- reading code -------------------------------------------------------------------------------------------------


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Calls of that name, however it was imported."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if (
                called == name
            ):
                yield node
            case _:
                pass


def _imported(tree: ast.AST) -> Iterator[str]:
    """The top-level names of the packages that are imported."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.split(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.split(".")[0]
            case _:
                pass


def _strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts of the program itself: no docstrings, neither of modules nor of fields."""
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in notes:
            yield node


@pytest.mark.parametrize(
    ("look", "planted", "innocent"),
    [
        (lambda t: any(_calls(t, "Redacted")), "m.Redacted(x)", "x: Redacted = redact(y).text"),
        (lambda t: any(IDEOGRAPH.search(s.value) for s in _strings(t)), "a = f'您{b}'", "'您好'\n# 您"),
        (lambda t: any(_leaves(c.func) for c in ast.walk(t) if isinstance(c, ast.Call)), "datetime.now()", "a.now"),
        (lambda t: any(_leaves(c.func) for c in ast.walk(t) if isinstance(c, ast.Call)), "open(x)", "a.open(x)"),
    ],
)  # fmt: skip
def test_these_guards_can_fail(look: Callable[[ast.AST], bool], planted: str, innocent: str):
    assert look(ast.parse(planted))
    assert not look(ast.parse(innocent))
