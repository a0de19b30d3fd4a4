"""The office and what many say: look at themes, give one a better title, put two together, take one apart."""

from dataclasses import replace

from bot.core.messages import Button
from bot.core.people import Deed, somewhere
from handlers.desk.base import CONFIRM, Answer, Asking, Command, pairs
from storage.themes import KeptTheme

LISTED = 8
"""Themes on one screen, the most said first."""

VOICES = 9
"""Opinions shown of one theme, by number, so that some can be taken out."""

CUT = 60
"""Characters of each."""

LONGEST = 24
"""Characters of a title."""


def _themes(asking: Asking) -> Answer:
    """主题: those of the newest period, or one of them and what can be done with it."""
    match asking.rest:
        case [number, *rest] if theme := _theme(asking, number):
            return _one(asking, theme, rest)
        case _:
            return _list(asking)


def _one(asking: Asking, theme: KeptTheme, rest: list[str]) -> Answer:
    match rest:
        case ["改名", *title]:
            return _rename(asking, theme, " ".join(title) or asking.free)
        case ["并入", number] if other := _other(asking, theme, number):
            return _merge_sure(asking, theme, other)
        case ["并入", number, word] if word == CONFIRM and (
            other := _other(asking, theme, number)
        ):
            return _merge(asking, theme, other)
        case ["并入"] if other := _other(asking, theme, asking.free):
            return _merge_sure(asking, theme, other)
        case ["并入", *_]:
            return _merge_which(asking, theme)
        case ["拆开", *numbers]:
            return _split(asking, theme, numbers or asking.free.split())
        case _:
            return _show(asking, theme)


def _list(asking: Asking, before: str = "") -> Answer:
    period = _newest(asking)
    counts = asking.work.themes.numbers(period) if period else {}
    ranked = sorted(counts, key=lambda number: (-counts[number], number))[:LISTED]
    found = [theme for number in ranked if (theme := asking.work.themes.find(number))]
    if not found:
        text = "\n".join(part for part in (before, asking.say("themes.none")) if part)
        return Answer(text=text, menu=True)
    lines = [
        asking.say(
            "themes.line",
            number=str(theme.number),
            title=theme.title,
            count=str(counts[theme.number]),
            periods=str(theme.periods),
        )
        for theme in found
    ]
    head = asking.say("themes.head", period=period)
    buttons = [Button(f"{t.number} {t.title}"[:14], f"主题 {t.number}") for t in found]
    text = "\n".join(part for part in (before, head, *lines) if part)
    return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)))


def _show(asking: Asking, theme: KeptTheme, before: str = "") -> Answer:
    said = _voices(asking, theme)
    text = "\n".join(
        part
        for part in (
            before,
            asking.say("themes.one", number=str(theme.number), title=theme.title),
            *(f"{at} {words}" for at, words in enumerate(said, 1)),
        )
        if part
    )
    says = f"主题 {theme.number}"
    buttons = [
        asking.button("themes.rename", f"{says} 改名"),
        asking.button("themes.merge", f"{says} 并入"),
        *([asking.button("themes.split", f"{says} 拆开")] if len(said) > 1 else []),
        *(
            [asking.button("themes.ways", f"去向 t{theme.number}")]
            if _waits(asking, theme)
            else []
        ),
        asking.button("themes.others", "主题"),
    ]
    return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)))


def _waits(asking: Asking, theme: KeptTheme) -> bool:
    """Whether they may say what becomes of it, and some of it still has no way."""
    mine = somewhere(asking.member.staff, Deed.LIST_PROBLEMS)
    return mine and bool(asking.work.problems.unjudged_of(theme.number))


def _rename(asking: Asking, theme: KeptTheme, title: str) -> Answer:
    if not title:
        text = asking.say("themes.title_wanted", title=theme.title, most=str(LONGEST))
        return Answer(text=text, awaits=f"主题 {theme.number} 改名")
    asking.work.themes.rename(theme.number, title[:LONGEST])
    _noted(asking, "rename")
    return _show(asking, replace(theme, title=title[:LONGEST]), asking.say("themes.renamed"))


def _merge_which(asking: Asking, theme: KeptTheme) -> Answer:
    """Into which: those of the same topic first."""
    others = [one for one in asking.work.themes.newest(200) if one.number != theme.number]
    others.sort(key=lambda one: (one.topic != theme.topic, -one.opinions, one.number))
    says = f"主题 {theme.number} 并入"
    buttons = [
        Button(f"{o.number} {o.title}"[:14], f"{says} {o.number}") for o in others[:LISTED]
    ]
    text = asking.say("themes.merge_which", number=str(theme.number), title=theme.title)
    return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)), awaits=says)


def _merge_sure(asking: Asking, theme: KeptTheme, other: KeptTheme) -> Answer:
    text = asking.say(
        "themes.merge_sure",
        number=str(theme.number),
        title=theme.title,
        other=str(other.number),
        into=other.title,
    )
    sure = asking.button(
        "themes.merge_yes", f"主题 {theme.number} 并入 {other.number} {CONFIRM}"
    )
    return Answer(text=text, rows=((sure, asking.back()),))


def _merge(asking: Asking, theme: KeptTheme, other: KeptTheme) -> Answer:
    asking.work.themes.merge(theme.number, other.number)
    _noted(asking, "merge")
    return _show(asking, other, asking.say("themes.merged"))


def _split(asking: Asking, theme: KeptTheme, numbers: list[str]) -> Answer:
    """The opinions of these numbers become a theme of their own; some must stay."""
    period = _newest(asking)
    said = asking.work.themes.texts(period, theme.number, VOICES)
    wanted = {int(number) - 1 for number in numbers if number.isdecimal()}
    out = [one for at, one in enumerate(said) if at in wanted]
    if not out or len(out) >= theme.opinions:
        text = asking.say("themes.split_which", title=theme.title)
        lines = "\n".join(f"{at} {w}" for at, w in enumerate(_voices(asking, theme), 1))
        return Answer(text=f"{text}\n{lines}", awaits=f"主题 {theme.number} 拆开")
    made = KeptTheme(
        number=asking.work.themes.last() + 1,
        topic=theme.topic,
        title=out[0][1][:LONGEST],
        opinions=len(out),
        latest=period,
        representative=out[0][0],
    )
    asking.work.themes.split(theme.number, [id for id, _ in out], made)
    _noted(asking, "split")
    return _show(asking, made, asking.say("themes.was_split", number=str(theme.number)))


def _noted(asking: Asking, how: str) -> None:
    asking.note(Deed.SORT, theme=how)


def _voices(asking: Asking, theme: KeptTheme) -> list[str]:
    said = asking.work.themes.texts(_newest(asking), theme.number, VOICES)
    return [text if len(text) <= CUT else f"{text[:CUT]}…" for _, text in said]


def _newest(asking: Asking) -> str:
    """The newest period that has a digest; empty before the first."""
    return next(iter(reversed(asking.work.digests.periods())), "")


def _theme(asking: Asking, number: str) -> KeptTheme | None:
    return asking.work.themes.find(int(number)) if number.isdecimal() else None


def _other(asking: Asking, theme: KeptTheme, number: str) -> KeptTheme | None:
    other = _theme(asking, number)
    return other if other and other.number != theme.number else None


THEMES = Command(name="themes", words=("主题", "themes"), deed=Deed.SORT, answer=_themes)
