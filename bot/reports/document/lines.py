"""Where a line of Chinese ends: between any two characters, but not before a full stop, nor after an opening bracket, nor
inside a word or a number of Latin letters.
"""

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(r"[0-9A-Za-z.,:/%+@_-]+|.", re.DOTALL)


def lines(
    text: str,
    width: float,
    measure: Callable[[str], float],
    *,
    first: float = 0.0,
    not_first: str = "",
    not_last: str = "",
) -> Iterator[str]:
    """The text in lines of that width; the first is shorter by `first`. A line end in the text ends a line.

    `not_first` may not begin a line, `not_last` may not end one. Nothing is lost but the spaces at which a line ends.

    >>> list(lines("\\u4e00\\u4e8c\\u4e09\\u3002\\u56db", 3, len, not_first="\\u3002"))
    ['\\u4e00\\u4e8c', '\\u4e09\\u3002\\u56db']
    """
    for paragraph in text.split("\n"):
        line: list[str] = []
        room = width - first
        for token in _parts(paragraph, width, measure):
            if line and measure("".join(line) + token) > room:
                if not token.strip():
                    continue
                held = _held(line, token, not_first, not_last)
                yield "".join(line[: len(line) - held]).rstrip(" ")
                line, room = line[len(line) - held :], width
            line.append(token)
        yield "".join(line)
        first = 0.0


def _held(line: list[str], token: str, not_first: str, not_last: str) -> int:
    """How many tokens at the end of the line go over to the next one, so that it begins and this one ends well."""
    held = 0
    while held < len(line) - 1:
        begins = line[len(line) - held] if held else token
        ends = line[len(line) - held - 1]
        if begins[0] not in not_first and ends[-1] not in not_last:
            return held
        held += 1
    return 0


def _parts(paragraph: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Words and characters; a word longer than a line in its characters."""
    for token in _TOKEN.findall(paragraph):
        if len(token) > 1 and measure(token) > width:
            yield from token
        else:
            yield token
