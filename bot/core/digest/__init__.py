"""The digest: released opinions in, one frozen snapshot out, from which all papers of a period are drawn.

`model` says what it holds, `counting` how it is counted, `snapshot` how it is kept, `checking` what a clerk would
look at before it leaves.
"""

from bot.core.digest.checking import Difference, Problem, differences, self_check
from bot.core.digest.counting import digest_from, past_with, personal_files
from bot.core.digest.model import (
    Count,
    CoverageRow,
    DaysOff,
    Desk,
    Digest,
    Entry,
    Labels,
    Letters,
    Meetings,
    Name,
    Names,
    Node,
    Notes,
    Opinion,
    Overdue,
    Past,
    PersonalFile,
    PersonalMatter,
    Progress,
    Ratings,
    Rectification,
    Remark,
    Replies,
    TopicRow,
    Turnout,
    TurnoutRow,
    Urgent,
)
from bot.core.digest.snapshot import NotASnapshot, from_json, personal_from_json, to_json

__all__ = [
    "Count", "CoverageRow", "DaysOff", "Desk", "Difference", "Digest", "Entry", "Labels", "Letters", "Meetings",
    "Name", "Names", "Node", "NotASnapshot", "Notes", "Opinion", "Overdue", "Past", "PersonalFile",
    "PersonalMatter", "Problem", "Progress", "Ratings", "Rectification", "Remark", "Replies", "TopicRow",
    "Turnout", "TurnoutRow", "Urgent", "differences", "digest_from", "from_json", "past_with", "personal_files",
    "personal_from_json", "self_check", "to_json",
]  # fmt: skip
