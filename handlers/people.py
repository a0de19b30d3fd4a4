"""Deeds about people themselves: a code is typed, reminders are unwanted, data is to be deleted, two channels are one person;
and, for staff, accounts come and go.

`recognise` (core) tells from a text alone whether it is one of these; then `hear` does it, whatever talk is in progress,
and leaves that talk alone. What it returns is to be sent once all of it is committed. Each button says the whole of
what one could have typed, so nothing needs to be remembered between two messages. What a role may do stands in one
table (`core.people.rights`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from bot.core.messages import COUNTING, Address, Button, Incoming, Outgoing, choices
from bot.core.people import (
    Deed,
    Label,
    Manages,
    Post,
    Role,
    Staff,
    Typed,
    UsesCode,
    WantsBinding,
    WantsErasure,
    WantsQuiet,
    WantsReminders,
    may,
    may_appoint,
    may_change,
    new_code,
    placed,
    somewhere,
    written,
)
from bot.core.people.rights import PLACED, SEATS
from bot.core.survey import Group, Language, Unit
from bot.core.wish import VAULT as WISHES
from bot.core.wish import names as wishes_of
from handlers.words import OPEN_SCREEN, Texts, spoken
from storage.staff import ForPeople, ForStaff, Member, Roll, SeatTaken
from storage.unit_of_work import Work

Rows = tuple[tuple[Button, ...], ...]

DAY = 86400
CODE_DAYS = 7
"""A staff code is good for a week, today not counted."""
SLIP_DAYS = 60
"""A participant's printed code: long enough for slips to be handed round."""
FIRST_DAYS = 30

BIND_WITHIN = 600.0
"""Seconds for which six digits are good."""
WRONG_MOST = 30
"""Wrong digits within that time, of everybody together, after which all digits shown are void: nobody guesses through."""

_LONGEST_NAME = 20
"""Characters of a name that a plan gives."""

_WHOLE = "all"
"""What one types for the whole house."""

DIRECTORIES = ("wecom", "school")
"""Channels whose people come from a directory that is read every day."""

A_PAGE = 8
"""Buttons on a page of units or accounts."""


class Bindings:
    """Six digits shown on one channel, to be typed on another. In memory only, and for ten minutes.

    Deeds may be run twice, so asking again gives the same digits, and digits once typed stay good for who typed them.
    """

    def __init__(self) -> None:
        self._shown: dict[str, tuple[Address, float]] = {}
        self._typed: dict[str, Address] = {}
        self._wrong: list[float] = []

    def offer(self, address: Address, now: float, random: Callable[[int], bytes]) -> str:
        """The digits for this address."""
        self._forget(now)
        for digits, (whose, _) in self._shown.items():
            if whose == address and digits not in self._typed:
                return digits
        while True:
            digits = f"{int.from_bytes(random(8), 'big') % 10**6:06}"
            if digits not in self._shown:
                self._shown[digits] = (address, now + BIND_WITHIN)
                return digits

    def take(self, digits: str, by: Address, now: float) -> Address | None:
        """Whose digits these are; None where they are nobody's, any more, or were used by somebody else."""
        self._forget(now)
        whose, _ = self._shown.get(digits, (None, 0))
        if whose is None or self._typed.setdefault(digits, by) != by:
            self._wrong.append(now)
            if len(self._wrong) > WRONG_MOST:
                self._shown.clear()
            return None
        return whose

    def _forget(self, now: float) -> None:
        self._shown = {d: kept for d, kept in self._shown.items() if kept[1] > now}
        self._typed = {d: by for d, by in self._typed.items() if d in self._shown}
        self._wrong = [at for at in self._wrong if at > now - BIND_WITHIN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What these deeds need to know of the house."""

    texts: Texts
    units: tuple[Unit, ...]
    groups: tuple[Group, ...]
    roll: Roll
    """Held by the front too; who joins is added."""
    bindings: Bindings
    random: Callable[[int], bytes]
    rounds: Callable[[Work], Iterable[str]]
    """Ids of the rounds whose vault is open."""


def hear(
    work: Work, registry: Registry, incoming: Incoming, asked: Typed, now: float
) -> tuple[Outgoing, ...] | None:
    """What `recognise` found in this message is done. None: it means nothing from this person, let their talk hear it."""
    member = find(work, registry, incoming.address) if isinstance(asked, Manages) else None
    if isinstance(asked, Manages) and member is None:
        return None
    if not work.inbox.first(incoming, int(now // DAY)):
        return ()
    draft = work.drafts.find(incoming.address)
    here = _Here(work, registry, incoming.address, now, spoken(work, incoming, draft))
    said = _done(here, asked, member)
    _count(here, said if member else ())
    return said


def _done(here: "_Here", asked: Typed, member: Member | None) -> tuple[Outgoing, ...]:
    work = here.work
    match asked:
        case UsesCode(code):
            return _use(here, code)
        case WantsQuiet():
            work.identity.hush(here.address, quiet=True)
            return (here.says("people.quiet"),)
        case WantsReminders():
            work.identity.remember(here.address, here.language)
            work.identity.hush(here.address, quiet=False)
            return (here.says("people.reminders"),)
        case WantsErasure(sure):
            return (_erase(here) if sure else _ask_erasure(here),)
        case WantsBinding(digits):
            return _bind(here, digits) if digits else (_offer_binding(here),)
        case Manages(words):
            assert member is not None
            return manage(work, here.registry, member, words, here.now)
        case _:
            assert_never(asked)


def _count(here: "_Here", said: tuple[Outgoing, ...]) -> None:
    """What stands at somebody's desk now: the choices of this, or none that a number could name."""
    if here.address.channel in COUNTING and (staff := here.work.staff.find(here.address)):
        shown = next((choices(one.rows) for one in said if one.counted), ())
        here.work.errands.awaits(staff.tag, "", int(here.now // DAY), shown)


def find(work: Work, registry: Registry, address: Address) -> Member | None:
    """The staff account of that address, its posts placed in the tree of units, ready for `may`."""
    member = work.staff.find(address)
    return _placed(registry, member) if member else None


def first_code(work: Work, now: float) -> str | None:
    """The code for the first account of the office, as shown; None once there is one. The same at every start."""
    code = work.staff.first_code(int(now // DAY) + FIRST_DAYS)
    return written(code) if code else None


def invite(
    work: Work, random: Callable[[int], bytes], by: Label | None, post: Post, now: float
) -> str:
    """A code that gives somebody this post, as shown. That `by` may give it has been asked; None: at the server."""
    return _invite(work, random, by, ForStaff(posts=(post,)), now)


def invite_people(
    work: Work,
    random: Callable[[int], bytes],
    by: Label | None,
    invited: ForPeople,
    count: int,
    now: float,
) -> tuple[str, ...]:
    """So many codes for participants, as shown: for an invited group, or slips for a unit and group."""
    codes = tuple(new_code(random) for _ in range(count))
    work.staff.invite_many(codes, invited, int(now // DAY) + SLIP_DAYS)
    work.staff.note(
        by, Deed.INVITE_PEOPLE, now, group=invited.group, unit=invited.unit, count=count
    )
    return tuple(map(written, codes))


# --- one's own matters -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Here:
    """Who wrote, where, and in which language they are answered."""

    work: Work
    registry: Registry
    address: Address
    now: float
    language: Language

    def says(self, key: str, rows: Rows = (), **params: str) -> Outgoing:
        text = self.registry.texts.say(self.language, key, **params)
        return _out(self.address, text, rows)


def _ask_erasure(here: _Here) -> Outgoing:
    label = here.registry.texts.say(here.language, "people.erase_yes")
    return here.says("people.erase_sure", ((Button(label, "/delete yes"),),))


def _erase(here: _Here) -> Outgoing:
    """All that is known of this person at all their addresses. What is in the vault nobody knows to be theirs."""
    staff = here.work.staff.find(here.address) is not None
    gone = here.says("people.erased_staff" if staff else "people.erased")
    every = here.work.identity.addresses(here.address)
    rounds = tuple(here.registry.rounds(here.work))
    here.work.vault.unmark(WISHES, wishes_of(rounds, _topics(), every))
    here.work.tidings.forget(every)
    here.work.answers.forget(every)
    here.work.visits.forget(every)
    for member in filter(None, map(here.work.staff.find, every)):
        here.work.errands.forget(member.tag, member.address)
    here.work.identity.forget(here.address)
    for draft in here.work.drafts.every():  # a link may be open on several devices
        if draft.address.person in every:
            here.work.drafts.drop(draft)
    for address in every:
        if address.channel in DIRECTORIES:
            # The next reading would bring them back: what is left says only that they are to be left alone.
            here.work.identity.leave_alone(address)
    return gone


def _topics() -> Iterable[str]:
    from bot.content.taxonomy import load_taxonomy  # read with the first erasure

    return (code for _, code in load_taxonomy().groups["topic"])


def _offer_binding(here: _Here) -> Outgoing:
    digits = here.registry.bindings.offer(here.address, here.now, here.registry.random)
    return here.says("people.bind_digits", digits=digits)


def _bind(here: _Here, digits: str) -> tuple[Outgoing, ...]:
    work = here.work
    there = here.registry.bindings.take(digits, here.address, here.now)
    if there is None:
        return (here.says("people.bind_unknown"),)
    if there == here.address:
        return (here.says("people.bind_same"),)
    bound = work.identity.bind(here.address, there, here.language)
    for round in here.registry.rounds(work):
        if any(work.vault.finished(round, other) for other in bound.others):
            work.vault.decline(
                round, here.address
            )  # they have finished; nobody is to remind them here
    draft = work.drafts.find(there)
    known = (draft.language if draft else work.identity.language(there)) or here.language
    told = replace(here, address=there, language=known).says("people.bound_there")
    return here.says("people.bound"), told


# --- a code ----------------------------------------------------------------------------------------------------


def _use(here: _Here, code: str) -> tuple[Outgoing, ...]:
    invited = here.work.staff.invited(code, int(here.now // DAY)) if code else None
    match invited:
        case None:
            return (here.says("people.code_unknown" if code else "people.code_slip"),)
        case ForPeople(group=group, unit=unit):
            here.work.staff.spend(code)
            here.work.identity.place(here.address, here.language, group, unit)
            where = _where(here.registry, here.language, group, unit)
            return (here.says("people.joined", where=where),)
        case ForStaff():
            return _join(here, code, invited)
        case _:
            assert_never(invited)


def _join(here: _Here, code: str, invited: ForStaff) -> tuple[Outgoing, ...]:
    """They are staff from now on. A successor takes over in the same breath: nobody else is in between."""
    staff = here.work.staff
    before = staff.by_label(invited.replaces) if invited.replaces else None
    if invited.replaces and before is None:
        return (here.says("people.code_unknown"),)
    if before and before.address == here.address:
        return (here.says("staff.pass_to_oneself"),)
    if before:
        _let_go(here.work, before, successor=here.address)
    try:
        member = staff.join(
            here.address, here.language, before.staff.posts if before else invited.posts
        )
    except SeatTaken as taken:
        name = _post(here.registry, here.language, taken.post)
        return (here.says("staff.seat_taken", post=name),)
    staff.spend(code)
    here.registry.roll.add(here.address)
    welcome = here.says(
        "staff.joined",
        posts=_posts(here.registry, member.language, member.staff),
        label=_label(here.registry, member.language, member.label),
    )
    if before is None:
        staff.note(member.label, Deed.INVITE_STAFF, here.now, joined=_roles(invited.posts))
        return (welcome,)
    staff.note(member.label, Deed.HAND_OVER, here.now, joined=str(before.label))
    return welcome, _tell(here.registry, before, "staff.handed_over")


def _let_go(work: Work, member: Member, successor: Address | None = None) -> None:
    """The account is none any more, and nothing kept leads to its address; what waits for it goes to who takes over."""
    work.staff.retire(member)
    if successor:
        work.parcels.readdress(member.address, successor)
    work.parcels.give_up(member.address)
    work.errands.forget(member.tag, member.address)
    work.intakes.forget(member.address)


# --- staff comes and goes --------------------------------------------------------------------------------------


def manage(
    work: Work, registry: Registry, member: Member, words: Sequence[str], now: float
) -> tuple[Outgoing, ...]:
    """交接: the first message is for who asked, further ones for whom it concerns. `member` is placed (`find`)."""
    by = _By(work, registry, member, now)
    match words:
        case ["add", *rest]:
            return (_add(by, rest),)
        case ["code", *rest]:
            return (_code(by, rest),)
        case ["pass", *rest]:
            return (_pass(by, rest),)
        case ["retire", *rest]:
            return _retire(by, rest)
        case _:
            return (_menu(by),)


@dataclass(frozen=True, slots=True)
class _By:
    """Who of the staff asks."""

    work: Work
    registry: Registry
    member: Member
    now: float

    @property
    def staff(self) -> Staff:
        return self.member.staff

    def says(self, key: str, rows: Rows = (), **params: str) -> Outgoing:
        address = self.member.address
        counted = bool(rows) and address.channel in COUNTING
        return replace(_out(address, self.word(key, **params), rows), counted=counted)

    def word(self, key: str, **params: str) -> str:
        return self.registry.texts.say(self.member.language, key, **params)

    def others(self, deed: Deed) -> tuple[Member, ...]:
        """The accounts of others that this one may change."""
        return tuple(
            other
            for other in self.work.staff.every()
            if other.label != self.member.label and may_change(self.staff, deed, other.staff)
        )


def _menu(by: _By) -> Outgoing:
    known = (
        ("pass", True),
        ("add", somewhere(by.staff, Deed.INVITE_STAFF)),
        ("retire", somewhere(by.staff, Deed.RETIRE_STAFF)),
        ("code", somewhere(by.staff, Deed.INVITE_PEOPLE)),
    )
    buttons = [(by.word(f"staff.menu_{name}"), name) for name, allowed in known if allowed]
    label = _label(by.registry, by.member.language, by.member.label)
    return by.says("staff.menu", _buttons(by, buttons), label=label)


def _add(by: _By, rest: Sequence[str]) -> Outgoing:
    """Which role → which unit → a code."""
    role = _role(rest[0]) if rest else None
    if role is Role.NODE and _may_give(by, role):
        return _responsible(by, " ".join(rest[1:]))
    if role is None:
        roles = [r for r in Role if _may_give(by, r)]
        buttons = [(by.word(f"role.{r}"), f"add {r}") for r in roles]
        return by.says("staff.add_which", _buttons(by, buttons))
    there = (*_whole(by, role), *by.registry.units)
    chosen = [unit for unit in there if rest[1:2] == [unit.id or _WHOLE]]
    if role in PLACED and not chosen:
        units = [u for u in there if _may_give(by, role, u)]
        if not units:
            return by.says("staff.no_units")
        return by.says("staff.add_where", _paged(by, f"add {role}", _named(units), rest[1:]))
    if not _may_give(by, role, *chosen):
        return by.says("staff.not_yours")
    post = Post(role=role, units=tuple(u.id for u in chosen))
    if by.work.staff.seated(post) is not None:
        return by.says("staff.seat_taken", post=_post(by.registry, by.member.language, post))
    code = invite(by.work, by.registry.random, by.member.label, post, by.now)
    return by.says(
        "staff.code",
        post=_post(by.registry, by.member.language, post),
        code=code,
        days=str(CODE_DAYS),
    )


def _responsible(by: _By, name: str) -> Outgoing:
    """Which of the people that plans and problems name → a code. Whoever uses it hears of what bears that name."""
    if not name or name.startswith("+"):
        taken = {post.name for one in by.work.staff.every() for post in one.staff.posts}
        in_plans = (
            one
            for kept in by.work.campaigns.living()
            for node in kept.campaign.nodes
            for one in node.responsible
        )
        in_problems = (one.musts.person for one in by.work.problems.every() if one.open)
        named = dict.fromkeys(
            one
            for one in (*in_plans, *in_problems)
            if one and one not in taken and len(one) <= _LONGEST_NAME
        )
        if not named:
            return by.says("staff.all_named")
        choices = [(one, one) for one in named]
        return by.says("staff.add_name", _paged(by, "add node", choices, [name]))
    post = Post(role=Role.NODE, name=name[:_LONGEST_NAME])
    code = invite(by.work, by.registry.random, by.member.label, post, by.now)
    return by.says("staff.code", post=name[:_LONGEST_NAME], code=code, days=str(CODE_DAYS))


def _whole(by: _By, role: Role) -> tuple[Unit, ...]:
    """A seat may be that of the whole house: the level above every unit."""
    return (Unit(id="", name=by.word("staff.whole")),) if role in SEATS else ()


def _code(by: _By, rest: Sequence[str]) -> Outgoing:
    """Which group → which unit, where one is needed → a code for one participant."""
    group = next((g for g in by.registry.groups if rest[:1] == [g.id]), None)
    if not somewhere(by.staff, Deed.INVITE_PEOPLE):
        return by.says("staff.not_yours")
    if group is None:
        groups = sorted(by.registry.groups, key=lambda g: not g.invited)
        named = [(g.words[by.member.language], g.id) for g in groups]
        return by.says("staff.code_which", _paged(by, "code", named, rest))
    unit = next((u.id for u in by.registry.units if rest[1:2] == [u.id]), "")
    if not may(by.staff, Deed.INVITE_PEOPLE, unit):
        units = [u for u in by.registry.units if may(by.staff, Deed.INVITE_PEOPLE, u.id)]
        return by.says(
            "staff.add_where", _paged(by, f"code {group.id}", _named(units), rest[1:])
        )
    (code,) = invite_people(
        by.work,
        by.registry.random,
        by.member.label,
        ForPeople(group=group.id, unit=unit),
        1,
        by.now,
    )
    where = _where(by.registry, by.member.language, group.id, unit)
    return by.says("staff.code", post=where, code=code, days=str(SLIP_DAYS))


def _pass(by: _By, rest: Sequence[str]) -> Outgoing:
    """Whose account → a code for the successor. The account works until the code is used."""
    mine = (by.member, *by.others(Deed.HAND_OVER))
    chosen = _chosen(mine, rest)
    if chosen is None and (len(mine) > 1 or rest):
        return by.says("staff.pass_which", _paged(by, "pass", _accounts(by, mine), rest))
    going = chosen or by.member
    invited = ForStaff(posts=going.staff.posts, replaces=going.label)
    code = _invite(by.work, by.registry.random, by.member.label, invited, by.now)
    return by.says(
        "staff.pass_code",
        label=_label(by.registry, by.member.language, going.label),
        posts=_posts(by.registry, by.member.language, going.staff),
        code=code,
        days=str(CODE_DAYS),
    )


def _retire(by: _By, rest: Sequence[str]) -> tuple[Outgoing, ...]:
    """Whose account → sure? → gone."""
    others = by.others(Deed.RETIRE_STAFF)
    going = _chosen(others, rest)
    if going is None:
        if not others:
            return (by.says("staff.nobody"),)
        rows = _paged(by, "retire", _accounts(by, others), rest)
        return (by.says("staff.retire_which", rows),)
    label = _label(by.registry, by.member.language, going.label)
    posts = _posts(by.registry, by.member.language, going.staff)
    if rest[1:2] != ["yes"]:
        rows = _buttons(by, [(by.word("staff.retire_yes"), f"retire {going.label} yes")])
        return (by.says("staff.retire_sure", rows, label=label, posts=posts),)
    _let_go(by.work, going)
    by.work.staff.note(by.member.label, Deed.RETIRE_STAFF, by.now, account=str(going.label))
    return by.says("staff.gone", label=label), _tell(by.registry, going, "staff.retired")


def _invite(
    work: Work, random: Callable[[int], bytes], by: Label | None, invited: ForStaff, now: float
) -> str:
    code = new_code(random)
    work.staff.invite(code, invited, int(now // DAY) + CODE_DAYS)
    deed = Deed.HAND_OVER if invited.replaces else Deed.INVITE_STAFF
    units = ",".join(unit for post in invited.posts for unit in post.units)
    going = {"account": str(invited.replaces)} if invited.replaces else {}
    work.staff.note(by, deed, now, roles=_roles(invited.posts), units=units[:80], **going)
    return written(code)


def _may_give(by: _By, role: Role, *units: Unit) -> bool:
    """Whether they may give this role there; without a unit: anywhere."""
    if units or role not in PLACED:
        name = "…" if role is Role.NODE else ""  # whose does not matter to who may give it
        post = Post(role=role, units=tuple(u.id for u in units), name=name)
        return may_appoint(by.staff, Deed.INVITE_STAFF, post)
    return any(_may_give(by, role, unit) for unit in by.registry.units)


def _role(word: str) -> Role | None:
    return next((role for role in Role if role.value == word), None)


def _chosen(members: Iterable[Member], rest: Sequence[str]) -> Member | None:
    return next((m for m in members if rest[:1] == [str(m.label)]), None)


# --- words and buttons -----------------------------------------------------------------------------------------


def _out(address: Address, text: str, rows: Rows = ()) -> Outgoing:
    return Outgoing(address=address, text=text, rows=rows, screen=OPEN_SCREEN if rows else "")


def _tell(registry: Registry, member: Member, key: str) -> Outgoing:
    label = _label(registry, member.language, member.label)
    return _out(member.address, registry.texts.say(member.language, key, label=label))


def _buttons(by: _By, buttons: Iterable[tuple[str, str]]) -> Rows:
    """Labels and what follows the command; short ones two in a row."""
    made = [Button(label, f"/handover {says}") for label, says in buttons]
    if all(len(button.label) <= 8 for button in made):
        return tuple(tuple(made[i : i + 2]) for i in range(0, len(made), 2))
    return tuple((button,) for button in made)


def _paged(by: _By, before: str, named: Sequence[tuple[str, str]], rest: Sequence[str]) -> Rows:
    """A page of choices; `+8` at the end asks for those from the ninth on."""
    typed = rest[-1] if rest else ""
    start = int(typed[1:]) if typed.startswith("+") and typed[1:].isdecimal() else 0
    page = [(label, f"{before} {id}") for label, id in named[start : start + A_PAGE]]
    if len(named) > start + A_PAGE:
        page.append((by.word("staff.more"), f"{before} +{start + A_PAGE}"))
    return _buttons(by, page)


def _named(units: Iterable[Unit]) -> list[tuple[str, str]]:
    return [(unit.name, unit.id or _WHOLE) for unit in units]


def _accounts(by: _By, members: Iterable[Member]) -> list[tuple[str, str]]:
    language = by.member.language
    return [
        (
            by.word(
                "staff.account",
                label=_label(by.registry, language, m.label),
                posts=_posts(by.registry, language, m.staff),
            ),
            str(m.label),
        )
        for m in members
    ]


def _label(registry: Registry, language: Language, label: Label) -> str:
    role = registry.texts.say(language, f"role.{label.role}")
    return registry.texts.say(language, "staff.label", role=role, number=label.number)


def _posts(registry: Registry, language: Language, staff: Staff) -> str:
    join = registry.texts.say(language, "staff.join")
    return join.join(_post(registry, language, post) for post in staff.posts)


def _post(registry: Registry, language: Language, post: Post) -> str:
    role = registry.texts.say(language, f"role.{post.role}")
    if not post.units:
        return role
    names = {unit.id: unit.name for unit in registry.units}
    names[""] = registry.texts.say(language, "staff.whole")
    join = registry.texts.say(language, "staff.join")
    units = join.join(names.get(unit, unit) for unit in post.units)
    return registry.texts.say(language, "staff.post", role=role, units=units)


def _where(registry: Registry, language: Language, group: str, unit: str) -> str:
    groups = [g.words[language] for g in registry.groups if g.id == group]
    units = [u.name for u in registry.units if u.id == unit]
    return registry.texts.say(language, "staff.join").join((*groups, *units))


def _roles(posts: Iterable[Post]) -> str:
    return ",".join(post.role for post in posts)


def _placed(registry: Registry, member: Member) -> Member:
    parents = {unit.id: unit.parent for unit in registry.units}
    return Member(
        address=member.address,
        language=member.language,
        staff=placed(member.staff, parents),
        tag=member.tag,
    )
