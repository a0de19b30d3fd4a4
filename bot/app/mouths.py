"""The channels the settings and secrets ask for, and what each says of its own connection."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.channels.base import Channel
from bot.channels.http import Listener
from bot.core.messages import Address
from bot.settings import Settings
from bot.settings.problem import Problem
from bot.settings.secret import Secrets, robots_in
from storage.audit import gathered
from storage.database import Tx, connected
from storage.keys import Keyring
from storage.schema import exists
from storage.unit_of_work import Work

if TYPE_CHECKING:
    from bot.channels.telegram.transport import Telegram
    from bot.channels.wecom.client import Client
from bot.app.clock import Clock
from bot.app.derived import master_of
from bot.app.wiring import App


def telegram_channel(settings: Settings, secrets: Secrets) -> "Telegram":
    """The channel of the token."""
    from bot.channels.telegram.transport import Telegram
    from bot.content.telegram import words as telegram_words

    return Telegram(
        secrets.telegram_token,
        telegram_words(),
        api_base_url=settings.telegram.api_base_url,
        mode=settings.telegram.mode,
        public_url=settings.web.public_url,
        tidy=settings.telegram.tidy,
    )


async def asked_online(settings: Settings, secrets: Secrets) -> tuple[Problem, ...]:
    """What the platforms say is wrong between them and us. Each channel whose secrets are there is asked, all at once."""
    asking: list[Coroutine[Any, Any, tuple[Problem, ...]]] = []
    if secrets.telegram_token:
        from bot.channels.telegram import selfcheck

        groups = [
            int(one.id) for one in _circles(settings, secrets) if one.channel == "telegram"
        ]
        asking.append(selfcheck.find(settings, secrets, groups))
    if settings.wecom.corp_id or secrets.wecom_robots:
        from bot.channels.wecom import selfcheck as wecom_check

        asking.append(wecom_check.find(settings, secrets, now=Clock()))
    if settings.mail.host:
        from bot.channels import mail

        letters = mail.Letters(settings.mail, secrets.smtp_password, Clock())
        asking.append(mail.find(settings.file, letters, settings.mail))
    if settings.hook.urls and secrets.hook_secret:
        from bot.channels import hook

        hooks = hook.Hooks(settings.hook, secrets.hook_secret, Clock())
        asking.append(hook.find(settings.file, hooks, settings.hook))
    if not asking:
        return (Problem(file=settings.file, key="", fault="online_nothing", warning=True),)
    return tuple(problem for found in await asyncio.gather(*asking) for problem in found)


@contextlib.asynccontextmanager
async def wecom_channels(
    app: App, secrets: Secrets, listener: Listener
) -> AsyncGenerator[tuple[Channel, ...]]:
    """Members in its app, parents who read notices, group robots: as far as they are set up."""
    ours, robots = app.settings.wecom, robots_in(secrets.wecom_robots)
    if not (ours.corp_id or robots):
        yield ()
        return
    from bot.channels.wecom.client import Client
    from bot.channels.wecom.robot import Robots

    client = Client(ours.corp_id, secrets.wecom_secret, api_base_url=ours.api_base_url)
    named: tuple[Channel, ...] = (Robots(client, robots),) if robots else ()
    try:
        if ours.corp_id:
            async with _wecom_app(app, secrets, listener, client) as channels:
                yield (*channels, *named)
        else:
            yield named
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def _wecom_app(
    app: App, secrets: Secrets, listener: Listener, client: "Client"
) -> AsyncGenerator[tuple[Channel, ...]]:
    from bot.channels.wecom.crypto import Seal
    from bot.channels.wecom.directory import Directory
    from bot.channels.wecom.school import School
    from bot.channels.wecom.transport import Wecom
    from bot.content.wecom import words as wecom_words

    settings, ours = app.settings, app.settings.wecom
    wecom = Wecom(
        client,
        Seal(secrets.wecom_token, secrets.wecom_aes_key, ours.corp_id),
        ours.corp_id,
        ours.agent_id,
        wecom_words(),
        clock=app.clock,
        page=app.own_link if settings.web.public_url else None,
        cards=ours.cards,
        directory=Directory(client, ours.agent_id, app.enrol),
    )
    client.stand_back = wecom.calm
    listener.add(wecom.routes())
    try:
        yield wecom, School(client, ours.agent_id, wecom_words(), app.own_link)
    finally:
        await wecom.close()


def server_channels(app: App, secrets: Secrets) -> tuple[Channel, ...]:
    """Mail and hooks, as far as they are set up."""
    settings, found = app.settings, list[Channel]()
    if settings.mail.host:
        from bot.channels.mail import Letters

        password, office = secrets.smtp_password, app.house.office
        found.append(Letters(settings.mail, password, app.clock, office=office))
    if settings.hook.urls:
        from bot.channels.hook import Hooks

        found.append(Hooks(settings.hook, secrets.hook_secret, app.clock))
    return tuple(found)


def _circles(settings: Settings, secrets: Secrets) -> tuple[Address, ...]:
    """The office's group chats; none where there is no database yet. Nothing is written."""
    place = settings.storage.place
    if not exists(place):
        return ()
    with contextlib.closing(Keyring(settings.storage.key_dir, master_of(secrets))) as keys:
        if isinstance(place, Path):
            return gathered(place, keys.master)
        with contextlib.closing(connected(place)) as connection:
            return tuple(one.address for one in Work(Tx(connection, keys)).circles.every())
