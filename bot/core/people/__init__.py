"""People: groups and units to choose from, who of the staff may do what, codes that let somebody in, how many there are.

finding     groups one may pick, units found by two typed characters
rights      the ONE table of who of the staff may do what
codes       one-time codes: made, written, read back however they were typed
typed       what a text asks for about oneself: a code, quiet, erasure, binding
headcounts  the rows of a table as people per unit and group
"""

from bot.core.people.codes import new_code, read_code, written
from bot.core.people.finding import audiences, find_units, open_groups
from bot.core.people.rights import (
    Deed,
    Label,
    Post,
    Role,
    Staff,
    may,
    may_appoint,
    may_change,
    placed,
    somewhere,
    within,
)
from bot.core.people.typed import (
    Manages,
    Typed,
    UsesCode,
    WantsBinding,
    WantsErasure,
    WantsQuiet,
    WantsReminders,
    recognise,
)

__all__ = [
    "Deed",
    "Label",
    "Manages",
    "Post",
    "Role",
    "Staff",
    "Typed",
    "UsesCode",
    "WantsBinding",
    "WantsErasure",
    "WantsQuiet",
    "WantsReminders",
    "audiences",
    "find_units",
    "may",
    "may_appoint",
    "may_change",
    "new_code",
    "open_groups",
    "placed",
    "read_code",
    "recognise",
    "somewhere",
    "within",
    "written",
]
