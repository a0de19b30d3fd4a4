"""`tingwen check`: every mistake in configuration and content in one go, a line each.

config.toml: units[2].parent: There is no unit with the id "yizhong". Add it to [[units]], or ...

With `--online` the platforms are asked besides: token, webhook, rights. That changes nothing and takes no message.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.content.loader import content_problems, load_explanations, settings_problems
from bot.content.wording import Texts
from bot.core.survey import LANGUAGES, Language
from bot.settings.problem import Problem
from bot.settings.reading import load


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen check`."""
    where(parser)
    help = load_explanations().say(spoken(os.environ), "check.online")
    parser.add_argument("--online", action="store_true", help=help)


def where(parser: ArgumentParser) -> None:
    """Which configuration is looked at, and in which language it is told."""
    words, language = load_explanations(), spoken(os.environ)
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("config.toml"),
        help=words.say(language, "check.config"),
    )
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=language,
        help=words.say(language, "check.language"),
    )


def run(args: Namespace) -> int:
    """Prints what is wrong; 0 where nothing but warnings is."""
    problems = find(args.config, os.environ)
    if args.online:
        problems += ask(args.config, os.environ)
    sys.stdout.writelines(f"{line}\n" for line in report(problems, args.lang))
    return int(any(not problem.warning for problem in problems))


def find(config: Path, environment: Mapping[str, str]) -> tuple[Problem, ...]:
    """All that is wrong with the file, with the environment, and with the content."""
    loaded = load(config, environment)
    settings = loaded.settings
    found = (
        *loaded.problems,
        *settings_problems(settings),
        *content_problems(settings.content.surveys),
    )
    if isinstance(settings.storage.place, Path):
        return found
    from bot.app.service import (
        keys_problems,  # the whole house; nobody else who checks needs it
    )

    return (*found, *keys_problems(settings, loaded.secrets))


def ask(config: Path, environment: Mapping[str, str]) -> tuple[Problem, ...]:
    """All that the platforms say is wrong."""
    from bot.app.mouths import asked_online  # the whole house; nobody else who checks needs it

    loaded = load(config, environment)
    return asyncio.run(asked_online(loaded.settings, loaded.secrets))


def report(problems: tuple[Problem, ...], language: Language) -> Iterator[str]:
    """The lines for people, the last one sums up."""
    words = load_explanations()
    for problem in problems:
        yield explain(problem, words, language)
    warnings = sum(problem.warning for problem in problems)
    if problems:
        errors = len(problems) - warnings
        yield words.say(language, "check.found", errors=errors, warnings=warnings)
    else:
        yield words.say(language, "check.none")


def explain(problem: Problem, words: Texts, language: Language) -> str:
    """One problem on one line: where, what, and what to do."""
    facts = dict(problem.facts)
    place = ": ".join(filter(None, (problem.file, problem.key)))
    level = words.say(language, "check.warning") if problem.warning else ""
    reason = words.say(language, f"{problem.fault}.reason", **facts)
    remedy = words.say(language, f"{problem.fault}.remedy", **facts)
    return words.say(
        language, "check.line", place=place, level=level, reason=reason, remedy=remedy
    )


def spoken(environment: Mapping[str, str]) -> Language:
    """English where the environment asks for it; Chinese is the language of those this is made for."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((value for name in names if (value := environment.get(name))), "")
    return "en" if asked.startswith("en") else "zh"
