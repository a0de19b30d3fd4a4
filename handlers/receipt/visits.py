"""Whose next words belong to a receipt they have just shown: for ten minutes, in the sealed draft of their chat.

An account and a receipt stand together there, so it is kept where an older version can be opened by nobody, ends by an
alarm, and is gone with the first word, tap or erasure that is about something else. No other row knows of it, and any
replica can go on with it.
"""

from dataclasses import replace

from bot.core.dialogue import Visit
from bot.core.messages import Address, Incoming
from bot.core.survey import Language
from storage.draft import Draft
from storage.unit_of_work import Work


def expects(work: Work, incoming: Incoming, now: float) -> bool:
    """Whether this message is for a receipt that was shown."""
    draft = work.drafts.find(incoming.address)
    return bool(draft and draft.visit and draft.visit.takes(incoming.body, now))


def writing(work: Work, address: Address, now: float) -> Visit | None:
    """What they are writing; None where they are not, or have taken too long."""
    draft = work.drafts.find(address)
    visit = draft.visit if draft else None
    return visit if visit and now < visit.until else None


def put(
    work: Work, address: Address, language: Language, visit: Visit | None, now: float
) -> Draft:
    """They are writing this from now on, or nothing any more. Raises `Raced`."""
    draft = work.drafts.find(address) or Draft(address=address, language=language)
    moved = replace(draft, visit=visit).moved(draft.session, now=now)
    if not moved.over or moved.waiting:
        return work.drafts.keep(moved)
    if draft.revision:
        work.drafts.drop(draft)
    return moved
