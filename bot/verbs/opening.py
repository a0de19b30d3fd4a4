"""What the verbs begin with: a configuration that can be run with, or all that is wrong with it; and why a database is none."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from bot.content.loader import content_problems, load_explanations, settings_problems
from bot.settings import Storage
from bot.settings.problem import Problem
from bot.settings.reading import Loaded, load, read
from bot.verbs.check import spoken


def opened(
    config: Path, environment: Mapping[str, str], *, keys: bool = True
) -> tuple[Loaded | None, tuple[Problem, ...]]:
    """The configuration; None where a mistake in it is grave. `keys`: those of another database are one too."""
    loaded = load(config, environment)
    settings = loaded.settings
    problems = (
        *loaded.problems,
        *settings_problems(settings),
        *content_problems(settings.content.surveys),
    )
    if keys and isinstance(settings.storage.place, str):
        from bot.app.service import (
            keys_problems,  # the whole house, which whoever opens a server needs anyway
        )

        problems += keys_problems(settings, loaded.secrets)
    usable = all(problem.warning for problem in problems)
    return (loaded if usable else None), problems


def refused(error: Exception) -> str:
    """A database that no verb can work with, in a sentence, and what to do; empty where it is something else that went wrong."""
    from storage.postgres import Unfit  # its driver is not needed until something goes wrong
    from storage.schema import HEAD, Newer

    match error:
        case Newer():
            name, facts = "doctor_newer", {"version": str(error), "head": HEAD}
        case Unfit():
            name, facts = "doctor_unreadable", {"error": str(error)}
        case _:
            return ""
    words, language = load_explanations(), spoken(os.environ)
    return " ".join(
        words.say(language, f"{name}.{part}", **facts) for part in ("reason", "remedy")
    )


def sample(
    folder: Path | None, environment: Mapping[str, str], *, campaign: bool = True
) -> Loaded:
    """The invented town of the demo; its data lie in `folder`, or in a new temporary one.

    Without its campaign the five asks are open at any time.
    """
    text = (files("bot.content.demo") / "config.toml").read_text(encoding="utf-8")
    place = folder or Path(tempfile.mkdtemp(prefix="tingwen-"))
    loaded = read(text, file="demo/config.toml", folder=place, environment=environment)
    storage = Storage(
        url=f"sqlite+aiosqlite:///{place}/data/tingwen.db",
        key_dir=place / "keys",
        data_dir=place / "data",
    )
    rounds = loaded.settings.rounds if campaign else ()
    return replace(loaded, settings=replace(loaded.settings, storage=storage, rounds=rounds))
