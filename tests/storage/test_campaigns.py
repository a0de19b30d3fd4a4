"""Plans in their versions: what lives, who may change what they looked at, what was reported."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core.campaign.model import Campaign, Completion, Node
from storage.database import Raced
from tests.places import held, place
from tests.vaults import opened, tell

DAY = date(2014, 6, 16)
PLAN = Campaign(
    id="",
    title="活动方案",
    year=2014,
    nodes=(
        Node(id="aaaaaaaa", place="node", title="谈心谈话", end=DAY, responsible=("甲某",)),
    ),
)


def test_nothing_lives_before_it_is_approved(work):
    draft = work.campaigns.begin(PLAN)
    assert (draft.id, draft.lives) == ("1", False)
    assert work.campaigns.living() == ()
    alive = work.campaigns.approve(draft, replace(draft.campaign, since=DAY), "leading-1")
    assert work.campaigns.living() == (alive,)
    assert work.campaigns.drafts() == ()
    assert (alive.approved_by, alive.campaign.since) == ("leading-1", DAY)


def test_what_was_looked_at_is_what_is_approved(work):
    """Somebody else changes the draft between the look and the tap."""
    seen = work.campaigns.begin(PLAN)
    work.campaigns.keep(seen, replace(seen.campaign, title="另一个"))
    with pytest.raises(Raced):
        work.campaigns.approve(seen, seen.campaign, "office-1")
    with pytest.raises(Raced):
        work.campaigns.keep(seen, seen.campaign)


def test_a_new_version_takes_the_place_of_the_old_one_when_it_is_approved(work):
    first = work.campaigns.approve(work.campaigns.begin(PLAN), PLAN_1, "office-1")
    next = work.campaigns.propose(replace(first.campaign, title="方案（修订）"))
    assert (next.id, next.campaign.version) == ("1", 2)
    assert work.campaigns.alive("1") == first
    work.campaigns.approve(next, next.campaign, "office-1")
    (living,) = work.campaigns.living()
    assert living.campaign.title == "方案（修订）"


def test_of_a_plan_one_version_lives_whoever_races(work):
    work.campaigns.approve(work.campaigns.begin(PLAN), PLAN_1, "office-1")
    work.campaigns.propose(PLAN_1)
    work._tx._connection.mark()
    with pytest.raises(Exception, match=r"(?i)unique"):
        tell(work._tx, "UPDATE campaign SET state = 1")
    work._tx._connection.unwind()


def test_another_draft_of_a_plan_takes_the_place_of_the_first(work):
    first = work.campaigns.approve(work.campaigns.begin(PLAN), PLAN_1, "office-1")
    work.campaigns.propose(replace(first.campaign, title="一"))
    work.campaigns.propose(replace(first.campaign, title="二"))
    assert [one.campaign.title for one in work.campaigns.drafts()] == ["二"]
    assert work.campaigns.discard("1")
    assert not work.campaigns.discard("1")
    assert work.campaigns.alive("1") is not None


def test_a_plan_that_ended_lives_no_longer_and_its_number_is_not_given_again(work):
    work.campaigns.approve(work.campaigns.begin(PLAN), PLAN_1, "office-1")
    assert work.campaigns.end("1")
    assert not work.campaigns.end("1")
    assert work.campaigns.alive("1") is None
    assert work.campaigns.begin(PLAN).id == "2"


@pytest.mark.parametrize("id", ["", "x", "99", "-1", "²", "9" * 40])
def test_a_number_nobody_gave_finds_nothing(work, id):
    assert work.campaigns.alive(id) is None
    assert work.campaigns.draft(id) is None


def test_a_report_counts_once_for_each_unit_and_may_be_taken_back(work):
    done = Completion(node="aaaaaaaa", day=DAY, unit="no1")
    assert work.campaigns.report("1", done, "school-1")
    assert not work.campaigns.report("1", replace(done, day=date(2014, 6, 17)), "school-2")
    assert work.campaigns.report("1", replace(done, unit="no2"), "school-2")
    assert [one.unit for one in work.campaigns.completions("1")] == ["no1", "no2"]
    assert work.campaigns.completions("2") == ()
    assert work.campaigns.unreport("1", done)
    assert not work.campaigns.unreport("1", done)


def test_of_what_comes_again_each_day_is_reported_by_itself(work):
    done = Completion(node="aaaaaaaa", day=DAY, occurrence=DAY)
    assert work.campaigns.report("1", done, "office-1")
    assert work.campaigns.report("1", replace(done, occurrence=date(2014, 7, 1)), "office-1")
    assert [one.occurrence for one in work.campaigns.completions("1")] == [
        DAY,
        date(2014, 7, 1),
    ]


def test_the_words_of_a_plan_do_not_lie_open_in_the_file(tmp_path):
    with opened(tmp_path) as work:
        work.campaigns.begin(PLAN, source="唐诗三百首")
    content = held(place(tmp_path))
    for words in ("谈心谈话", "甲某", "活动方案", "唐诗三百首"):
        assert words.encode() not in content
        assert words.encode("unicode_escape") not in content


def test_the_document_is_kept_only_until_it_has_been_read_with_its_year(work):
    draft = work.campaigns.begin(PLAN, source="[]")
    assert work.campaigns.draft("1") == draft
    alive = work.campaigns.approve(draft, draft.campaign, "office-1")
    assert (alive.source, work.campaigns.alive("1")) == ("", alive)


PLAN_1 = replace(PLAN, id="1", since=DAY)
