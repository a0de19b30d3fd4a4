"""What the desk remembers between two messages."""

from sqlalchemy import insert

from bot.core.messages import Address, Sent
from storage.keys import derive, seal
from storage.statement import Statement
from storage.tables import awaited
from tests.places import held, place
from tests.vaults import opened

CLERK = Address(channel="web", id="clerk")
PLAN = Sent("plan.docx", "handle-1", 1234)


def test_the_last_command_that_waits_is_the_one_that_counts(work):
    work.errands.awaits(b"tag", "plan ask 3", 20_000)
    work.errands.awaits(b"tag", "plan ask 4", 20_000)
    assert work.errands.awaited(b"tag") == "plan ask 4"
    work.errands.awaits(b"tag", "", 20_000)
    assert work.errands.awaited(b"tag") == ""


def test_a_number_names_one_of_the_choices_that_were_shown_last(work):
    work.errands.awaits(b"tag", "", 20_000, ("progress", "digest 2014-03-28"))
    assert work.errands.awaited(b"tag") == ""
    assert [work.errands.chosen(b"tag", n) for n in (0, 1, 2, 3)] == [
        "", "progress", "digest 2014-03-28", "",
    ]  # fmt: skip
    work.errands.awaits(b"tag", "plan ask 3", 20_000)
    assert work.errands.chosen(b"tag", 1) == ""
    assert work.errands.awaited(b"tag") == "plan ask 3"


def test_a_command_kept_by_an_earlier_release_still_waits(work):
    sealed = seal(derive(work._tx.keys.master, "errands"), b"plan ask 3", b"tag")
    work._tx.do(Statement(insert(awaited)), {"tag": b"tag", "day": 20_000, "sealed": sealed})
    assert work.errands.awaited(b"tag") == "plan ask 3"
    assert work.errands.chosen(b"tag", 1) == ""


def test_a_file_is_taken_up_once_its_purpose_is_known_and_done_once(work):
    number = work.errands.take_up(CLERK, PLAN, "", 0)
    assert work.errands.every() == ()
    assert work.errands.meant(number, CLERK, "plan")
    assert [(one.sent, one.words) for one in work.errands.every()] == [(PLAN, "plan")]
    assert work.errands.done(number)
    assert not work.errands.done(number)
    assert work.errands.find(number) is None


def test_nobody_says_what_somebody_elses_file_is_for(work):
    number = work.errands.take_up(CLERK, PLAN, "", 0)
    assert not work.errands.meant(number, Address(channel="web", id="other"), "plan")


def test_nothing_of_it_can_be_read_in_the_file(tmp_path):
    with opened(tmp_path) as work:
        work.errands.take_up(CLERK, PLAN, "plan", 0)
        work.errands.awaits(b"tag", "plan ask 3", 20_000)
    kept = held(place(tmp_path))
    assert not [
        word for word in (b"plan.docx", b"handle-1", b"clerk", b"plan ask") if word in kept
    ]


def test_what_is_pasted_in_pieces_grows_until_it_is_said_what_it_is(work):
    number = work.errands.take_up(CLERK, Sent("", "", 0), "", 0, pasted="一、")
    assert work.errands.longer(number, CLERK, "一、\n二、")
    assert work.errands.every() == ()
    assert work.errands.meant(number, CLERK, "plan")
    assert [(one.words, one.pasted) for one in work.errands.every()] == [("plan", "一、\n二、")]
    somebody = Address(channel="web", id="somebody")
    assert not work.errands.longer(number, somebody, "三、")
