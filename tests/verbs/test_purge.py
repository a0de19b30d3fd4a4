"""`tingwen purge` and the bell's sweep: every table and every key file, filled, and counted once its time is over."""

import os
import sqlite3
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

import pytest

from bot.app.wiring import App
from bot.core import receipt as core_receipt
from bot.core.appointment import State as VisitState
from bot.core.appointment import VisitingDay
from bot.core.appraisal import Meeting, State
from bot.core.campaign.model import Campaign, Completion
from bot.core.cells import freeze
from bot.core.echo import Scope
from bot.core.messages import Address, Arrived, Incoming, Outgoing, Redacted, Sent
from bot.core.people import Deed, Post, Role
from bot.core.rectification import Event, replay
from bot.core.talks import Talk, Why
from bot.core.urgent import Matter
from bot.verbs import purge as verb
from handlers.upkeep import purge
from storage.dialogue import Reply
from storage.draft import Draft
from storage.identity import Entry
from storage.intake import BEGUN, GOING, Twins
from storage.keys import public_of
from storage.rectification import Fate, Notice
from storage.round import KeptRound, Wave
from storage.staff import ForPeople
from storage.tables import metadata
from storage.themes import KeptTheme
from storage.unit_of_work import Work
from storage.vault import Tick
from tests.builders import script
from tests.fakes import FakeChannel
from tests.process.week import app
from tests.sample_week import sample_week
from tests.vaults import PARENTS, Shelf, person, said, unnamed_keys
from tests.verbs.test_audit import CONFIG

DAY = 86400
NOW = 1_790_000_000.0
PERIOD = "2026-09-18"
STAYS = {
    "script": 1,  # the wording that digests speak of
    "keyring": 1,  # as long as the key directory
    "person": 1,  # until they leave
    "opinion": 12,
    "released": 1,
    "vault": 2,  # how people were divided; the closed one names no key
    "round": 1,
    "digest": 1,
    "digest_portion": 1,
    "staff": 1,
    "seat": 1,
    "outbox": 1,  # still waiting: nothing is dropped that nobody was told of
    "bucket": 2,  # of the round that goes on
    "draft": 0,
    "inbox": 0,
    "invitation": 0,
    "wave": 0,
    "trail": 0,
    "campaign": 1,  # what was planned
    "completion": 1,  # and what was done
    "urgent": 1,  # the one nobody has ended
    "circle": 1,  # until it is let go
    "letter": 0,
    "reply": 0,
    "signature": 0,
    "tiding": 0,
    "echo": 0,
    "telling": 0,
    "answer": 0,
    "awaited": 0,
    "errand": 0,
    "feed": 1,  # an address that somebody's calendar may still follow
    "talk": 1,  # a plan of talks, and what the two wrote of theirs
    "digest_note": 1,
    "problem": 1,
    "problem_line": 1,  # the history of a problem is never erased
    "way": 0,
    "decision": 0,  # of opinions that were withdrawn
    "themed": 0,
    "theme": 1,  # a number is never given twice
    "notice": 1,
    "clue": 1,  # the record of what was handed over; the words were the opinion's
    "appraisal": 1,  # three years
    "intake": 1,  # what was entered, until somebody takes it back
    "waiting": 0,  # rows that nobody confirmed, or whose batch is gone
    "entry": 0,  # of opinions that are gone
    "twin": 0,
    "mapping": 1,
    "mailing": 1,  # two years
    "visiting_day": 0,
    "booking": 0,
}
"""What is there a year and a half later."""


@pytest.fixture
def shelf(tmp_path: Path):
    """A house in which every table holds something."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    shelf = Shelf(tmp_path, durable=False)
    atoms = freeze(["teacher"], {("no1", "teacher"): 40}, PARENTS)
    clerk = Address(channel="web", id="clerk")

    def fill(work):
        from bot.core.digest.snapshot import to_json

        assert work.marks.fits()
        pin = work.scripts.pin(script())
        work.rounds.plan(KeptRound(id="r", script=pin, opens=1, closes=2, reminders=2))
        work.rounds.claim(Wave("r", 1, int(NOW), ""))
        work.identity.keep(Entry(address=person(1)))
        work.staff.join(clerk, "zh", (Post(role=Role.RESPONSIBLE, units=("no1",)),))
        work.staff.invite("A" * 10, ForPeople(group="teacher"), int(NOW // DAY) + 30)
        work.staff.note(None, Deed(next(iter(Deed))), NOW)
        work.parcels.put("digest", PERIOD, clerk)
        work.parcels.put("draft", PERIOD, clerk)
        work.parcels.arrived(work.parcels.due()[0].key)
        work.errands.awaits(b"tag", "plan", int(NOW // DAY))
        work.errands.take_up(clerk, Sent("plan.docx", "1", 5), "", NOW)
        work.circles.admit(Address(channel="telegram", id="-5"), "office", "zh")
        work.campaigns.begin(Campaign(id="", title="plan"))
        work.campaigns.report("1", Completion(node="a", day=date(2026, 9, 1)), "office-1")
        for ended in (False, True):
            matter = work.urgent.add(
                said("打伤了")[0].text,
                Matter(),
                period=PERIOD,
                day=PERIOD,
                now=NOW,
                lookup=None,
            )
            if ended:
                work.urgent.take(matter, "duty-1")
                work.urgent.end(matter, "duty-1", said("去过了")[0].text, PERIOD)
        work.feeds.make("office-1", date(2014, 3, 1))
        work.talks.plan("no1", [Talk(id="1", one="甲某", other="乙某", why=(next(iter(Why)),))])
        listed = Event(
            day=date(2026, 9, 18), who="", move="list", words="菜凉", values={"sources": "self"}
        )
        work.problems.add(0, listed, replay(1, (listed,)))
        work.echoes.post(said("菜凉")[0].text, said("好了")[0].text, Scope(), int(NOW // DAY))
        work.problems.give(b"o", Fate(way="answered", day=date(2026, 9, 18)))
        work.clues.hand_over(b"o", "discipline", date(2026, 9, 18), "office-1")
        work.decisions.keep(b"o", "topic", "qita", "shitang")
        work.themes.keep(
            KeptTheme(
                number=1, topic="shitang", title="菜凉", representative="6f", latest=PERIOD
            )
        )
        work.themes.belong(1, {b"o".hex(): False})
        up = date(2026, 9, 18)
        work.problems.put_up(Notice(batch="1", opens=up, closes=up, units=(), round="rate_1"))
        visit = VisitingDay(
            id="abcdef",
            unit="no1",
            day=date(2026, 9, 18),
            starts=840,
            ends=960,
            state=VisitState.UP,
        )
        work.visits.add(visit)
        assert work.visits.book(visit, 840, person(4), "zh", told=False)
        meeting = Meeting(number=1, unit="no1", round="rate_m1", state=State.COUNTED)
        work.appraisals.prepare(meeting)
        work.appraisals.change(meeting, meeting, PERIOD)
        work.digests.annotate(PERIOD, "title", "x")
        work.digests.draft(PERIOD, to_json(sample_week()), "{}", (), ("[]",))
        incoming = Incoming(address=person(1), key="1", body=Arrived(""), message="1")
        assert work.inbox.first(incoming, int(NOW // DAY))
        work.drafts.keep(Draft(address=person(1), language="zh", since=NOW))
        work.drafts.keep(Draft(address=person(2), language="zh", since=NOW))
        day, held = int(NOW // DAY), core_receipt.held(b"r" * 32)
        public = public_of(held.handles[1].reply_seed)
        lookup = held.lookups[1]
        work.dialogue.write(lookup, public, "ask", Redacted("哪一天？"), day)
        work.dialogue.hand_on(
            [Reply(b"n" * 16, lookup, 1, day, "no", "哪一天？", Redacted(""))]
        )
        work.signatures.leave(held, "找乙某", day)
        for topic in ("shitang", "buke"):
            work.tidings.post("r", topic, Redacted("办好了"), day)
        work.tidings.tell(work.tidings.every()[0], [(person(3), "zh")], day)
        work.answers.put(Outgoing(address=person(3), text="查到了"), day)
        for state in (BEGUN, GOING):
            batch = work.intakes.begin("mail", PERIOD, "office-1", clerk)
            work.intakes.wait(batch.number, "rows", [b"[]"])
            work.intakes.move(batch.number, BEGUN, state)
            if state != BEGUN:
                work.intakes.clear(batch.number)
        work.intakes.enter(
            b"m", 2, b"gone", received="", due="", origin="", early=False, urgent=False
        )
        work.intakes.propose([Twins("01", "02", 80)])
        work.intakes.remember("mail", "head", {"text": 1})
        work.intakes.mail("no1", PERIOD, "")
        for round in ("r", "going on"):
            work.vault.open(round, atoms)
        for number in range(12):
            work.vault.submit("r", person(number), "a0", said(f"第{number}句"))

    shelf.do(fill)
    going = shelf.do(
        lambda work: work.vault.begin("r", Tick(name="a", period=PERIOD, last=True))
    )
    assert going
    _through(shelf, going)
    yield shelf
    shelf.close()


def _through(shelf: Shelf, going) -> None:
    """The round's last tick, which dies before it has swept."""
    from bot.core.bucket import pool
    from bot.core.release import hand_over
    from storage.opinion import sliced
    from storage.vault import whole

    opened = shelf.do(lambda work: work.vault.gather(going, 0, 100))
    handed = hand_over(
        going.atoms, pool(map(whole, opened.contents)), closing=True, released={}
    )
    [rows] = sliced(handed.freed, 1)
    shelf.do(lambda work: work.opinions.release("r", PERIOD, rows))
    shelf.do(lambda work: work.vault.settle(going, handed.rest))
    shelf.do(lambda work: work.opinions.count("r", PERIOD, handed.counted))


def counts(shelf: Shelf) -> dict[str, int]:
    return {
        name: shelf.rows(f'SELECT count(*) FROM "{name}"')[0][0] for name in metadata.tables
    }


def purged(shelf: Shelf, now: float, *, dry: bool = False):
    return shelf._write(lambda tx: purge(tx, now, dry=dry))


def test_every_table_is_filled_to_begin_with(shelf: Shelf):
    assert [name for name, number in counts(shelf).items() if not number] == []


def test_what_is_past_its_time_is_gone_from_every_table_and_the_rest_stays(shelf: Shelf):
    purged(shelf, NOW + 550 * DAY)

    assert counts(shelf) == STAYS


def test_no_key_is_left_of_what_went(shelf: Shelf):
    purged(shelf, NOW + 550 * DAY)

    slots = (shelf.folder / "keys" / "slots").read_bytes()
    assert unnamed_keys(shelf.file, slots) == set()
    kept = {path.name for path in (shelf.folder / "keys").iterdir()}
    assert kept == {"master", "tag", "slots"}
    assert {path.name for path in shelf.file.parent.iterdir()} <= {
        "tingwen.db",
        "tingwen.db-wal",
        "tingwen.db-shm",
    }


@pytest.mark.parametrize(
    ("table", "lives", "gone"),
    [
        ("draft", 95 * 3600, 97 * 3600),
        ("inbox", 2 * DAY, 3 * DAY),
        ("invitation", 30 * DAY, 31 * DAY),
        ("trail", 365 * DAY, 367 * DAY),
        ("wave", 365 * DAY, 367 * DAY),
        ("urgent", 362 * DAY, 369 * DAY),
        ("outbox", 55 * DAY, 65 * DAY),
        ("letter", 366 * DAY, 367 * DAY),
        ("reply", 366 * DAY, 367 * DAY),
        ("tiding", 366 * DAY, 367 * DAY),
        ("signature", 183 * DAY, 184 * DAY),
        ("telling", 31 * DAY, 32 * DAY),
        ("answer", 3 * DAY, 4 * DAY),
    ],
)
def test_each_thing_lives_its_time_and_no_longer(
    shelf: Shelf, table: str, lives: float, gone: float
):
    before = counts(shelf)[table]
    purged(shelf, NOW + lives)
    assert counts(shelf)[table] == before

    purged(shelf, NOW + gone)
    assert counts(shelf)[table] < before


def test_a_dry_run_says_what_would_go_and_keeps_it(shelf: Shelf):
    before, keys = counts(shelf), (shelf.folder / "keys" / "slots").read_bytes()
    later = NOW + 550 * DAY

    would = purged(shelf, later, dry=True)

    assert counts(shelf) == before
    assert (shelf.folder / "keys" / "slots").read_bytes() == keys
    assert dict(would) == dict(purged(shelf, later))
    assert not any(purged(shelf, later).values())


def test_a_draft_whose_key_is_lost_goes_as_well(shelf: Shelf):
    [(slot,), *_] = shelf.rows("SELECT key FROM draft")
    shelf.keys.burn(slot, shelf.keys.key(slot))

    assert purged(shelf, NOW)["draft"] == 1


def test_the_command_says_what_went(shelf: Shelf, capsys: pytest.CaptureFixture[str]):
    shelf.connection.execute("UPDATE trail SET at = 60")
    parser = ArgumentParser()
    verb.arguments(parser)
    config = ["--config", str(shelf.folder / "config.toml")]

    os.environ["LC_ALL"], before = "en", os.environ.get("LC_ALL")
    try:
        assert verb.run(parser.parse_args([*config, "--dry-run"])) == 0
        assert verb.run(parser.parse_args(config)) == 0
        assert verb.run(parser.parse_args(config)) == 0
    finally:
        os.environ.pop("LC_ALL") if before is None else os.environ.update(LC_ALL=before)

    out = capsys.readouterr().out
    assert "what staff did more than a year ago: 1 would be deleted." in out
    assert "what staff did more than a year ago: 1 deleted." in out
    assert out.endswith("Nothing is past its time.\n")
    with sqlite3.connect(shelf.file) as db:
        assert db.execute("SELECT count(*) FROM trail").fetchone() == (0,)


async def test_the_bell_lets_go_by_itself_once_a_day(tmp_path: Path):
    house = app(tmp_path, NOW)
    async with house.running(FakeChannel("letters")):
        assert house.bell
        await house.bell.ring()
        await house.database.write(lambda tx: Work(tx).rounds.claim(Wave("old", 1, 60, "")))
        await house.bell.ring()
        assert await _waves(house)

        house.clock.push(DAY)
        await house.bell.ring()
        assert not await _waves(house)


async def _waves(house: App) -> bool:
    waves = await house.database.write(lambda tx: Work(tx).rounds.waves())
    return any(wave.round == "old" for wave in waves)
