"""Accounts, seats, codes and the trail; and the roster: what is kept, what is found, what is nowhere."""

import os

import pytest

from bot.core.messages import Address
from bot.core.people import Deed, Label, Post, Role, new_code
from storage.database import Database, Raced
from storage.identity import Entry
from storage.keys import Keyring
from storage.schema import prepare
from storage.staff import SERVER, ForPeople, ForStaff, Roll, SeatTaken
from storage.unit_of_work import Work
from tests.places import held, place

ANNA, BEN, CAROL = (Address(channel="web", id=name) for name in ("anna", "ben", "carol"))
OFFICE = Post(role=Role.OFFICE)
HEAD = Post(role=Role.RESPONSIBLE, units=("no1",))
DEPUTY = Post(role=Role.DEPUTY, units=("no1",))
TODAY = 20_000
NOW = TODAY * 86400.0


class Memory:
    """A database on disk; each `do` is a transaction of its own."""

    def __init__(self, folder):
        self.place = place(folder)
        prepare(self.place)
        self.keys = Keyring(folder / "keys")
        self.database = Database(self.place, self.keys)
        self.database.start()

    async def do(self, deed):
        return await self.database.write(lambda tx: deed(Work(tx)))

    def bytes(self) -> bytes:
        return held(self.place)


@pytest.fixture
async def memory(tmp_path, either_database):
    memory = Memory(tmp_path)
    yield memory
    await memory.database.stop()
    memory.keys.close()


def code() -> str:
    return new_code(os.urandom)


# -- accounts -----------------------------------------------------------------------------------------------------


async def test_an_account_is_found_by_its_address_with_all_its_posts(memory):
    await memory.do(lambda work: work.staff.join(ANNA, "zh", (OFFICE,)))
    await memory.do(lambda work: work.staff.join(ANNA, "en", (HEAD, OFFICE)))

    anna = await memory.do(lambda work: work.staff.find(ANNA))

    assert (anna.address, anna.language, anna.label) == (ANNA, "en", Label(Role.OFFICE, 1))
    assert anna.staff.posts == (OFFICE, HEAD)
    assert await memory.do(lambda work: work.staff.find(BEN)) is None
    assert await memory.do(lambda work: work.staff.by_label(Label(Role.OFFICE, 1))) == anna
    assert await memory.do(lambda work: work.staff.every()) == (anna,)


async def test_a_label_is_never_given_twice(memory):
    def come_and_go(work):
        for address in (ANNA, BEN):
            work.staff.join(address, "zh", (OFFICE,))
        work.staff.retire(work.staff.find(BEN))
        return work.staff.join(CAROL, "zh", (OFFICE,)).label, work.staff.join(
            BEN, "zh", (OFFICE,)
        ).label

    assert await memory.do(come_and_go) == (Label(Role.OFFICE, 3), Label(Role.OFFICE, 4))
    assert await memory.do(lambda work: work.staff.ever()) == 4


async def test_a_retired_account_is_nobodys_any_more(memory):
    anna = await memory.do(lambda work: work.staff.join(ANNA, "zh", (OFFICE, HEAD)))
    await memory.do(lambda work: work.staff.retire(anna))

    assert await memory.do(lambda work: work.staff.find(ANNA)) is None
    assert await memory.do(lambda work: work.staff.tags()) == frozenset()
    assert await memory.do(lambda work: work.staff.seated(HEAD)) is None
    with pytest.raises(Raced):
        await memory.do(lambda work: work.staff.retire(anna))


async def test_a_unit_has_one_responsible_person_and_one_deputy(memory):
    await memory.do(lambda work: work.staff.join(ANNA, "zh", (HEAD,)))
    await memory.do(lambda work: work.staff.join(BEN, "zh", (DEPUTY,)))

    for post in (HEAD, DEPUTY):
        with pytest.raises(SeatTaken):
            await memory.do(
                lambda work, post=post: work.staff.join(CAROL, "zh", (OFFICE, post))
            )
    assert await memory.do(lambda work: work.staff.find(CAROL)) is None

    other = Post(role=Role.RESPONSIBLE, units=("no2",))
    await memory.do(lambda work: work.staff.join(CAROL, "zh", (other,)))
    [head] = await memory.do(lambda work: work.staff.holding(Role.RESPONSIBLE, "no1"))
    assert head.address == ANNA


async def test_two_who_sit_down_at_once_do_not_both_sit(memory):
    """Two replicas both saw the seat free; the second must step again."""

    def race(work):
        members = work.staff
        members.seated = lambda _: None  # what it read before the other's commit
        members.join(BEN, "zh", (HEAD,))

    await memory.do(lambda work: work.staff.join(ANNA, "zh", (HEAD,)))
    with pytest.raises(Raced):
        await memory.do(race)
    assert await memory.do(lambda work: work.staff.find(BEN)) is None


async def test_whoever_a_plan_names_is_found_by_that_name(memory):
    bound = Post(role=Role.NODE, name="甲某")
    await memory.do(lambda work: work.staff.join(ANNA, "zh", (bound,)))

    assert [m.address for m in await memory.do(lambda work: work.staff.named("甲某"))] == [ANNA]
    assert await memory.do(lambda work: work.staff.named("乙某")) == ()


async def test_the_roll_knows_staff_without_a_query(memory):
    await memory.do(lambda work: work.staff.join(ANNA, "zh", (OFFICE,)))
    roll = await memory.do(lambda work: work.staff.roll())

    assert ANNA in roll
    assert BEN not in roll
    roll.add(BEN)
    assert BEN in roll
    assert ANNA not in Roll(os.urandom(32), await memory.do(lambda work: work.staff.tags()))


async def test_the_language_of_an_account_can_change(memory):
    anna = await memory.do(lambda work: work.staff.join(ANNA, "zh", (OFFICE,)))
    await memory.do(lambda work: work.staff.speak(anna, "en"))

    assert (await memory.do(lambda work: work.staff.find(ANNA))).language == "en"


# -- codes --------------------------------------------------------------------------------------------------------

FOR_STAFF = ForStaff(posts=(OFFICE, HEAD), replaces=Label(Role.OFFICE, 2))
FOR_PEOPLE = ForPeople(group="teacher", unit="no1")


@pytest.mark.parametrize("invited", [FOR_STAFF, ForStaff(posts=(OFFICE,)), FOR_PEOPLE, ForPeople(group="delegate")], ids=str)  # fmt: skip
async def test_a_code_gives_what_it_was_made_for_and_once(memory, invited):
    made = code()
    await memory.do(lambda work: work.staff.invite(made, invited, TODAY))

    assert await memory.do(lambda work: work.staff.invited(made, TODAY)) == invited
    await memory.do(lambda work: work.staff.spend(made))
    assert await memory.do(lambda work: work.staff.invited(made, TODAY)) is None
    with pytest.raises(Raced):
        await memory.do(lambda work: work.staff.spend(made))


async def test_a_code_is_good_until_the_end_of_its_day(memory):
    made, later = code(), code()
    await memory.do(lambda work: work.staff.invite(made, FOR_PEOPLE, TODAY))
    await memory.do(lambda work: work.staff.invite(later, FOR_PEOPLE, TODAY + 1))

    assert await memory.do(lambda work: work.staff.invited(made, TODAY + 1)) is None
    assert await memory.do(lambda work: work.staff.drop_codes(TODAY + 1)) == 1
    assert await memory.do(lambda work: work.staff.invited(later, TODAY + 1)) == FOR_PEOPLE


async def test_the_first_code_is_the_same_at_every_start_until_it_was_used(memory):
    first = await memory.do(lambda work: work.staff.first_code(TODAY))
    again = await memory.do(lambda work: work.staff.first_code(TODAY + 9))

    assert first == again
    assert await memory.do(lambda work: work.staff.invited(first, TODAY + 9)) == ForStaff(
        posts=(OFFICE,)
    )

    def used(work):
        work.staff.spend(first)
        return work.staff.join(ANNA, "zh", (OFFICE,))

    anna = await memory.do(used)
    assert await memory.do(lambda work: work.staff.first_code(TODAY)) is None
    await memory.do(lambda work: work.staff.retire(anna))
    assert await memory.do(lambda work: work.staff.first_code(TODAY)) not in (None, first)


# -- the trail ----------------------------------------------------------------------------------------------------


async def test_the_trail_says_who_did_what_in_which_minute(memory):
    await memory.do(
        lambda work: work.staff.note(
            Label(Role.OFFICE, 2), Deed.SEND_DIGEST, NOW + 61, period="2026-03-27", to=4
        )
    )
    await memory.do(lambda work: work.staff.note(None, Deed.INVITE_PEOPLE, NOW + 200))

    server, office = await memory.do(lambda work: work.staff.trail())
    assert (server.who, server.deed, server.params) == (SERVER, Deed.INVITE_PEOPLE, {})
    assert (office.who, office.at) == ("office-2", NOW + 60)
    assert office.params == {"period": "2026-03-27", "to": "4"}
    assert [s.who for s in await memory.do(lambda work: work.staff.trail(since=NOW + 180))] == [
        SERVER
    ]
    assert await memory.do(lambda work: work.staff.drop_trail(NOW + 180)) == 1
    assert await memory.do(lambda work: work.staff.trail()) == (server,)


@pytest.mark.parametrize(
    "words", ["张三", "web anna", "anna@example.org", "食堂的菜太凉", "x" * 81]
)
async def test_no_word_and_no_address_gets_into_the_trail(memory, words):
    with pytest.raises(ValueError, match="trail"):
        await memory.do(lambda work: work.staff.note(None, Deed.SORT, NOW, note=words))


# -- what lies on the disk ----------------------------------------------------------------------------------------


async def test_no_address_name_or_code_lies_on_the_disk(memory):
    made, slip = code(), code()
    bound = Post(role=Role.NODE, name="甲某")

    def all_of_it(work):
        work.staff.invite(made, ForStaff(posts=(bound,)), TODAY)
        work.staff.invite(slip, FOR_PEOPLE, TODAY)
        work.staff.join(Address(channel="web", id="anna-kept"), "zh", (OFFICE, bound))
        gone = work.staff.join(Address(channel="web", id="ben-gone"), "zh", (OFFICE,))
        work.identity.place(Address(channel="web", id="carol-known"), "zh", "teacher", "no1")
        work.staff.spend(slip)
        work.staff.retire(gone)

    await memory.do(all_of_it)

    disk = memory.bytes()
    for text in (
        "anna-kept",
        "ben-gone",
        "carol-known",
        "甲某",
        made,
        slip,
        made[:6],
        slip[:6],
    ):
        assert text.encode() not in disk
        assert text.encode("utf-16-le") not in disk


# -- the roster ---------------------------------------------------------------------------------------------------


async def test_somebody_is_known_by_what_they_told(memory):
    await memory.do(lambda work: work.identity.remember(ANNA, "zh"))
    await memory.do(lambda work: work.identity.remember(ANNA, "en"))
    await memory.do(lambda work: work.identity.place(ANNA, "zh", "teacher", ""))
    await memory.do(lambda work: work.identity.place(ANNA, "zh", "", "no1"))

    assert await memory.do(lambda work: work.identity.find(ANNA)) == Entry(
        address=ANNA, language="en", group="teacher", unit="no1", known=True
    )
    assert await memory.do(lambda work: work.identity.language(BEN)) is None
    assert await memory.do(lambda work: work.identity.count()) == 1


async def test_who_wants_quiet_is_not_reached_until_they_want_to_be(memory):
    for address in (ANNA, BEN):
        await memory.do(lambda work, address=address: work.identity.remember(address, "zh"))
    await memory.do(lambda work: work.identity.hush(ANNA, quiet=True))
    await memory.do(
        lambda work: work.identity.hush(CAROL, quiet=True)
    )  # not known: nothing is kept

    assert await memory.do(lambda work: work.identity.reachable()) == [(BEN, "zh")]
    await memory.do(lambda work: work.identity.hush(ANNA, quiet=False))
    assert len(await memory.do(lambda work: work.identity.reachable())) == 2
    assert await memory.do(lambda work: work.identity.find(CAROL)) is None


async def test_bound_channels_are_one_person_with_one_main_address(memory):
    await memory.do(lambda work: work.identity.place(ANNA, "zh", "teacher", "no1"))
    await memory.do(lambda work: work.identity.remember(BEN, "en"))

    bound = await memory.do(lambda work: work.identity.bind(BEN, ANNA, "en"))

    assert (bound.group, bound.unit, bound.known, bound.main) == ("teacher", "no1", True, True)
    for address in (ANNA, BEN):
        assert await memory.do(lambda work, a=address: work.identity.addresses(a)) == (
            BEN,
            ANNA,
        )
        assert await memory.do(lambda work, a=address: work.identity.main(a)) == BEN
    assert await memory.do(lambda work: work.identity.reachable()) == [(BEN, "en")]
    await memory.do(lambda work: work.identity.hush(ANNA, quiet=True))
    assert await memory.do(lambda work: work.identity.reachable()) == []


async def test_three_channels_bound_one_after_another_are_one_person(memory):
    await memory.do(lambda work: work.identity.bind(BEN, ANNA, "zh"))
    await memory.do(lambda work: work.identity.bind(CAROL, ANNA, "zh"))

    every = await memory.do(
        lambda work: [set(work.identity.addresses(a)) for a in (ANNA, BEN, CAROL)]
    )
    assert every == [{ANNA, BEN, CAROL}] * 3
    assert await memory.do(lambda work: work.identity.reachable()) == [(CAROL, "zh")]
    assert await memory.do(lambda work: work.identity.main(BEN)) == CAROL


async def test_who_is_forgotten_is_forgotten_everywhere(memory):
    await memory.do(lambda work: work.identity.bind(BEN, ANNA, "zh"))
    await memory.do(lambda work: work.identity.remember(CAROL, "zh"))

    assert set(await memory.do(lambda work: work.identity.forget(ANNA))) == {ANNA, BEN}
    assert await memory.do(lambda work: work.identity.find(BEN)) is None
    assert await memory.do(lambda work: work.identity.count()) == 1


async def test_the_roster_is_opened_page_by_page_and_nobody_is_missed_or_met_twice(memory):
    everybody = {Address(channel="web", id=f"p{number}") for number in range(23)}

    def fill(work):
        for address in everybody:
            work.identity.keep(Entry(address=address))

    await memory.do(fill)
    met, after = [], b""
    while after is not None:
        some, after = await memory.do(lambda work, a=after: work.identity.some_reachable(a, 5))
        assert len(some) <= 5
        met += [address for address, _ in some]
    assert sorted(met, key=str) == sorted(everybody, key=str)
