"""Who of the staff may do what: one table, read from top to bottom, and the few rules around it.

A person may hold several posts (the head of a school is often its office too). A post has a role and, where the role
is tied to places, its units; what a right reaches is its scope:

    WHOLE   everywhere
    OWN     the units of the post and those below them; a post without units is for the whole house
    SEAT    the very unit of the post and none below it
    NAMED   what bears the name of the post: the nodes of a plan that name this person

Nobody's right reaches below the atoms of `core.cells`: a school office with four teachers may see its figures and finds
none there. Participants are not staff; what they may do stands in no table, for all of them may do the same.

The groups of an office and their names: 领导小组 with 办公室, 组织组, 秘书组, 宣传组, 指导组; a 领导小组 with an office in
each unit; 督导组 from above; one 第一责任人 for each unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto


class Role(StrEnum):
    """What somebody of the staff is there for."""

    OFFICE = "office"
    """办公室: runs it all, day by day."""
    LEADING = "leading"
    """领导小组: is reported to, approves plans."""
    ORGANISATION = "organisation"
    """组织组: talks, appraisals."""
    SECRETARY = "secretary"
    """秘书组: papers."""
    PUBLICITY = "publicity"
    """宣传组: notices and bulletins."""
    GUIDANCE = "guidance"
    """指导组: takes in and sees what concerns the units it was sent to."""
    SCHOOL = "school"
    """校级办公室: the office of one unit."""
    RESPONSIBLE = "responsible"
    """第一责任人: gets the personal matters of one unit. One for each unit."""
    DEPUTY = "deputy"
    """The one person a 第一责任人 may authorise."""
    SUPERVISOR = "supervisor"
    """督导: reads, and may call for a look back. Everywhere, or in some units and those below."""
    DUTY = "duty"
    """值班: takes urgent matters at any hour."""
    NODE = "node"
    """责任人: named in a plan as responsible for nodes."""


class Deed(StrEnum):
    """What staff may do or see. The value is what the trail keeps."""

    # rounds
    OPEN_ROUND = "open_round"
    CLOSE_ROUND = "close_round"
    SEE_PROGRESS = "see_progress"
    """Units × groups of the last tick, in bands."""
    # opinions
    TAKE_IN = "take_in"
    """Enter what came by another way: 座谈, 走访, 来信, 来访, 热线, 代录."""
    IMPORT = "import"
    UNDO_IMPORT = "undo_import"
    SORT = "sort"
    """Confirm or correct labels, merge what says the same."""
    CLAIM_URGENT = "claim_urgent"
    HAND_ON = "hand_on"
    """Give a clue or a matter to those in charge elsewhere: 移交, 转办."""
    SEE_SIGNED = "see_signed"
    """Contacts that were left on purpose."""
    TALK = "talk"
    """Ask and answer whoever holds a receipt."""
    # papers
    SEE_DIGEST = "see_digest"
    """Digests that were sent."""
    SEE_LEDGER = "see_ledger"
    DRAFT_DIGEST = "draft_digest"
    EDIT_DIGEST = "edit_digest"
    SEND_DIGEST = "send_digest"
    HEAR_UNSENT = "hear_unsent"
    """Be told that nobody has sent a draft by the hour at which the office wants it out."""
    KEEP_CIRCLES = "keep_circles"
    """Let a group chat of the office receive what is sent, or let go of it."""
    MAKE_REPORT = "make_report"
    """征求意见情况报告 and what else is made at the end of a phase."""
    MAKE_CHECKUP = "make_checkup"
    """The frame of a leading team's 《对照检查》 with what was said about that team."""
    PACK_PERIOD = "pack_period"
    """A period's papers as one archive, for inspection."""
    READ_PERSONAL = "read_personal"
    """The sealed file of a unit: 个人 matters."""
    # the plan
    SEE_CALENDAR = "see_calendar"
    IMPORT_PLAN = "import_plan"
    EDIT_PLAN = "edit_plan"
    APPROVE_PLAN = "approve_plan"
    REPORT_NODE = "report_node"
    """Say that a node is done, or that it needs more time."""
    LOOK_BACK = "look_back"
    """See what of a step was done and what is missing: 回头看."""
    CALL_LOOK_BACK = "call_look_back"
    PLAN_TALKS = "plan_talks"
    SEE_TALKS = "see_talks"
    """See which talks are planned and which were held, never what was said: one's own, or the plan one makes."""
    RECORD_TALK = "record_talk"
    """Write and read what was said in a talk: the two of it, and the office whose plan it is."""
    # what became of it
    SEE_PROBLEMS = "see_problems"
    LIST_PROBLEMS = "list_problems"
    """Make problems of opinions, and give every opinion its one way: 去向."""
    OPEN_ITEM = "open_item"
    WORK_ITEM = "work_item"
    """Say how an item stands; ask for more time, or for help from above."""
    CLOSE_ITEM = "close_item"
    SEND_BACK = "send_back"
    PUBLISH_NOTICE = "publish_notice"
    ANSWER_WRITERS = "answer_writers"
    HOLD_APPRAISAL = "hold_appraisal"
    SEE_APPRAISAL = "see_appraisal"
    SEE_OWN_APPRAISAL = "see_own_appraisal"
    """How one was rated oneself, where the meeting allows it; whoever sees all of it sees that too."""
    OFFER_HOURS = "offer_hours"
    """校长接待日: publish hours, move them, call them off."""
    SEE_VISITS = "see_visits"
    """Who comes on such a day."""
    PRINT_CARDS = "print_cards"
    # people
    INVITE_PEOPLE = "invite_people"
    """Codes for participants: invited groups, printed slips."""
    INVITE_STAFF = "invite_staff"
    RETIRE_STAFF = "retire_staff"
    HAND_OVER = "hand_over"
    """Give somebody else's post to a successor. One's own may be handed over by anybody."""
    SEE_TRAIL = "see_trail"
    AUDIT = "audit"


class Scope(Enum):
    """How far a right reaches."""

    WHOLE = auto()
    OWN = auto()
    SEAT = auto()
    NAMED = auto()


def _rights(
    whole: Iterable[Deed] = (),
    own: Iterable[Deed] = (),
    seat: Iterable[Deed] = (),
    named: Iterable[Deed] = (),
) -> Mapping[Deed, Scope]:
    return {
        **dict.fromkeys(whole, Scope.WHOLE),
        **dict.fromkeys(own, Scope.OWN),
        **dict.fromkeys(seat, Scope.SEAT),
        **dict.fromkeys(named, Scope.NAMED),
    }


_HEAD = _rights(
    seat=(Deed.READ_PERSONAL,),
    own=(
        Deed.SEE_PROGRESS,
        Deed.SEE_DIGEST,
        Deed.SEE_CALENDAR,
        Deed.REPORT_NODE,
        Deed.LOOK_BACK,
        Deed.SEE_PROBLEMS,
        Deed.WORK_ITEM,
        Deed.SEE_APPRAISAL,
        Deed.MAKE_CHECKUP,
        Deed.SEE_OWN_APPRAISAL,
        Deed.SEE_VISITS,
    ),
)

RIGHTS: Mapping[Role, Mapping[Deed, Scope]] = {
    # Everything but the personal files: they go to one person and to nobody else, the office included.
    Role.OFFICE: _rights(whole=(deed for deed in Deed if deed is not Deed.READ_PERSONAL)),
    Role.LEADING: _rights(
        whole=(
            Deed.SEE_PROGRESS,
            Deed.SEE_DIGEST,
            Deed.SEE_CALENDAR,
            Deed.APPROVE_PLAN,
            Deed.LOOK_BACK,
            Deed.SEE_PROBLEMS,
            Deed.SEE_APPRAISAL,
            Deed.SEE_OWN_APPRAISAL,
        )
    ),
    Role.ORGANISATION: _rights(
        whole=(
            Deed.SEE_PROGRESS,
            Deed.TAKE_IN,
            Deed.IMPORT,
            Deed.SORT,
            Deed.SEE_DIGEST,
            Deed.SEE_LEDGER,
            Deed.SEE_CALENDAR,
            Deed.LOOK_BACK,
            Deed.PLAN_TALKS,
            Deed.SEE_TALKS,
            Deed.SEE_PROBLEMS,
            Deed.HOLD_APPRAISAL,
            Deed.SEE_APPRAISAL,
            Deed.SEE_OWN_APPRAISAL,
        )
    ),
    # Writes the papers; that they leave the house is the office's tap.
    Role.SECRETARY: _rights(
        whole=(
            Deed.SEE_PROGRESS,
            Deed.TAKE_IN,
            Deed.IMPORT,
            Deed.UNDO_IMPORT,
            Deed.SORT,
            Deed.SEE_DIGEST,
            Deed.SEE_LEDGER,
            Deed.DRAFT_DIGEST,
            Deed.EDIT_DIGEST,
            Deed.MAKE_REPORT,
            Deed.MAKE_CHECKUP,
            Deed.PACK_PERIOD,
            Deed.SEE_CALENDAR,
            Deed.IMPORT_PLAN,
            Deed.EDIT_PLAN,
            Deed.LOOK_BACK,
            Deed.SEE_PROBLEMS,
            Deed.LIST_PROBLEMS,
        )
    ),
    Role.PUBLICITY: _rights(
        whole=(
            Deed.SEE_DIGEST,
            Deed.EDIT_DIGEST,
            Deed.SEE_CALENDAR,
            Deed.SEE_PROBLEMS,
            Deed.PUBLISH_NOTICE,
            Deed.PRINT_CARDS,
        )
    ),
    Role.GUIDANCE: _rights(
        own=(
            Deed.SEE_PROGRESS,
            Deed.TAKE_IN,
            Deed.IMPORT,
            Deed.SEE_DIGEST,
            Deed.SEE_LEDGER,
            Deed.SEE_CALENDAR,
            Deed.LOOK_BACK,
            Deed.CALL_LOOK_BACK,
            Deed.SEE_PROBLEMS,
        )
    ),
    Role.SCHOOL: _rights(
        own=(
            Deed.SEE_PROGRESS,
            Deed.TAKE_IN,
            Deed.IMPORT,
            Deed.UNDO_IMPORT,
            Deed.SEE_DIGEST,
            Deed.SEE_LEDGER,
            Deed.MAKE_CHECKUP,
            Deed.SEE_CALENDAR,
            Deed.REPORT_NODE,
            Deed.LOOK_BACK,
            Deed.PLAN_TALKS,
            Deed.SEE_TALKS,
            Deed.RECORD_TALK,
            Deed.SEE_PROBLEMS,
            Deed.WORK_ITEM,
            Deed.OFFER_HOURS,
            Deed.SEE_VISITS,
            Deed.PRINT_CARDS,
            Deed.INVITE_PEOPLE,
            Deed.INVITE_STAFF,
            Deed.RETIRE_STAFF,
            Deed.HAND_OVER,
        )
    ),
    Role.RESPONSIBLE: _HEAD,
    # Is told when nobody else acts: nobody on duty takes what is urgent, nobody in the office reviews the draft.
    Role.DEPUTY: {**_HEAD, **_rights(own=(Deed.CLAIM_URGENT, Deed.HEAR_UNSENT))},
    # Reads. To call for a look back changes nothing of what was said or done.
    Role.SUPERVISOR: _rights(
        own=(
            Deed.SEE_PROGRESS,
            Deed.SEE_DIGEST,
            Deed.SEE_LEDGER,
            Deed.SEE_CALENDAR,
            Deed.LOOK_BACK,
            Deed.CALL_LOOK_BACK,
            Deed.SEE_PROBLEMS,
        )
    ),
    Role.DUTY: _rights(own=(Deed.CLAIM_URGENT,)),
    Role.NODE: _rights(
        named=(
            Deed.SEE_CALENDAR,
            Deed.REPORT_NODE,
            Deed.SEE_TALKS,
            Deed.RECORD_TALK,
            Deed.SEE_PROBLEMS,
            Deed.WORK_ITEM,
            Deed.SEE_OWN_APPRAISAL,
        )
    ),
}
"""The table."""

APPOINTS: Mapping[Role, frozenset[Role]] = {
    Role.OFFICE: frozenset(Role),
    Role.SCHOOL: frozenset({Role.SCHOOL, Role.NODE}),
}
"""Which posts a role gives and takes away, as far as INVITE_STAFF, RETIRE_STAFF and HAND_OVER reach."""

SEATS = frozenset({Role.RESPONSIBLE, Role.DEPUTY})
"""Roles of which each unit has one person at the most."""

PLACED = frozenset({Role.GUIDANCE, Role.SCHOOL, *SEATS})
"""Roles that are nothing without a unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A role, where it is held, and for NODE the name the plan knows. What could not be held raises `ValueError`."""

    role: Role
    units: tuple[str, ...] = ()
    name: str = ""
    below: frozenset[str] = frozenset()
    """Units below those of the post; `placed` fills it in."""

    def __post_init__(self) -> None:
        if self.role in PLACED and not self.units:
            raise ValueError("this role needs a unit")
        if self.role in SEATS and len(self.units) != 1:
            raise ValueError("a seat is that of one unit")
        if (self.role is Role.NODE) != bool(self.name):
            raise ValueError("a name belongs to a node's responsible")


@dataclass(frozen=True, slots=True)
class Label:
    """How an account is called where no name may stand: 办公室2. Never given twice."""

    role: Role
    number: int

    def __str__(self) -> str:
        """As the trail has it."""
        return f"{self.role}-{self.number}"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the staff, as far as rights are concerned."""

    label: Label
    posts: tuple[Post, ...]


def may(staff: Staff, deed: Deed, unit: str = "", named: str = "") -> bool:
    """Whether the table lets them do this to that unit; without a unit: to the whole house. `named`: whom a thing names."""
    return any(_may(post, deed, unit, named) for post in staff.posts)


def somewhere(staff: Staff, deed: Deed) -> bool:
    """Whether they may do this at least somewhere: its button is shown."""
    return any(deed in RIGHTS[post.role] for post in staff.posts)


def within(staff: Staff, deed: Deed, units: Iterable[str]) -> tuple[str, ...]:
    """Those of the units where they may do this."""
    return tuple(unit for unit in units if may(staff, deed, unit))


def may_appoint(staff: Staff, deed: Deed, post: Post) -> bool:
    """Whether they may give (INVITE_STAFF), take away (RETIRE_STAFF) or pass on (HAND_OVER) that post."""
    return any(
        post.role in APPOINTS.get(own.role, frozenset())
        and all(_may(own, deed, unit, "") for unit in post.units or ("",))
        for own in staff.posts
    )


def may_change(staff: Staff, deed: Deed, other: Staff) -> bool:
    """Whether they may retire that account, or pass it on: all of its posts must be theirs to give."""
    return all(may_appoint(staff, deed, post) for post in other.posts)


def placed(staff: Staff, parents: Mapping[str, str]) -> Staff:
    """The same with the units below each post filled in. `parents`: every unit and the one above it."""
    posts = tuple(replace(p, below=_below(p.units, parents)) for p in staff.posts)
    return Staff(staff.label, posts)


def _may(post: Post, deed: Deed, unit: str, named: str) -> bool:
    match RIGHTS[post.role].get(deed):
        case None:
            return False
        case Scope.WHOLE:
            return True
        case Scope.OWN:
            return not post.units or unit in post.units or unit in post.below
        case Scope.SEAT:
            return unit in post.units
        case Scope.NAMED:
            return bool(named) and named == post.name


def _below(units: tuple[str, ...], parents: Mapping[str, str]) -> frozenset[str]:
    return frozenset(unit for unit in parents if _is_below(unit, units, parents))


def _is_below(unit: str, units: tuple[str, ...], parents: Mapping[str, str]) -> bool:
    seen = {unit}  # a tree that somebody tied into a knot ends too
    above = parents.get(unit, "")
    while above and above not in seen:
        if above in units:
            return True
        seen.add(above)
        above = parents.get(above, "")
    return False
