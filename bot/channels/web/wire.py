"""What a browser may say to us, read strictly: anything else is refused, never guessed.

`{"key", "message", and one of: "text" | "tap": {"says", "screen"} | "edited" | "media": {"what"} |
"media": {"what", "file": {"name", "handle", "size"}} | "arrived": {"link"}}`.
"""

import json
import re
from collections.abc import Mapping
from typing import cast, get_args

from bot.core.messages import (
    Address,
    Arrived,
    Body,
    Button,
    Edited,
    Incoming,
    Media,
    Medium,
    Sent,
    Tap,
    Text,
)

TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
"""A chat's address: at least 128 bits of chance, made by the browser."""
_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")
_HANDLE = re.compile(r"[A-Za-z0-9_-]{0,64}")
_KINDS = ("text", "tap", "edited", "media", "arrived")


class Malformed(ValueError):
    """Not something our page sends."""


def incoming(token: str, content: bytes) -> Incoming:
    """Read one delivery. Raises `Malformed`."""
    try:
        said = json.loads(content, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(said, dict):
        raise Malformed("not an object")
    fields = cast(dict[str, object], said)
    kinds = [kind for kind in _KINDS if kind in fields]
    if len(kinds) != 1 or fields.keys() - {"key", "message", kinds[0]}:
        raise Malformed("not one known kind of message")
    return Incoming(
        address=Address(channel="web", id=token),
        key=_name(fields.get("key")),
        message=_name(fields["message"]) if "message" in fields else "",
        body=_body(kinds[0], fields[kinds[0]]),
    )


def seen(content: bytes) -> str:
    """Read which message the page says it has shown. Raises `Malformed`."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    return _name(cast(dict[str, object], said).get("id") if isinstance(said, dict) else None)


def keys(rows: tuple[tuple[Button, ...], ...]) -> list[list[dict[str, str | bool]]]:
    """Buttons as the page draws them."""
    return [
        [{"label": key.label, "says": key.says, "quiet": key.quiet} for key in row]
        for row in rows
    ]


def _body(kind: str, value: object) -> Body:
    match kind, value:
        case "text", str(text):
            return Text(_whole(text))
        case "edited", str(text):
            return Edited(_whole(text))
        case "tap", {"says": str(says), "screen": str(screen), **rest} if not rest:
            return Tap(_whole(says), _whole(screen))
        case "media", {"what": str(what), **rest} if what in get_args(Medium) and not rest:
            return Media(cast(Medium, what))
        case "media", {"what": "file", "file": dict(file), **rest} if not rest:
            return Media("file", file=_file(cast(dict[str, object], file)))
        case "arrived", {"link": str(link), **rest} if len(link) <= 200 and not rest:
            return Arrived(_whole(link))
        case _:
            raise Malformed(f"{kind} is not as agreed")


def _file(value: dict[str, object]) -> Sent:
    """A file by its handle; without one where it was too large to be sent at all."""
    match value:
        case {"name": str(name), "handle": str(handle), "size": int(size), **rest} if (
            not rest and size >= 0 and len(name) <= 255 and _HANDLE.fullmatch(handle)
        ):
            return Sent(_whole(name), handle, size)
        case _:
            raise Malformed("a file is not as agreed")


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Malformed("a name is missing or too wild")
    return value


def _whole(text: str) -> str:
    """Half an emoji (a lone surrogate, which JSON can carry) cannot be stored; the rest of the words can."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_repeats(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    if len(pairs) != len({key for key, _ in pairs}):
        raise Malformed("a field is written twice")
    return dict(pairs)
