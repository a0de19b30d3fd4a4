"""How the bot introduces itself: commands and descriptions, Chinese for everyone and English where that is asked for.

The platform remembers them, so they are read first and written only where they differ: writing is rationed.
"""

from collections.abc import Mapping

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

COMMANDS = (
    "start", "skip", "back", "submit", "stop", "receipt", "rate", "visit", "vote", "hotline", "help", "zh",
    "en",
)  # fmt: skip
"""In the order of the menu; `command_...` in the words says what each does."""
LANGUAGES = {None: "zh", "zh": "zh", "en": "en"}
"""The platform's language code (none: all others) to ours."""
GROUP_COMMANDS = ("office", "digest", "progress")
SCOPES = (
    (BotCommandScopeAllPrivateChats(), COMMANDS),
    (BotCommandScopeAllGroupChats(), GROUP_COMMANDS),
)
"""What is offered where."""

Words = Mapping[str, Mapping[str, str]]
"""Language -> key -> text."""


async def introduce(bot: Bot, words: Words) -> None:
    """Bring the profile up to date. Raises `TelegramError`."""
    for code, language in LANGUAGES.items():
        said = words[language]
        await _commands(bot, code, said)
        known = await bot.get_my_description(language_code=code)
        if known.description != said["description"]:
            await bot.set_my_description(said["description"], language_code=code)
        short = await bot.get_my_short_description(language_code=code)
        if short.short_description != said["short_description"]:
            await bot.set_my_short_description(said["short_description"], language_code=code)


async def _commands(bot: Bot, code: str | None, said: Mapping[str, str]) -> None:
    for scope, names in SCOPES:
        wanted = tuple(BotCommand(name, said[f"command_{name}"]) for name in names)
        if await bot.get_my_commands(scope=scope, language_code=code) != wanted:
            await bot.set_my_commands(wanted, scope=scope, language_code=code)
