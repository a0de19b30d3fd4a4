"""The words of the page itself: its door, its switches, what it says when something did not go.

What is asked and answered is not here but in `texts`. One file a language, the same keys in each; {office} and {phone} may
stand anywhere.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

LANGUAGES = ("zh", "en")


def words(place: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Language -> key -> text, Chinese first; `place`: language -> the office's name and telephone."""
    here = files("bot.content.page")
    return {
        lang: {
            key: _placed(text, place[lang])
            for key, text in tomllib.loads(
                (here / f"{lang}.toml").read_text(encoding="utf-8")
            ).items()
        }
        for lang in LANGUAGES
    }


def _placed(text: str, known: Mapping[str, str]) -> str:
    for name in ("office", "phone"):
        text = text.replace("{" + name + "}", known[name])
    return text
