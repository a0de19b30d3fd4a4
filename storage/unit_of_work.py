"""The stores of one transaction, side by side. It reaches them and does nothing else."""

from storage.answer import Answers
from storage.appointment import Visits
from storage.appraisal import Appraisals
from storage.campaign import Campaigns
from storage.circle import Circles
from storage.clues import Clues
from storage.database import Tx
from storage.dialogue import Dialogue
from storage.digest import Digests
from storage.draft import Drafts
from storage.echo import Echoes
from storage.errand import Errands
from storage.feed import Feeds
from storage.identity import Identity
from storage.inbox import Inbox
from storage.intake import Intakes
from storage.marks import Marks
from storage.opinion import Opinions
from storage.outbox import Parcels
from storage.rectification import Problems
from storage.round import Rounds
from storage.signature import Signatures
from storage.sorting import Decisions
from storage.staff import Members
from storage.survey import Scripts
from storage.talks import Talks
from storage.themes import Themes
from storage.tidings import Tidings
from storage.urgent import UrgentMatters
from storage.vault import Vault


class Work:
    """One unit of work: what a deed may read and change, all of it or nothing."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    @property
    def answers(self) -> Answers:
        """What another replica is to say."""
        return Answers(self._tx)

    @property
    def appraisals(self) -> Appraisals:
        """Meetings that rate their leading team."""
        return Appraisals(self._tx)

    @property
    def campaigns(self) -> Campaigns:
        """Plans, and what was reported of them."""
        return Campaigns(self._tx)

    @property
    def circles(self) -> Circles:
        """Group chats of the office."""
        return Circles(self._tx)

    @property
    def clues(self) -> Clues:
        """What was handed over to the body in charge of discipline."""
        return Clues(self._tx)

    @property
    def dialogue(self) -> Dialogue:
        """Letters to holders of receipts, and their replies."""
        return Dialogue(self._tx)

    @property
    def digests(self) -> Digests:
        """The weeks, as they were closed."""
        return Digests(self._tx)

    @property
    def decisions(self) -> Decisions:
        """Labels that somebody looked at."""
        return Decisions(self._tx)

    @property
    def drafts(self) -> Drafts:
        """Talks in progress."""
        return Drafts(self._tx)

    @property
    def echoes(self) -> Echoes:
        """What goes back to where it was raised."""
        return Echoes(self._tx)

    @property
    def errands(self) -> Errands:
        """What the desk remembers between two messages."""
        return Errands(self._tx)

    @property
    def feeds(self) -> Feeds:
        """Addresses at which the calendar can be subscribed to."""
        return Feeds(self._tx)

    @property
    def identity(self) -> Identity:
        """The sealed roster."""
        return Identity(self._tx)

    @property
    def inbox(self) -> Inbox:
        """What has been taken in already."""
        return Inbox(self._tx)

    @property
    def intakes(self) -> Intakes:
        """What came by other ways than the chat."""
        return Intakes(self._tx)

    @property
    def marks(self) -> Marks:
        """Which key directory this database was written with."""
        return Marks(self._tx)

    @property
    def tidings(self) -> Tidings:
        """What those are told who wished for it."""
        return Tidings(self._tx)

    @property
    def opinions(self) -> Opinions:
        """What people said, released."""
        return Opinions(self._tx)

    @property
    def parcels(self) -> Parcels:
        """What is to be handed to the office."""
        return Parcels(self._tx)

    @property
    def problems(self) -> Problems:
        """The problem list, and what became of each opinion."""
        return Problems(self._tx)

    @property
    def rounds(self) -> Rounds:
        """Rounds and their waves."""
        return Rounds(self._tx)

    @property
    def scripts(self) -> Scripts:
        """Scripts by digest."""
        return Scripts(self._tx)

    @property
    def signatures(self) -> Signatures:
        """Contacts left on purpose."""
        return Signatures(self._tx)

    @property
    def staff(self) -> Members:
        """Accounts, codes and the trail."""
        return Members(self._tx)

    @property
    def talks(self) -> Talks:
        """Talks that leaders have with each other."""
        return Talks(self._tx)

    @property
    def themes(self) -> Themes:
        """Opinions that say the same."""
        return Themes(self._tx)

    @property
    def urgent(self) -> UrgentMatters:
        """What could not wait."""
        return UrgentMatters(self._tx)

    @property
    def vault(self) -> Vault:
        """What was handed in and not released yet."""
        return Vault(self._tx)

    @property
    def visits(self) -> Visits:
        """Visiting days, and who comes."""
        return Visits(self._tx)

    def slots(self) -> list[int]:
        """Every key slot that a row names. At start all others are burned."""
        return [
            *self.drafts.keys(),
            *self.vault.keys(),
            *self.signatures.keys(),
            *self.tidings.keys(),
            *self.intakes.keys(),
            *self.visits.keys(),
            *self.answers.keys(),
        ]
