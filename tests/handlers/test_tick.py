"""The clock strikes: each answer leaves the vault once, in company, in no order."""

import asyncio
import io
import os
import random
from collections import Counter
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.content.papers import papers
from bot.core.bucket import NO_TAGS
from bot.reports.workbook import workbook
from handlers.tick import Ticked, tick
from storage.tables import opinion as opinion_table
from storage.vault import Tick
from tests.core.test_digest import digest_of, opinion
from tests.order import tau
from tests.vaults import Shelf, atoms, every_key, person, said

PERIOD = "2026-09-25"


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path, durable=False)
    shelf.do(lambda work: work.vault.open("r", atoms()))
    yield shelf
    shelf.close()


def submit(shelf, number, *texts, unit="no1", group="teacher", most=1):
    atom = atoms().atom_of(unit, group).id
    texts = texts or (f"话{number}",)
    return shelf.do(
        lambda work: work.vault.submit("r", person(number), atom, said(*texts), most=most)
    )


def strike(shelf, name, period=PERIOD, **kept):
    return asyncio.run(tick(shelf, "r", Tick(name=name, period=period, **kept)))


def texts(shelf):
    return [text for (text,) in shelf.rows("SELECT text FROM opinion")]


def released(shelf):
    return [
        (t.period, t.atom, t.people, t.submissions)
        for t in shelf.do(lambda work: work.opinions.turnout())
    ]


def test_answers_leave_when_enough_people_wait_and_all_of_them_at_once(shelf):
    for number in range(2):
        submit(shelf, number, f"一{number}", f"二{number}")
    assert strike(shelf, "t1") == Ticked(dropped=False, lost=False)
    assert texts(shelf) == []
    submit(shelf, 2, "一2", "二2")
    submit(shelf, 3, "别处", unit="no3")
    strike(shelf, "t2", "2026-10-02")
    assert sorted(texts(shelf)) == ["一0", "一1", "一2", "二0", "二1", "二2"]
    assert [period for period, *_ in released(shelf)] == ["2026-10-02"]


def test_a_tick_is_named_by_the_closing_date_and_by_nothing_finer(shelf):
    for number in range(3):
        submit(shelf, number)
    strike(shelf, "2026-09-23T15:00", "2026-09-25")
    columns = [column.name for column in opinion_table.columns]
    rows = shelf.rows(f"SELECT {', '.join(columns)} FROM opinion")
    dated = {
        column
        for row in rows
        for column, value in zip(columns, row, strict=True)
        if "2026" in str(value)
    }
    assert dated == {"period"}
    assert {row[columns.index("period")] for row in rows} == {"2026-09-25"}


def test_two_ticks_of_one_period_are_one_line_of_participation(shelf):
    for wave in range(2):
        for number in range(3):
            submit(shelf, 10 * wave + number)
        strike(shelf, f"t{wave}")
    atom = atoms().atom_of("no1", "teacher").id
    assert released(shelf) == [(PERIOD, atom, 6, 6)]


def test_people_are_counted_once_and_submissions_as_often_as_they_came(shelf):
    for number in range(3):
        submit(shelf, number, group="parent", unit="", most=2)
    submit(shelf, 1, "第二个孩子", group="parent", unit="", most=2)
    strike(shelf, "t1")
    [(_, _, people, submissions)] = released(shelf)
    assert (people, submissions) == (3, 4)


def test_the_same_tick_again_does_nothing(shelf):
    for number in range(3):
        submit(shelf, number)
    strike(shelf, "t1")
    for number in range(3, 6):
        submit(shelf, number)
    assert strike(shelf, "t1") is None
    assert len(texts(shelf)) == 3


def test_at_the_close_the_rest_folds_upward(shelf):
    submit(shelf, 1, unit="no1")
    submit(shelf, 2, unit="no1")
    submit(shelf, 3, unit="no2")
    assert strike(shelf, "t1", last=True) == Ticked(dropped=False, lost=False)
    assert len(texts(shelf)) == 3
    assert [atom for _, atom, *_ in released(shelf)] == ["area/teacher"]


def test_too_few_at_the_close_are_not_handed_on_and_it_is_told(shelf):
    submit(shelf, 1)
    assert strike(shelf, "t1", last=True) == Ticked(dropped=True, lost=False)
    assert texts(shelf) == []
    assert every_key((shelf.folder / "keys" / "slots").read_bytes()) == []


def test_a_standing_round_folds_at_every_fourth_tick_and_goes_on(shelf):
    for number, unit in enumerate(("no1", "no1", "no2")):
        submit(shelf, number, unit=unit, most=None)
    for name in ("t1", "t2", "t3"):
        strike(shelf, name, standing=True)
        assert texts(shelf) == []
    strike(shelf, "t4", standing=True)
    assert len(texts(shelf)) == 3
    assert submit(shelf, 1, most=None) == "taken"


def test_in_a_standing_round_the_same_few_are_heard_again_and_again(shelf):
    """They were counted once a quarter: whoever spoke every week was never enough again."""
    for week in range(3):
        for number in range(3):
            submit(shelf, number, f"第{week}周{number}", f"又{week}{number}", most=None)
            submit(shelf, number, f"再{week}{number}", most=None)
        strike(shelf, f"t{week}", standing=True)
        assert len(texts(shelf)) == 9 * (week + 1)
        assert sum(people for *_, people, _ in released(shelf)) == 3 * (week + 1)


def test_in_a_standing_round_who_still_waits_does_not_count_twice(shelf):
    for number in range(2):
        submit(shelf, number, most=None)
    strike(shelf, "t1", standing=True)
    for number in range(2):
        submit(shelf, number, most=None)
    strike(shelf, "t2", standing=True)
    assert texts(shelf) == []
    submit(shelf, 2, most=None)
    strike(shelf, "t3", standing=True)
    assert [(people, times) for *_, people, times in released(shelf)] == [(3, 5)]


def test_a_standing_round_forgets_whom_it_has_heard(shelf):
    for number in range(3):
        submit(shelf, number, most=None)
    assert shelf.do(lambda work: work.vault.finished("r", person(1))) == 1
    strike(shelf, "t1", standing=True)
    assert shelf.do(lambda work: work.vault.finished("r", person(1))) == 0
    bucket = shelf.do(lambda work: work.vault._read(work.vault._find("r"), "tags", 0))
    assert bucket.content == NO_TAGS


def test_all_bucket_keys_turn_over_at_a_tick(shelf):
    for number in range(8):
        submit(shelf, number, unit="no3" if number == 7 else "no1")
    slots = shelf.folder / "keys" / "slots"
    question = "SELECT b.key FROM bucket b"
    before = {shelf.keys.key(slot) for (slot,) in shelf.rows(question)}
    strike(shelf, "t1")
    after = every_key(slots.read_bytes())
    assert len(before) == 2
    assert not before & set(after)


def test_a_tick_with_nobody_waiting_and_one_of_a_round_nobody_opened(shelf):
    assert strike(shelf, "t1") == Ticked(dropped=False, lost=False)
    assert asyncio.run(tick(shelf, "other", Tick(name="t1", period=PERIOD))) is None


def test_half_a_surrogate_pair_does_not_stop_a_tick(shelf):
    for number in range(3):
        submit(shelf, number, "话\ud83d")
    strike(shelf, "t1")
    assert texts(shelf) == ["话?"] * 3


def test_restored_without_its_keys_a_tick_says_what_it_could_not_open(tmp_path):
    shelf = Shelf(tmp_path, durable=False)
    shelf.do(lambda work: work.vault.open("r", atoms()))
    submit(shelf, 1)
    shelf.close()
    (tmp_path / "keys" / "slots").unlink()
    again = Shelf(tmp_path, durable=False)
    assert strike(again, "t1") == Ticked(dropped=False, lost=True)
    again.close()


# -- order ------------------------------------------------------------------------------------------------------


def test_neither_rows_nor_the_file_tell_the_order_of_submission(tmp_path, monkeypatch):
    """Eight runs of thirty people, with chance from a seed so that bad luck cannot fail the test."""
    chance = random.Random(20260925)
    monkeypatch.setattr(os, "urandom", chance.randbytes)
    taus = {"row": [], "file": [], "lookup": [], "digest": [], "export": []}
    for run in range(8):
        folder = tmp_path / str(run)
        shelf = Shelf(folder, durable=False)
        shelf.do(lambda work: work.vault.open("r", atoms()))
        marks = [f"mark{number:02}" for number in range(30)]
        for number, mark in enumerate(marks):
            submit(shelf, number, mark)
            if number == 14:
                strike(shelf, "t1")
        strike(shelf, "t2")
        taus["row"].append(tau([marks.index(t) for t in texts(shelf)]))
        by = shelf.rows("SELECT text FROM opinion ORDER BY lookup")
        taus["lookup"].append(tau([marks.index(t) for (t,) in by]))
        digest = digest_of(*map(_opinion, shelf.do(lambda work: work.opinions.of(PERIOD))))
        taus["digest"].append(tau([marks.index(entry.text) for entry in digest.entries]))
        cells = str([[c.value for c in row] for row in _ledger(digest).iter_rows()])
        taus["export"].append(tau(sorted(range(30), key=lambda n: cells.index(marks[n]))))
        raw = shelf.lying("opinion")
        places = {mark: raw.index(mark.encode()) for mark in marks}
        taus["file"].append(tau(sorted(range(30), key=lambda n: places[marks[n]])))
        shelf.close()
    for found in taus.values():
        assert max(abs(t) for t in found) < 0.45
        assert abs(sum(found) / len(found)) < 0.16


def _opinion(kept):
    return opinion(kept.id, text=kept.text, unit=kept.unit, group=kept.group)


def _ledger(digest):
    return load_workbook(io.BytesIO(workbook(digest, papers("zh")))).worksheets[0]


# -- histories --------------------------------------------------------------------------------------------------


class Died(Exception):
    """The process was killed here."""


class Mortal:
    """A database that dies before its n-th deed."""

    def __init__(self, shelf, lives):
        self.shelf, self.lives = shelf, lives

    async def write(self, deed):
        if self.lives == 0:
            raise Died
        self.lives -= 1
        return await self.shelf.write(deed)


people = st.integers(0, 25)
history = st.lists(
    st.one_of(
        st.tuples(
            st.just("submit"),
            people,
            st.sampled_from(["no1", "no2", "no3", ""]),
            st.integers(1, 3),
        ),
        st.tuples(st.just("long"), people, st.sampled_from(["no1", "no3"]), st.integers(1, 2)),
        st.tuples(st.just("tick")),
        st.tuples(st.just("die"), st.integers(0, 12)),
        st.tuples(st.just("remind"), st.integers(1, 3)),
    ),
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(history=history, standing=st.booleans())
def test_whatever_happens_nothing_is_lost_and_nothing_is_doubled(
    tmp_path_factory, history, standing
):
    folder = tmp_path_factory.mktemp("history")
    shelf = Shelf(folder, durable=False)
    shelf.do(lambda work: work.vault.open("r", atoms()))
    names, taken, voices = count(1), Counter(), Counter()
    for event in history:
        match event:
            case ("submit" | "long") as kind, number, unit, pieces:
                words = [
                    f"{next(names)}。" + "长" * (3000 * (kind == "long")) for _ in range(pieces)
                ]
                most = None if standing else 2
                outcome = submit(shelf, number, *words, unit=unit, most=most)
                voices[number] += 1
                assert outcome == ("taken" if standing or voices[number] <= 2 else "already")
                if outcome == "taken":
                    taken.update(words)
            case ("tick",):
                strike(shelf, f"t{next(names):04}", standing=standing)
            case "die", lives:
                wish = Tick(name=f"t{next(names):04}", period=PERIOD, standing=standing)
                try:
                    asyncio.run(tick(Mortal(shelf, lives), "r", wish))
                except Died:
                    shelf.close()
                    shelf = Shelf(folder, durable=False)
            case "remind", wave:
                shelf.do(
                    lambda work, w=wave: work.vault.reached(
                        "r", w, [person(n) for n in range(25)]
                    )
                )
        assert Counter(texts(shelf)) <= taken
    strike(shelf, "y")
    out = Counter(texts(shelf))
    done = strike(shelf, "z", last=True)
    found = Counter(texts(shelf))
    assert out <= found <= taken
    assert done.dropped or found == taken
    counts = shelf.do(lambda work: work.opinions.turnout())
    assert all(each.people >= 3 for each in counts)
    assert every_key((folder / "keys" / "slots").read_bytes()) == []
    shelf.close()
