"""The words that only WeCom needs: its menu, what stands on cards, and what the channel says by itself.

What the bot says in a talk is not here but in `texts`. One file a language, the same keys in each. In `problems/`
stand the findings of the platform check, written as in `bot/content/problems`.
"""

import tomllib
from importlib.resources import files

LANGUAGES = ("zh", "en")


def words() -> dict[str, dict[str, str]]:
    """Language -> key -> text, Chinese first."""
    here = files("bot.content.wecom")
    return {
        lang: tomllib.loads((here / f"{lang}.toml").read_text(encoding="utf-8"))
        for lang in LANGUAGES
    }
