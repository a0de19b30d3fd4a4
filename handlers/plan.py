"""A plan's way into the calendar, and its life there: taken in as a draft, approved by a person, changed, reported.

Nothing here lives before somebody approved it. What changes a living plan leaves a line in the trail, and the rounds
that hang on its nodes move along, as far as they are not over.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.content.plan.sent import Found
from bot.core.campaign.drafting import draft
from bot.core.campaign.editing import Edit, approved
from bot.core.campaign.model import Campaign, Completion, Move, Node, moves
from bot.core.campaign.standing import Reports, reports
from bot.core.campaign.versions import Difference, difference, renewed
from bot.core.messages import Address
from bot.core.people import Deed, Label, somewhere
from bot.core.survey import Unit
from bot.core.workdays import Calendar
from storage.campaign import KeptCampaign
from storage.outbox import Note
from storage.unit_of_work import Work

Zone = Callable[[datetime], datetime]


def begin(work: Work, found: Found) -> KeptCampaign:
    """Keep what was read as a draft of its own."""
    return work.campaigns.begin(draft(found.plan, ""), found.source)


def read_again(work: Work, id: str, found: Found) -> KeptCampaign | None:
    """The draft of that number as its document reads now that its year is known. None where it is gone."""
    kept = work.campaigns.draft(id)
    if kept is None:
        return None
    again = draft(found.plan, id, kept.campaign.unit)
    known = replace(kept, source=found.source)
    return work.campaigns.keep(known, replace(again, version=kept.campaign.version))


def follow(work: Work, id: str, onto: str, calendar: Calendar) -> KeptCampaign | None:
    """The draft of that number becomes the next version of another plan. None where either is gone."""
    new = work.campaigns.draft(id)
    old = work.campaigns.alive(onto) or work.campaigns.draft(onto)
    if new is None or old is None or id == onto:
        return None
    made, _ = renewed(old.campaign, new.campaign, calendar)
    work.campaigns.discard(id)
    return work.campaigns.propose(made, new.source)


def changes(work: Work, kept: KeptCampaign) -> Difference | None:
    """What a draft would change of the version that lives; None where there is none."""
    alive = None if kept.lives else work.campaigns.alive(kept.id)
    return difference(alive.campaign, kept.campaign) if alive else None


def approve(
    work: Work, kept: KeptCampaign, who: Label, now: datetime, zone: Zone
) -> KeptCampaign:
    """From now on it lives. Raises `Raced` where it is not what was looked at."""
    today, before = zone(now).date(), work.campaigns.alive(kept.id)
    whole = approved(kept.campaign, today, before.campaign if before else None)
    made = work.campaigns.approve(kept, whole, str(who))
    work.staff.note(
        who, Deed.APPROVE_PLAN, now.timestamp(), plan=kept.id, version=whole.version
    )
    if before is not None:
        _rounds_follow(work, before.campaign, whole, now, zone)
    return made


def change(
    work: Work,
    kept: KeptCampaign,
    edit: Edit,
    node: str,
    what: str,
    who: Label,
    now: datetime,
    zone: Zone,
) -> KeptCampaign:
    """Keep a change. What moved, and who changed what, is in the trail. Raises `Raced` as `approve` does."""
    made = work.campaigns.keep(kept, edit.campaign)
    if kept.lives:
        at = now.timestamp()
        moved = {move.node: move for move in moves(kept.campaign, edit.campaign)}
        if node not in moved:
            work.staff.note(who, Deed.EDIT_PLAN, at, plan=kept.id, node=node, what=what)
        for move in moved.values():
            work.staff.note(
                who,
                Deed.EDIT_PLAN,
                at,
                plan=kept.id,
                node=move.node,
                what=what if move.node == node else "followed",
                was=_span(move.was),
                to=_span(move.now),
            )
        _rounds_follow(work, kept.campaign, edit.campaign, now, zone)
    return made


def report(work: Work, kept: KeptCampaign, done: Completion, who: Label, now: datetime) -> bool:
    """A node is done; False where that was known."""
    new = work.campaigns.report(kept.id, done, str(who))
    if new:
        _noted(work, kept, done, who, now, "done")
    return new


def unreport(
    work: Work, kept: KeptCampaign, done: Completion, who: Label, now: datetime
) -> bool:
    """It was not done after all; False where nobody had said so."""
    gone = work.campaigns.unreport(kept.id, done)
    if gone:
        _noted(work, kept, done, who, now, "undone")
    return gone


def standing(work: Work, kept: KeptCampaign, units: Sequence[Unit]) -> Reports:
    """What was reported of a plan, and by whom a node of all has to be."""
    concerned = [u.id for u in units if kept.campaign.unit in ("", u.id)]
    return reports(work.campaigns.completions(kept.id), concerned)


def tell(
    work: Work, deed: Deed, day: date, what: str, note: Note, but: Address | None = None
) -> int:
    """A note for everybody of the staff who may do this, once a day for the same thing; to how many."""
    told = 0
    for one in work.staff.every():
        if somewhere(one.staff, deed) and one.address != but:
            told += work.parcels.put("note", f"{day.isoformat()}:{what}", one.address, note)
    return told


# -- rounds hang on nodes ----------------------------------------------------------------------------------------------


def round_of(node: Node) -> str:
    """What the round that hangs on this node is called."""
    return f"{node.survey}_{node.id}"


def round_window(node: Node, now: datetime, zone: Zone) -> tuple[datetime, datetime] | None:
    """From the beginning of its first day, or from now, to the end of its last; None where that is over."""
    if node.end is None:
        return None
    local = zone(now)
    first = datetime.combine(node.start, time(), local.tzinfo) if node.start else local
    after = datetime.combine(node.end + timedelta(days=1), time(), local.tzinfo)
    return (max(first, local), after) if after > local else None


def _rounds_follow(
    work: Work, before: Campaign, after: Campaign, now: datetime, zone: Zone
) -> None:
    for move in moves(before, after):
        node = after.node(move.node)
        window = round_window(node, now, zone) if node is not None and node.survey else None
        if node is None or window is None:
            continue
        opens, closes = (int(moment.timestamp()) for moment in window)
        work.rounds.move(round_of(node), opens, closes, int(now.timestamp()))


# -- the trail ---------------------------------------------------------------------------------------------------------


def history(
    work: Work, kept: KeptCampaign, node: str
) -> Iterable[tuple[int, str, dict[str, str]]]:
    """When a node was changed, by which label, and what; the latest first."""
    for step in work.staff.trail():
        mine = (step.params.get("plan"), step.params.get("node")) == (kept.id, node)
        if mine and step.deed in (Deed.EDIT_PLAN, Deed.REPORT_NODE):
            yield step.at, step.who, dict(step.params)


def _noted(
    work: Work, kept: KeptCampaign, done: Completion, who: Label, now: datetime, what: str
) -> None:
    unit = {"unit": done.unit} if done.unit else {}
    work.staff.note(
        who, Deed.REPORT_NODE, now.timestamp(), plan=kept.id, node=done.node, what=what, **unit
    )


def _span(days: tuple[date | None, date | None]) -> str:
    return ":".join(day.isoformat() if day else "" for day in days)


def moved_with(edit: Edit, node: str) -> tuple[Move, ...]:
    """What moves beside the node itself."""
    return tuple(move for move in edit.moves if move.node != node)
