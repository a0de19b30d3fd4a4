"""The office's group chats: found again, moved, let go, and nothing of them readable without the master key."""

from bot.core.messages import Address
from storage.outbox import Note
from tests.places import held, place
from tests.vaults import opened

GROUP = Address(channel="telegram", id="-5")
BIG = Address(channel="telegram", id="-1000000000005")


def test_a_group_is_admitted_once_and_renamed_when_it_is_admitted_again(work):
    first = work.circles.admit(GROUP, "办公室", "zh")
    again = work.circles.admit(GROUP, "the office", "en")
    assert (first.number, again.number) == (1, 1)
    assert [one.title for one in work.circles.every()] == ["the office"]
    assert work.circles.find(GROUP) == again


def test_a_number_is_never_given_again(work):
    work.circles.admit(GROUP, "办公室", "zh")
    assert work.circles.let_go(GROUP)
    assert not work.circles.let_go(GROUP)
    assert work.circles.every() == ()
    assert work.circles.admit(GROUP, "办公室", "zh").number == 2


def test_a_moved_group_keeps_its_number_and_takes_the_place_of_what_was_there(work):
    work.circles.admit(GROUP, "办公室", "zh")
    work.circles.admit(BIG, "办公室", "zh")
    assert work.circles.move(GROUP, BIG)
    assert not work.circles.move(GROUP, BIG)
    assert [(one.number, one.address) for one in work.circles.every()] == [(1, BIG)]


def test_what_waits_for_a_moved_group_stays_the_same_parcel(work):
    work.parcels.put("digest", "2014-03-28", GROUP)
    work.parcels.put("note", "2014-03-28", GROUP, Note(key="desk.failed"))
    before = {parcel.key for parcel in work.parcels.due()}
    work.parcels.readdress(GROUP, BIG)
    due = work.parcels.due()
    assert {parcel.key for parcel in due} == before
    assert {parcel.address for parcel in due} == {BIG}
    assert [parcel.note for parcel in due if parcel.kind == "note"] == [Note(key="desk.failed")]


def test_nothing_waits_for_a_group_that_was_let_go(work):
    work.parcels.put("digest", "2014-03-28", GROUP)
    work.parcels.put("digest", "2014-03-28", BIG)
    work.parcels.give_up(GROUP)
    assert [parcel.address for parcel in work.parcels.due()] == [BIG]


def test_neither_address_nor_title_can_be_read_in_the_file(tmp_path):
    with opened(tmp_path) as work:
        work.circles.admit(BIG, "某某办公室", "zh")
    content = held(place(tmp_path))
    assert BIG.id.encode() not in content
    assert "某某办公室".encode() not in content
