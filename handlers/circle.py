"""The group robots that the operator set up are group chats of the office from the start to the end of that setting.

Nobody of the staff can make them one from inside, for nobody is heard there. The office sees them among those a digest
goes to, before it sends; to be rid of one for good, the operator takes it out of the setting.
"""

from collections.abc import Iterable

from bot.core.messages import Address
from storage.unit_of_work import Work

ROBOT = "robot"
"""The channel of group robots; an address is the name the operator gave one."""


def keep_robots(work: Work, names: Iterable[str]) -> None:
    """Those of the setting are the office's, others are no more."""
    wanted = {Address(channel=ROBOT, id=name) for name in names}
    for known in work.circles.every():
        if known.address.channel == ROBOT and known.address not in wanted:
            work.circles.let_go(known.address)
            work.parcels.give_up(known.address)
    for address in sorted(wanted, key=lambda one: one.id):
        if work.circles.find(address) is None:
            work.circles.admit(address, address.id, "zh")
