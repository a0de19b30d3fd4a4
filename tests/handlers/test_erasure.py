"""“删除我的资料”, looked at with all keys in hand: what any table still says of that address, sealed or as a MAC."""

import asyncio
import sqlite3
from collections import defaultdict
from pathlib import Path

from sqlalchemy import LargeBinary

from bot.core.dialogue import visit
from bot.core.messages import Address, Outgoing, Redacted, Sent
from bot.core.people import Post, Role
from bot.core.wish import ATOMS, VAULT, name
from handlers.receipt.visits import put
from storage.audit import column, marks, places
from storage.keys import KeyLost, derive, unseal
from storage.mirror import seen
from storage.tables import metadata
from storage.unit_of_work import Work
from tests.chat import Home
from tests.handlers.test_people import hall, office
from tests.vaults import every_key

_ = hall, office  # fixtures

DAY = 1000
DIGITS = "0123456789012345"
OPENED = {  # how each sealed column is bound, and by which keys it may be opened; None: by a slot
    "person.sealed": ("slot", "roster seal"),
    "draft.sealed": ("tag", None),
    "staff.sealed": ("tag", "staff seal"),
    "circle.sealed": ("tag", "circle seal"),
    "awaited.sealed": ("tag", "errands"),
    "errand.sealed": ("number", "errands"),
    "outbox.sealed": ("key", "outbox address"),
    "telling.sealed": ("id", None),
    "answer.sealed": ("id", None),
    "signature.sealed": ("id", None),
    "intake.sealed": ("number", "intake seal"),
    "booking.sealed": ("visit", None),
}
NOBODYS = {  # sealed, and never about an address: the vault's, those of papers, plans and codes
    "bucket.sealed",
    "letter.sealed",
    "waiting.sealed",
    "invitation.sealed",
    "campaign.sealed",
    "talk.sealed",
    "talk.record",
}


def test_every_sealed_column_is_opened_here_or_said_to_be_about_nobody():
    """A new one has to be placed, or this page would prove nothing of it."""
    plain = ("mac", "tag", "slot", "id", "lookup", "opinion", "version", "reply_key")
    plain += ("one", "other", "head", "who", "after", "mark")
    sealed = {
        f"{table.name}.{one.name}"
        for table in metadata.tables.values()
        for one in table.c
        if isinstance(one.type, LargeBinary) and one.name not in (*plain, "representative")
    }
    assert sealed == {*OPENED} | NOBODYS


async def test_with_all_keys_in_hand_no_table_knows_a_deleted_address(hall):
    who, other = (
        Address(channel="web", id="anna-7318204956"),
        Address(channel="x", id="b-55500"),
    )
    anna = hall.person(who.id)
    await hall.do(lambda work: _life(work, who, other))
    assert await known(hall.home, who) >= {"person", "draft", "telling", "answer", "bucket"}
    assert await known(hall.home, other) >= {"person"}

    await anna.says("确认删除")

    assert await known(hall.home, who) == set()
    assert await known(hall.home, other) == set()


async def test_an_account_of_the_staff_leaves_nothing_but_itself_and_then_nothing(hall, office):
    """Deleting is about the participant; the account goes by 交接, and with it all that leads to its address."""
    ben = await hall.clerk("ben-7318204956", Post(role=Role.DUTY))

    def work_life(work: Work) -> None:
        member = work.staff.find(ben.address)
        assert member
        work.identity.remember(ben.address, "zh")
        work.errands.awaits(member.tag, "plan", DAY)
        work.errands.take_up(ben.address, Sent("plan.docx", "1", 5), "plan", DAY * 86400)
        work.intakes.begin("visit", "2026-09-18", "duty-1", ben.address)
        work.parcels.put("digest", "2026-09-18", ben.address)

    await hall.do(work_life)
    assert await known(hall.home, ben.address) == {
        "person",
        "staff",
        "awaited",
        "errand",
        "intake",
        "outbox",
    }
    await ben.says("确认删除")
    assert await known(hall.home, ben.address) == {"staff", "intake", "outbox"}
    await office.says("/handover retire duty-1 yes")
    assert await known(hall.home, ben.address) == {"outbox"}  # a MAC: brought once is enough
    assert await sealed_about(hall.home, ben.address) == set()


async def test_who_takes_over_is_brought_what_waited_for_the_one_before(hall, office):
    ben = await hall.clerk("ben", Post(role=Role.DUTY))
    await hall.do(lambda work: work.parcels.put("digest", "2026-09-18", ben.address))
    await ben.says("/handover pass")
    eve = hall.person("eve")
    await eve.says(ben.code)

    [parcel] = await hall.do(lambda work: work.parcels.due())
    assert parcel.address == eve.address


def _life(work: Work, who: Address, other: Address) -> Outgoing | None:
    """A code, another channel, a talk, a reply half written, wishes, one of them just being told."""
    work.identity.place(who, "zh", "teacher", "no1")
    work.identity.bind(who, other, "zh")
    put(work, who, "zh", visit(DIGITS, (1, 1), DAY * 86400), DAY * 86400)
    work.vault.open(VAULT, ATOMS)
    work.vault.mark(VAULT, [name("spring", topic, who) for topic in ("shitang", "buke")], 1)
    work.tidings.post("spring", "qita", Redacted("办好了"), DAY)
    work.tidings.tell(work.tidings.every()[0], [(who, "zh")], DAY)
    work.answers.put(Outgoing(address=who, text="查到了"), DAY)


async def known(home: Home, address: Address) -> set[str]:
    """The tables in which somebody with all keys and this address finds it."""
    return (
        await sealed_about(home, address)
        | await asyncio.to_thread(_named, home, address)
        | await _wished(home, address)
    )


async def sealed_about(home: Home, address: Address) -> set[str]:
    """Those with a sealed row that speaks of the address."""
    await asyncio.sleep(0.05)  # keys are burned right after the commit
    slots = every_key((home.folder / "keys" / "slots").read_bytes())
    master = home.keys.master
    found: defaultdict[str, int] = defaultdict(int)
    for place, (bound, purpose) in OPENED.items():
        table = metadata.tables[place.split(".")[0]]
        keys = [derive(master, purpose)] if purpose else slots
        rows = await home.database.read(
            lambda c, t=table: list(c.execute(t.select()).mappings())
        )
        for row in rows:
            name = row[bound]
            name = name if isinstance(name, bytes) else str(name).encode()
            if table.name == "draft":
                name += row["revision"].to_bytes(8, "big")
            plain = [one for key in keys if (one := _opened(key, row["sealed"], name))]
            assert plain or not row["sealed"], f"{place} is not opened as this page says"
            found[table.name] += any(address.id.encode() in one for one in plain)
    return {table for table, many in found.items() if many}


def _opened(key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    try:
        return unseal(key, sealed, bound)
    except KeyLost:
        return None


def _named(home: Home, address: Address) -> set[str]:
    """Those with a name that the product itself gives the address."""
    db = sqlite3.connect(home.place) if isinstance(home.place, Path) else seen(home.place).db
    try:
        tag = (home.folder / "keys" / "tag").read_bytes()
        traces = [mark.trace for mark in marks((address,), home.keys.master, tag)]
        return {
            place.split(".")[0]
            for place in places(db)
            for content in column(db, place)
            if any(trace.needle in content for trace in traces)
        }
    finally:
        db.close()


async def _wished(home: Home, address: Address) -> set[str]:
    names = [name("spring", topic, address) for topic in ("shitang", "buke", "qita")]

    def look(tx) -> bool:
        work = Work(tx)
        return work.vault.atoms(VAULT) is not None and any(work.vault.marked(VAULT, names))

    return {"bucket"} if await home.database.write(look) else set()
