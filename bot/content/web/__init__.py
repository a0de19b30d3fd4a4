"""The words a page or terminal says by itself: labels, "not sent yet", the demo's headings.

What the bot says is not here but in `texts`. One file a language, the same keys in each.
"""

import tomllib
from importlib.resources import files

LANGUAGES = ("zh", "en")


def words() -> dict[str, dict[str, str]]:
    """Language -> key -> text, Chinese first."""
    here = files("bot.content.web")
    return {
        lang: tomllib.loads((here / f"{lang}.toml").read_text(encoding="utf-8"))
        for lang in LANGUAGES
    }
