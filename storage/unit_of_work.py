"""The stores of one transaction, side by side. It reaches them and does nothing else."""

from functools import cached_property

from storage.database import Tx
from storage.draft import Drafts
from storage.identity import Identity
from storage.inbox import Inbox
from storage.opinion import Opinions
from storage.survey import Scripts


class Work:
    """One unit of work: what a deed may read and change, all of it or nothing."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    @cached_property
    def drafts(self) -> Drafts:
        """Talks in progress."""
        return Drafts(self._tx)

    @cached_property
    def identity(self) -> Identity:
        """The sealed roster."""
        return Identity(self._tx)

    @cached_property
    def inbox(self) -> Inbox:
        """What has been taken in already."""
        return Inbox(self._tx)

    @cached_property
    def opinions(self) -> Opinions:
        """What people said."""
        return Opinions(self._tx)

    @cached_property
    def scripts(self) -> Scripts:
        """Scripts by digest."""
        return Scripts(self._tx)
