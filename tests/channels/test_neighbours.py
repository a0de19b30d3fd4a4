"""The demo's invented neighbours say what they have to say, however slow or deaf the bot is just then."""

import asyncio

from bot.channels import neighbours
from bot.channels.base import NotStored
from bot.channels.neighbours import Neighbour, Neighbours
from bot.core.messages import Incoming, Outgoing, Text

ANN = Neighbour(
    group="teacher", unit="newtown", answers=("1", "2", "3", "4", "the canteen is cold")
)
BEN = Neighbour(group="parent", unit="newtown", answers=("1",), week=2)


async def _week(they: Neighbours, receive) -> None:
    run = asyncio.create_task(they.run(receive))
    they.speak()
    try:
        async with asyncio.timeout(5):
            await they.silent.wait()
    finally:
        run.cancel()


async def test_they_go_on_where_the_bot_has_no_word_for_them(monkeypatch):
    monkeypatch.setattr(neighbours, "PATIENCE", 0.01)
    heard = list[Incoming]()

    async def receive(incoming: Incoming) -> None:
        heard.append(incoming)

    await _week(Neighbours((ANN, BEN)), receive)

    assert Text("the canteen is cold") in [incoming.body for incoming in heard]
    assert len({incoming.address for incoming in heard}) == 1, (
        "the other speaks in another week"
    )


async def test_what_could_not_be_kept_they_say_again(monkeypatch):
    monkeypatch.setattr(neighbours, "AGAIN", 0.0)
    they = Neighbours((ANN,))
    tried, kept = set[str](), list[Incoming]()

    async def receive(incoming: Incoming) -> None:
        if incoming.key not in tried:
            tried.add(incoming.key)
            raise NotStored
        kept.append(incoming)
        await they.send(Outgoing(address=incoming.address, text="Well?"))

    await _week(they, receive)

    assert [incoming.key for incoming in kept] == [str(n) for n in range(len(kept))]
    assert kept[6].body == Text("the canteen is cold")
