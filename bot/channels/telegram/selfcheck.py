"""What is wrong between us and Telegram, found by asking the platform: for `tingwen check --online`.

Only asks, changes nothing, and takes no updates (a second taker would cut off the running service). The sentences
stand in `bot/content/telegram/problems`.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from telegram import ChatMember, ChatMemberRestricted, User, WebhookInfo
from telegram.error import TelegramError

from bot.channels.telegram.api import Api
from bot.channels.telegram.failures import wrong_token
from bot.channels.telegram.request import Lines, Refused
from bot.channels.telegram.webhook import PATH
from bot.settings import Settings
from bot.settings.problem import Problem
from bot.settings.secret import NAMES, Secrets

TOKEN = re.compile(r"\d{5,16}:[A-Za-z0-9_-]{30,64}")
"""What BotFather gives out."""
PORTS = (443, 80, 88, 8443)
"""Where the platform delivers (core.telegram.org/bots/api#setwebhook); a server of one's own delivers anywhere."""
MANY = 100
"""Updates that may wait without being worth a word."""
PATIENCE = 10.0
"""Seconds for one question; somebody sits at the terminal."""
OFFICIAL = "https://api.telegram.org"


async def find(
    settings: Settings, secrets: Secrets, groups: Iterable[int] = ()
) -> tuple[Problem, ...]:
    """All findings, in the order to mend them; none where no token is set. `groups`: the office's group chats."""
    token = secrets.telegram_token
    if not token:
        return ()
    if not TOKEN.fullmatch(token):
        return (_about(NAMES["telegram_token"], "", "telegram_token_shape"),)
    base = settings.telegram.api_base_url
    ear, mouth = Lines(base, count=1), Lines(base, count=2, patience=PATIENCE)
    bot = Api(token, f"{base}/bot", request=mouth, get_updates_request=ear)
    try:
        me = await bot.get_me()
        webhook = await bot.get_webhook_info()
        seats = [(group, await _seat(bot, me, group)) for group in groups]
    except TelegramError as error:
        return (_unreachable(settings, error),)
    finally:
        await ear.shutdown()
        await mouth.shutdown()
    return (
        *_rights(me),
        *_webhook(settings, webhook),
        *(problem for group, seat in seats for problem in _in_group(group, seat)),
    )


def _unreachable(settings: Settings, error: TelegramError) -> Problem:
    if wrong_token(error):
        return _about(NAMES["telegram_token"], "", "telegram_token_refused")
    if isinstance(error, Refused) and error.code == 429:
        facts = {"seconds": str(int(error.after))}
        return _about(settings.file, "telegram", "telegram_busy", facts)
    facts = {"address": settings.telegram.api_base_url, "reason": str(error)}
    return _about(settings.file, "telegram.api_base_url", _why(error), facts)


def _why(error: TelegramError) -> str:
    """What kept it from answering; the words are those of `request`."""
    said = str(error)
    if isinstance(error, Refused) or said.startswith(("HTTP", "not a whole")):
        return "telegram_other_answer"
    if said == "timed out":
        return "telegram_no_answer"
    return "telegram_certificate" if "Cert" in said else "telegram_out_of_reach"


def _rights(me: User) -> Iterator[Problem]:
    if me.can_join_groups is False:
        yield _about("Telegram", f"@{me.username}", "telegram_joins_no_group", warning=True)
    if me.can_read_all_group_messages:
        yield _about("Telegram", f"@{me.username}", "telegram_reads_groups", warning=True)


def _webhook(settings: Settings, info: WebhookInfo) -> Iterator[Problem]:
    if settings.telegram.mode == "polling":
        if info.url:
            facts = {"host": urlsplit(info.url).hostname or ""}
            yield _about(
                settings.file, "telegram.mode", "telegram_webhook_left", facts, warning=True
            )
        return
    wanted = f"{settings.web.public_url}{PATH}"
    yield from _deliverable(settings)
    if info.url != wanted:
        yield _about(
            settings.file,
            "telegram.mode",
            "telegram_webhook_unset",
            {"url": wanted},
            warning=True,
        )
    elif info.last_error_message:
        facts = {"reason": info.last_error_message, "url": wanted}
        yield _about(settings.file, "web.public_url", "telegram_webhook_failing", facts)
    if (info.pending_update_count or 0) > MANY:
        facts = {"count": str(info.pending_update_count)}
        yield _about(settings.file, "telegram.mode", "telegram_pending", facts, warning=True)


def _deliverable(settings: Settings) -> Iterator[Problem]:
    parts = urlsplit(settings.web.public_url)
    if settings.telegram.api_base_url != OFFICIAL:
        return
    if parts.scheme != "https":
        yield _about(settings.file, "web.public_url", "telegram_webhook_not_https")
    elif (parts.port or 443) not in PORTS:
        facts = {"port": str(parts.port), "known": ", ".join(map(str, PORTS))}
        yield _about(settings.file, "web.public_url", "telegram_webhook_port", facts)


async def _seat(bot: Api, me: User, group: int) -> ChatMember | None:
    """As what the bot sits in that group; None where it does not."""
    try:
        return await bot.get_chat_member(group, me.id)
    except Refused as refused:
        if wrong_token(refused) or refused.code == 429:
            raise
        return None


def _in_group(group: int, seat: ChatMember | None) -> Iterator[Problem]:
    facts = {"group": str(group)}
    if seat is None or seat.status in (ChatMember.LEFT, ChatMember.BANNED):
        yield _about("Telegram", "", "telegram_group_left", facts)
    elif isinstance(seat, ChatMemberRestricted) and not seat.can_send_messages:
        yield _about("Telegram", "", "telegram_group_mute", facts)
    elif isinstance(seat, ChatMemberRestricted) and not seat.can_send_documents:
        yield _about("Telegram", "", "telegram_group_no_files", facts)


def _about(
    file: str,
    key: str,
    fault: str,
    facts: dict[str, str] | None = None,
    *,
    warning: bool = False,
) -> Problem:
    return Problem(
        file=file, key=key, fault=fault, facts=tuple((facts or {}).items()), warning=warning
    )
