"""The webhook on the one listener: 200 only after the commit, and only for who knows the secret."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.channels.base import NotStored
from bot.channels.http import Listener
from bot.channels.telegram.webhook import HEADER, LARGEST, PATH, secret
from bot.core.messages import Incoming
from tests.channels.telegram.botapi import TOKEN, BotApi, Person, Status
from tests.channels.telegram.house import Listening, running, speaking, until


class Post:
    """The platform's side."""

    def __init__(self, api: BotApi, client: httpx.AsyncClient) -> None:
        self.api, self.client = api, client

    async def __call__(self, update: dict, **headers: str) -> int:
        answer = await self.client.post(
            PATH, json=update, headers={HEADER: secret(TOKEN)} | headers
        )
        return answer.status_code

    def person(self, id: int) -> Person:
        return self.api.person(id)


@contextlib.asynccontextmanager
async def delivering(listening: Listening) -> AsyncIterator[Post]:
    async with BotApi() as api:
        listener = Listener(port=0)
        base = listener.bind()
        async with speaking(api, mode="webhook", public_url="https://bot.example") as telegram:
            listener.add(telegram.routes())
            serving = asyncio.create_task(listener.run())
            async with running(telegram, listening), httpx.AsyncClient(base_url=base) as client:
                await until(lambda: api.webhook)
                yield Post(api, client)
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def test_the_platform_is_told_where_and_with_which_secret():
    async with delivering(Listening()) as post:
        assert post.api.webhook["url"] == f"https://bot.example{PATH}"
        assert post.api.webhook["secret_token"] == secret(TOKEN)
        assert post.api.of("getUpdates") == []


async def test_an_update_is_answered_200_only_after_it_is_kept():
    listening, kept = Listening(), asyncio.Event()
    listening.on = lambda _: kept.wait()
    async with delivering(listening) as post:
        posting = asyncio.create_task(post(post.person(1).says("hello")))
        await until(lambda: listening.tries)
        await asyncio.sleep(0.03)
        assert not posting.done()
        kept.set()
        assert await posting == 200
    assert listening.said == ["hello"]


async def test_what_could_not_be_kept_is_to_be_delivered_again():
    listening = Listening()

    async def refuse(_: Incoming) -> None:
        if listening.tries == 1:
            raise NotStored

    listening.on = refuse
    async with delivering(listening) as post:
        update = post.person(1).says("hello")
        assert await post(update) == 503
        assert await post(update) == 200
    assert listening.said == ["hello"]


@pytest.mark.parametrize(
    "wrong", ["", "x", secret("another"), secret(TOKEN)[:-1], secret(TOKEN) + "0", "\xe9"]
)
async def test_who_does_not_know_the_secret_says_nothing(wrong: str):
    listening = Listening()
    async with delivering(listening) as post:
        headers = {HEADER: wrong.encode("latin-1")}
        answer = await post.client.post(
            PATH, json=post.person(1).says("hello"), headers=headers
        )
        assert answer.status_code == 403
        assert (await post.client.post(PATH, json={})).status_code == 403
    assert listening.tries == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"\xff", b'{"message": 1}', b"[" * 100_000, b" " * (LARGEST + 1)],
    ids=lambda body: repr(body[:14]),
)
async def test_what_is_no_update_is_confirmed_for_it_would_be_no_better_again(body: bytes):
    async with delivering(Listening()) as post:
        answer = await post.client.post(PATH, content=body, headers={HEADER: secret(TOKEN)})
        assert answer.status_code == 200


async def test_one_persons_messages_keep_their_order_and_others_do_not_wait():
    listening, first = Listening(), asyncio.Event()

    async def hold_the_first(incoming: Incoming) -> None:
        if listening.tries == 1:
            await first.wait()

    listening.on = hold_the_first
    async with delivering(listening) as post:
        one = asyncio.create_task(post(post.person(1).says("one")))
        await until(lambda: listening.tries)
        two = asyncio.create_task(post(post.person(1).says("two")))
        assert await post(post.person(2).says("other")) == 200
        assert listening.said == ["other"]
        first.set()
        assert [await one, await two] == [200, 200]
    assert listening.said == ["other", "one", "two"]


async def test_a_program_failure_is_repeated_twice_and_then_given_up():
    listening = Listening()

    async def fail(_: Incoming) -> None:
        raise ZeroDivisionError

    listening.on = fail
    async with delivering(listening) as post:
        anna = post.person(1)
        update = anna.says("poison")
        assert [await post(update) for _ in range(3)] == [503, 503, 200]
        await until(lambda: anna.heard)


async def test_the_webhook_is_registered_as_soon_as_the_platform_can_be_reached(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("bot.channels.telegram.transport.FIRST_WAIT", 0.01)
    monkeypatch.setattr("bot.channels.telegram.transport.LONGEST_WAIT", 0.02)
    async with BotApi() as api:
        api.fail(
            "setWebhook",
            Status(500, "x"),
            Status(400, "Bad Request: bad webhook: failed to resolve host"),
        )
        settings = {"mode": "webhook", "public_url": "https://bot.example"}
        async with speaking(api, **settings) as telegram, running(telegram, Listening()):
            await until(lambda: api.webhook and telegram.link("r_spring"))
            assert telegram.link("r_spring") == "https://t.me/tingwen_bot?start=r_spring"


async def test_nothing_is_taken_in_before_the_start_and_after_the_stop():
    async with BotApi() as api, speaking(api, mode="webhook") as telegram:
        with pytest.raises(NotStored):
            await telegram._knocked(api.person(1).says("hello"))
