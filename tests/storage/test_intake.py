"""What came by other ways: what is still being taken in at the close goes on as a whole, and each portion is taken once."""

from dataclasses import replace

import pytest

from bot.core.messages import Address
from bot.core.privacy import redact
from storage.intake import BEGUN, DONE, GOING, ROWS, TOLD
from storage.opinion import Written
from storage.unit_of_work import Work

THIS, NEXT, LAST = "2014-03-28", "2014-04-04", "2014-03-21"


def _batch(work: Work, state: int, period: str = THIS) -> int:
    """A meeting's batch in that state."""
    desk = Address(channel="web", id="desk")
    made = work.intakes.begin("座谈会", "2014-03-27", "甲某", desk)
    work.intakes.save(replace(made, period=period, state=state, many=3))
    return made.number


def _entered(work: Work, batch: int, words: str, period: str = THIS) -> bytes:
    """One of its rows became an opinion."""
    id = work.opinions.enter(
        "standing", period, Written(channel="座谈会", text=redact(words).text, labels={})
    )
    mac = work.intakes.mac("words", words)
    work.intakes.enter(
        mac, batch, id, received="", due="", origin="", early=False, urgent=False
    )
    return id


def _words(work: Work, period: str) -> set[str]:
    return {str(kept.text) for kept in work.opinions.entered(period)}


def _numbers(work: Work, period: str) -> list[int]:
    return [batch.number for batch in work.intakes.of(period)]


def test_what_is_still_being_taken_in_at_the_close_goes_to_the_next_with_its_words(work: Work):
    done, going = _batch(work, DONE), _batch(work, GOING)
    _entered(work, done, "食堂太挤")
    _entered(work, going, "作业太多")
    _entered(work, going, "会议太长")

    work.intakes.put_off(THIS, NEXT)

    assert (_numbers(work, THIS), _numbers(work, NEXT)) == ([done], [going])
    assert _words(work, THIS) == {"食堂太挤"}
    assert _words(work, NEXT) == {"作业太多", "会议太长"}
    assert len(work.intakes.came(NEXT)) == 2


@pytest.mark.parametrize("state", [TOLD, DONE, BEGUN])
def test_what_is_all_in_or_was_never_confirmed_stays_where_it_is(work: Work, state: int):
    number = _batch(work, state)
    _entered(work, number, "食堂太挤")

    work.intakes.put_off(THIS, NEXT)

    found = work.intakes.find(number)
    assert found is not None
    assert found.period == THIS
    assert (_words(work, THIS), _words(work, NEXT)) == ({"食堂太挤"}, set())


def test_what_goes_on_in_another_week_is_left_alone(work: Work):
    earlier = _batch(work, GOING, LAST)
    _entered(work, earlier, "食堂太挤", LAST)

    work.intakes.put_off(THIS, NEXT)

    assert _numbers(work, LAST) == [earlier]
    assert _words(work, LAST) == {"食堂太挤"}


def test_what_is_one_with_another_batchs_matter_stays_with_that(work: Work):
    done, going = _batch(work, DONE), _batch(work, GOING)
    first, again = _entered(work, done, "食堂太挤"), _entered(work, going, "食堂人太多")
    work.intakes.make_one(again, first, {"text": "食堂人太多"})
    work.opinions.drop(again)

    work.intakes.put_off(THIS, NEXT)

    assert (_numbers(work, THIS), _numbers(work, NEXT)) == ([done], [going])
    assert (_words(work, THIS), _words(work, NEXT)) == ({"食堂太挤"}, set())


def test_each_portion_is_taken_once_and_the_key_burns_with_the_last_of_them(work: Work):
    number = _batch(work, GOING)
    work.intakes.wait(number, ROWS, [b"one", b"two"])
    (slot,) = work.intakes.keys()

    assert work.intakes.portion(number, 1) == b"two"
    assert [work.intakes.took(number, 1), work.intakes.took(number, 1)] == [True, False]
    assert work.intakes.portions(number) == [0]
    work.intakes.clear(number)

    assert (work.intakes.portions(number), work.intakes.keys()) == ([], [])
    assert work.intakes.portion(number, 0) is None
    assert isinstance(slot, int)
