"""The stores of one transaction, side by side. It reaches them and does nothing else."""

from storage.database import Tx
from storage.digest import Digests
from storage.draft import Drafts
from storage.identity import Identity
from storage.inbox import Inbox
from storage.opinion import Opinions
from storage.outbox import Parcels
from storage.round import Rounds
from storage.staff import Members
from storage.survey import Scripts
from storage.vault import Vault


class Work:
    """One unit of work: what a deed may read and change, all of it or nothing."""

    __slots__ = (
        "digests",
        "drafts",
        "identity",
        "inbox",
        "opinions",
        "parcels",
        "rounds",
        "scripts",
        "staff",
        "vault",
    )

    def __init__(self, tx: Tx) -> None:
        self.digests = Digests(tx)
        self.drafts = Drafts(tx)
        self.identity = Identity(tx)
        self.inbox = Inbox(tx)
        self.opinions = Opinions(tx)
        self.parcels = Parcels(tx)
        self.rounds = Rounds(tx)
        self.scripts = Scripts(tx)
        self.staff = Members(tx)
        self.vault = Vault(tx)

    def slots(self) -> list[int]:
        """Every key slot that a row names. At start all others are burned."""
        return [*self.drafts.keys(), *self.vault.keys()]
