"""The page of figures: what was found is kept beside it as JSON, and both languages and the plot are drawn from that.

So a subject can be measured again by itself, and what is written about the figures stays as somebody wrote it: only what is
between the two marks is made here.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Literal

from tests.bench.machine import Machine
from tests.bench.rows import PARTS, ROWS, Found, Goal, Told

Language = Literal["en", "zh"]

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
PEER = PARTS[-1]

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "columns": "what | floor | Tingwen | figure | goal | ambition | reached",
        "beside": "what | the peer | Tingwen | figure | goal | ambition | reached",
        "yes": "yes", "no": "**no**", "more": "yes, the ambition too", "missing": "not measured yet",
        "messages": "messages", "people": "people", "answers": "answers", "s": "s", "ms": "ms", "MB": "MB",
        "machine": "Measured on {day}: {processor}, {processors} processors, {memory} GB, {system}; {syncs:,} fdatasync a "
                   "second; Python {python}, SQLite {sqlite} (WAL, synchronous=FULL); {libraries}. Pinned to one processor "
                   "where a row does not say two; medians of up to {rounds} rounds, of what takes minutes one to three.",
        "plot": "How far each row is from its goal",
        "axis": "left of the line: the goal is reached",
    },
    "zh": {
        "columns": "量什么 | 底线 | 听问 | 数 | 目标 | 更高的目标 | 到了吗",
        "beside": "量什么 | 对照的机器人 | 听问 | 数 | 目标 | 更高的目标 | 到了吗",
        "yes": "到了", "no": "**没到**", "more": "更高的也到了", "missing": "还没量",
        "messages": "条", "people": "人", "answers": "条", "s": "秒", "ms": "毫秒", "MB": "MB",
        "machine": "{day} 测于：{processor}，{processors} 个处理器，{memory} GB，{system}；每秒 fdatasync {syncs:,} 次；"
                   "Python {python}，SQLite {sqlite}（WAL，synchronous=FULL）；{libraries}。没写两个处理器的都绑在一个上；"
                   "取至多 {rounds} 轮的中位数，要几分钟的只有一到三轮。",
        "plot": "每一行离目标多远",
        "axis": "线的左边：到了目标",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is known: the machine, the rounds, and each row that was found."""

    machine: Machine
    rounds: int
    found: Mapping[str, Found]

    def renewed(self, machine: Machine, rounds: int, found: Iterable[Found]) -> "Figures":
        """With these rows in place of the old ones; rows that nobody knows any more go."""
        both = {**self.found, **{one.key: one for one in found}}
        return Figures(machine, rounds, {key: both[key] for key in ROWS if key in both})


def kept(page: Path = PAGE) -> Figures | None:
    """What stands beside the page."""
    file = page.with_suffix(".json")
    if not file.exists():
        return None
    plain = json.loads(file.read_text("utf-8"))
    found = {one["key"]: Found(**one) for one in plain["found"]}
    return Figures(Machine(**plain["machine"]), plain["rounds"], found)


def write(figures: Figures, page: Path = PAGE) -> None:
    """The JSON, the plot, and what is between the marks of both pages."""
    plain = {
        "machine": asdict(figures.machine),
        "rounds": figures.rounds,
        "found": [asdict(one) for one in figures.found.values()],
    }
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    page.with_suffix(".json").write_text(text + "\n", "utf-8")
    page.with_suffix(".svg").write_text(plot(figures), "utf-8")
    for language, name in (("en", page.name), ("zh", f"{page.stem}.zh-CN.md")):
        sibling = page.with_name(name)
        sibling.write_text(filled(sibling.read_text("utf-8"), figures, language), "utf-8")


def filled(text: str, figures: Figures, language: Language) -> str:
    """The page with these figures between its marks."""
    before, rest = text.split(f"{BEGIN}\n")
    after = rest.split(f"{END}\n")[1]
    return f"{before}{BEGIN}\n{between(figures, language)}{END}\n{after}"


def between(figures: Figures, language: Language) -> str:
    """The machine, and a table for each part."""
    words = _WORDS[language]
    facts = asdict(figures.machine)
    said = [words["machine"].format(rounds=figures.rounds, **facts), ""]
    for part in PARTS:
        columns = words["beside" if part is PEER else "columns"]
        said += [
            f"### {part.en if language == 'en' else part.zh}",
            "",
            f"| {columns} |",
            "|---" * (columns.count("|") + 1) + "|",
        ]
        for key, told in part.rows.items():
            said.append(f"| {' | '.join(_cells(told, figures.found.get(key), language))} |")
        said.append("")
    return "\n".join(said)


def _cells(told: Told, found: Found | None, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    yield told.en if language == "en" else told.zh
    if found is None:
        yield from (words["missing"], "", "", "", "", "")
        return
    yield from (found.floor, found.product)
    unit = f" {words[told.unit]}" if told.unit else " ×"
    yield f"{found.figure:.{told.digits}f}{unit}"
    goal = told.goal
    if goal is None:
        yield from ("", "", "")
        return
    yield f"{_sign(goal)} {goal.bound:g}"
    yield f"{_sign(goal)} {goal.ambition:g}" if goal.ambition is not None else ""
    reached, more = goal.reached(found.figure), goal.surpassed(found.figure)
    yield words["more" if reached and more else "yes" if reached else "no"]


def _sign(goal: Goal) -> str:
    return "≥" if goal.least else "≤"


# -- the plot -------------------------------------------------------------------------

_LEFT, _WIDTH, _STEP, _TOP = 190, 560, 21, 58
_LEAST, _MOST = 0.01, 20.0


def plot(figures: Figures) -> str:
    """A line each for rows with a goal: where the figure is as a share of the goal, on a scale of tenfold steps."""
    shown = [
        (key, goal.share(max(one.figure, 1e-9)), goal.reached(one.figure))
        for key, one in figures.found.items()
        if (goal := ROWS[key].goal) and goal.bound
    ]
    height = _TOP + _STEP * len(shown) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 70} {height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="16" y="24" font-size="16" fill="#1a1a1a">{_WORDS["en"]["plot"]}</text>',
        f'<text x="16" y="42" fill="#5f6b76">{_WORDS["en"]["axis"]}</text>',
    ]
    for share in (0.01, 0.1, 1.0, 10.0):
        x = _place(share)
        colour, thick = ("#1a1a1a", 2) if share == 1 else ("#dde3e9", 1)
        lines += [
            f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{height - 24}" stroke="{colour}" stroke-width="{thick}"/>',
            f'<text x="{x}" y="{height - 8}" text-anchor="middle" fill="#5f6b76">{share:g}</text>',
        ]
    for at, (key, share, reached) in enumerate(shown):
        y = _TOP + at * _STEP
        x = _place(share)
        colour = "#1f4e79" if reached else "#c55a11"
        start = min(x, _place(1.0))
        lines += [
            f'<text x="{_LEFT - 12}" y="{y + 11}" text-anchor="end" fill="#1a1a1a">{escape(key)}</text>',
            f'<rect x="{start}" y="{y + 1}" width="{abs(x - _place(1.0)):.1f}" height="12" fill="{colour}"/>',
            f'<text x="{_LEFT + _WIDTH + 12}" y="{y + 11}" fill="#5f6b76">{share:.2g}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _place(share: float) -> float:
    """Across the sheet."""
    bound = min(max(share, _LEAST), _MOST)
    whole = math.log10(_MOST / _LEAST)
    return round(_LEFT + _WIDTH * math.log10(bound / _LEAST) / whole, 1)
