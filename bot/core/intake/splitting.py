"""Many lines into opinions: by their numbers, their bullets, empty lines; else a line is one.

A cut is a suggestion somebody looks at: two can be joined, one cut, one dropped. Words are never changed; a number or a
bullet before them goes. Headings are left out, and that is said.

    >>> split("1. 检查太多\\n2. 食堂涨价\\n没有讲").opinions
    ('检查太多', '食堂涨价\\n没有讲')
"""

import re
from dataclasses import dataclass
from itertools import pairwise

_MARKS = (
    ("chapter", r"[一二三四五六七八九十]{1,3}[、．.]"),
    ("section", r"[（(][一二三四五六七八九十]{1,3}[）)]"),
    ("ordinal", r"(?:第[一二三四五六七八九十]{1,3}|其[一二三四五六七八九十])(?:[、，,：:．.]|是)"),
    ("circle", r"[\u2460-\u2473]"),
    ("bracket", r"[（(]\d{1,3}[）)]"),
    ("number", r"\d{1,3}(?:[、．)）]|[.:：](?!\d)|\s(?=\S*[\u3400-\u9fff]))"),
    ("bullet", r"(?:[•·●○◆◇■□▪▸►➤✓√*]|[-–—](?=\s|[\u3400-\u9fff]))"),
)  # fmt: skip
_MARK = re.compile(
    r"\s*(?:" + "|".join(f"(?P<{name}>{mark})" for name, mark in _MARKS) + r")\s*"
)
_HEADING = 16
"""Characters of a numbered line that may be a heading of those below it."""

_ENDS = "。！？；!?;…”"
_SENTENCE = re.compile(rf".+?(?:[{_ENDS}]+|$)", re.DOTALL)
_ABOUT = ("记录", "纪要", "座谈会", "意见建议", "如下", "汇总")


@dataclass(frozen=True, slots=True)
class Split:
    """What lines became."""

    opinions: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    """Headings: they are about what follows, and no opinion."""


def split(text: str) -> Split:
    """Opinions, in their order."""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    marks = [_mark(line) for line in lines]
    kinds = list(dict.fromkeys(kind for kind in marks if kind))
    if sum(1 for kind in marks if kind) >= 2:
        return _numbered(lines, marks, kinds)
    if _paragraphs(lines) > 1 and any(line and after for line, after in pairwise(lines)):
        return _told([_joined(block) for block in _blocks(lines)])
    return _told([line for line in lines if line])


def sentences(text: str) -> tuple[str, ...]:
    """One opinion by its sentences."""
    found = (one.strip() for one in _SENTENCE.findall(text))
    return tuple(one for one in found if one)


def _numbered(lines: list[str], marks: list[str], kinds: list[str]) -> Split:
    """A mark of the outermost kind begins an opinion; where it is only a heading, the marks below it do."""
    found: list[list[str]] = []
    left_out: list[str] = []
    inside = False
    for at, (line, kind) in enumerate(zip(lines, marks, strict=True)):
        if not line:
            continue
        bare = _MARK.sub("", line, count=1) if kind else line
        outer = kind == kinds[0]
        if outer and _is_heading(bare) and _next(marks, lines, at) not in ("", kind):
            left_out.append(line)
            inside = True
        elif outer or (kind and inside):
            inside = inside and not outer
            found.append([bare])
        elif found:
            found[-1].append(line)
        elif _is_about(line):
            left_out.append(line)
        else:
            found.append([line])
    return Split(tuple(filter(None, map(_joined, found))), tuple(left_out))


def _told(pieces: list[str]) -> Split:
    """A first line that only says what follows is none of them."""
    if len(pieces) > 1 and _is_about(pieces[0]):
        return Split(tuple(filter(None, map(_bare, pieces[1:]))), (pieces[0],))
    return Split(tuple(filter(None, map(_bare, pieces))))


def _mark(line: str) -> str:
    found = _MARK.match(line)
    return found.lastgroup or "" if found else ""


def _next(marks: list[str], lines: list[str], at: int) -> str:
    """The kind of the next line that says anything."""
    following = zip(marks[at + 1 :], lines[at + 1 :], strict=True)
    return next((kind for kind, line in following if line), "")


def _is_heading(bare: str) -> bool:
    return len(bare) <= _HEADING and not bare.endswith(tuple(_ENDS))


def _is_about(line: str) -> bool:
    short = len(line) <= 40 and not line.endswith(tuple(_ENDS))
    return short and (line.endswith(("：", ":")) or any(word in line for word in _ABOUT))


def _paragraphs(lines: list[str]) -> int:
    return len(_blocks(lines))


def _blocks(lines: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in lines:
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [block for block in found if block]


def _bare(text: str) -> str:
    return _MARK.sub("", text, count=1).strip() if _MARK.match(text) else text.strip()


def _joined(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line).strip()
