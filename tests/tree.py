"""The tree on the architecture page: what it shows, what there is, and `python -m tests.tree` to bring it up to date.

A line that stands there stays as somebody wrote it; a new file gets the first words of its docstring, to be said
better by hand.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "storage")
PAGE = ROOT / "docs" / "architecture.md"

_BLOCK = re.compile(r"(?<=^```\n)bot/\n.*?(?=^```)", re.MULTILINE | re.DOTALL)
_COLUMN = 24


def real() -> Iterator[str]:
    """Every file of code and every folder that holds something. A folder's line speaks for its __init__.py too."""
    for room in ROOMS:
        yield f"{room}/"
        for path in sorted((ROOT / room).rglob("*")):
            inside = path.relative_to(ROOT)
            if "__pycache__" in inside.parts or "versions" in inside.parts[:-1]:
                continue
            if path.is_dir() and any(one.name != "__pycache__" for one in path.iterdir()):
                yield f"{inside}/"
            elif path.suffix == ".py" and path.name != "__init__.py":
                yield str(inside)


def shown(page: str) -> dict[str, str]:
    """Path and half-line, as they stand on the page."""
    block = _BLOCK.search(page)
    assert block is not None, f"{PAGE} has no block that begins with bot/"
    lines: dict[str, str] = {}
    above: list[str] = []
    for line in block[0].splitlines():
        name, _, half_line = line.strip().partition(" ")
        depth = (len(line) - len(line.lstrip())) // 2
        lines["".join([*above[:depth], name])] = half_line.strip()
        above[depth:] = [name]
    return lines


def renewed(page: str) -> str:
    """The page with a line for each file there is, and none for others."""
    old, now = shown(page), set(real())
    kept = [path for path in old if path in now]
    for path in sorted(now - old.keys()):
        kept.insert(_place(kept, path), path)
    return _BLOCK.sub(lambda _: "".join(_line(path, old) for path in kept), page)


def _place(paths: list[str], new: str) -> int:
    """Behind the last line of its folder; a file goes before the folders beside it."""
    folder = _folder(new)
    first = paths.index(folder) + 1
    inside = [at for at in range(first, len(paths)) if paths[at].startswith(folder)]
    if not new.endswith("/"):
        inside = [at for at in inside if _folder(paths[at]) == folder and paths[at][-1] != "/"]
    return inside[-1] + 1 if inside else first


def _line(path: str, known: dict[str, str]) -> str:
    depth = path.rstrip("/").count("/")
    name = f"{'  ' * depth}{path.removeprefix(_folder(path))}"
    said = known[path] if path in known else purpose(path)
    return f"{name:<{_COLUMN - 1}} {said}".rstrip() + "\n"


def _folder(path: str) -> str:
    head, slash, _ = path.rstrip("/").rpartition("/")
    return head + slash


def purpose(path: str) -> str:
    """The first line of the file's docstring, without its full stop."""
    file = ROOT / path / "__init__.py" if path.endswith("/") else ROOT / path
    if not file.exists():
        return ""
    stated = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    said = stated.partition("\n")[0].partition(". ")[0].rstrip(".")
    return said[:1].lower() + said[1:] if said[1:2].islower() else said


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
