"""What a machine's watchman sees: whether each part is well, and nothing that moves with one person."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.health import routes
from bot.health import Health
from bot.logs import TOLD
from bot.scheduler import Bell
from storage.database import Database
from storage.keys import Keyring
from storage.schema import prepare

TOKEN = "a token of some length"


async def nothing_due() -> None:
    """Nothing."""


@pytest.fixture
async def service(tmp_path):
    prepare(tmp_path / "tingwen.db")
    keys = Keyring(tmp_path / "keys")
    database = Database(tmp_path / "tingwen.db", keys)
    database.start()
    health = Health(database, keys, tmp_path)
    health.watch(Bell(nothing_due))
    yield health, database, tmp_path
    await database.stop()
    keys.close()


def client(health: Health, token: str = TOKEN) -> httpx.AsyncClient:
    app = Starlette(routes=list(routes(health.parts, health.figures, token)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here")


async def test_a_service_that_is_well_says_so(service):
    async with client(service[0]) as watch:
        alive, ready = await watch.get("/healthz"), await watch.get("/readyz")

    assert (alive.status_code, alive.text) == (200, "ok\n")
    assert ready.status_code == 200
    assert ready.json() == dict.fromkeys(("storage", "keys", "bell", "disk"), "ok")


async def test_a_key_directory_that_went_away_makes_it_unready(service):
    health, _, folder = service
    (folder / "keys").rename(folder / "elsewhere")
    async with client(health) as watch:
        ready = await watch.get("/readyz")

    assert ready.status_code == 503
    assert ready.json()["keys"] == "failing"


async def test_a_folder_that_went_away_is_a_disk_without_room(service):
    _, database, folder = service
    health = Health(database, Keyring(folder / "keys"), folder / "gone")
    health.watch(Bell(nothing_due))
    async with client(health) as watch:
        ready = await watch.get("/readyz")
        figures = await watch.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})

    assert ready.status_code == 503
    assert ready.json()["disk"] == "failing"
    assert "tingwen_disk_free_bytes 0.0" in figures.text


async def test_a_bell_that_fell_silent_makes_it_unready(service, monkeypatch):
    monkeypatch.setattr("bot.health.LATE", -1.0)
    async with client(service[0]) as watch:
        ready = await watch.get("/readyz")

    assert (ready.status_code, ready.json()["bell"]) == (503, "failing")


async def test_a_writer_that_does_not_answer_makes_it_unready(service, monkeypatch):
    monkeypatch.setattr("bot.health.PATIENCE", 0.0)
    async with client(service[0]) as watch:
        ready = await watch.get("/readyz")

    assert (ready.status_code, ready.json()["storage"]) == (503, "failing")


async def test_figures_are_for_those_who_have_the_token(service):
    async with client(service[0]) as watch:
        refused = await watch.get("/metrics")
        wrong = await watch.get("/metrics", headers={"Authorization": "Bearer guess"})
        given = await watch.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (refused.status_code, wrong.status_code, given.status_code) == (401, 401, 200)
    assert 'tingwen_ready{part="storage"} 1.0' in given.text


async def test_without_a_token_there_are_no_figures(service):
    async with client(service[0], token="") as watch:
        assert (await watch.get("/metrics")).status_code == 404


async def test_one_more_message_moves_no_figure(service):
    health, database, _ = service
    TOLD["WARNING", "message not stored"] += 0

    async def figures() -> list[str]:
        async with client(health) as watch:
            given = await watch.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        lines = given.text.splitlines()
        return [line for line in lines if not line.startswith("tingwen_bell_silent")]

    before = await figures()
    for _ in range(5):
        await database.write(lambda _: None)

    assert await figures() == before
    assert "tingwen_deeds_total 0.0" in before
    assert not any("cpu" in line for line in before)
