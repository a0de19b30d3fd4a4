"""The page: whose link it is, how it stands with them, and links taken back once their round is over.

A personal link is lent when it is sent, not when it is opened, so that nothing kept says who looked. Whether somebody
has handed in is asked of the tag buckets alone.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.core.link import Standing, round_of
from bot.core.messages import Address
from bot.core.round import PARENTS_MOST, Round, open_round
from storage.unit_of_work import Work


def lend(work: Work, person: Address, page: Address) -> bool:
    """The person may answer there from now on. False where we do not know them."""
    work.identity.lend(person, page)
    return work.identity.find(page) is not None


def stands(work: Work, rounds: Iterable[Round], page: Address, now: float) -> Standing:
    """How it stands with whoever opens this page."""
    draft = work.drafts.find(page)
    if draft is not None and (draft.session is not None or draft.waiting):
        return "going"
    named, entry = round_of(page), work.identity.find(page)
    if named and entry is None:
        return "unknown"
    chosen = open_round(rounds, datetime.fromtimestamp(now, UTC), named)
    if chosen is None or (named and chosen.id != named):
        return "over"
    main = work.identity.main_of(entry) if entry else page.person
    times = work.vault.finished(chosen.id, main)
    if not times:
        return "new"
    group = chosen.script.group(entry.group) if entry else None
    staff = group is not None and group.audience == "staff"
    return "done" if staff or times >= PARENTS_MOST else "again"


def take_back(work: Work, rounds: Iterable[Round], now: float, after: bytes) -> bytes | None:
    """Links of rounds that are not open any more are nobody's, some entries at a time; behind which to go on, None: done."""
    moment = datetime.fromtimestamp(now, UTC)
    going = {one.id for one in rounds if one.open(moment)}

    def over(page: Address) -> bool:
        return bool(round_of(page)) and round_of(page) not in going

    return work.identity.take_back(over, after)
