"""config.toml and the environment in, `Settings` and `Secrets` out, with every mistake of both.

One function a section, in the order of the file. Paths are relative to the folder config.toml lies in.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal, cast
from zoneinfo import ZoneInfo

from bot.core.survey import Unit
from bot.settings import (
    MOVED,
    Content,
    Digest,
    Groups,
    Holidays,
    Hook,
    Leader,
    Mail,
    Office,
    People,
    PlannedRound,
    PlannedUnit,
    Privacy,
    Quiet,
    Reminding,
    Settings,
    Storage,
    Telegram,
    Web,
    Wecom,
    parsing,
)
from bot.settings.groups import read_group
from bot.settings.problem import Problem
from bot.settings.secret import NAMES, Secrets, read_secrets
from bot.settings.table import Table, check_distinct, parse_toml

MOST_REMINDERS = 2
"""The product's rule: no third reminder in a round, whatever is configured."""

_WRITTEN_AS = {
    "storage.master_key": "master_key",
    "telegram.token": "telegram_token",
    "wecom.secret": "wecom_secret",
    "wecom.token": "wecom_token",
    "wecom.aes_key": "wecom_aes_key",
    "mail.password": "smtp_password",
    "hook.secret": "hook_secret",
}
"""Where people would write a secret, and which one it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was read. With grave problems the settings are not to be run with."""

    settings: Settings
    secrets: Secrets
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        """Nothing but warnings."""
        return all(problem.warning for problem in self.problems)


def load(path: Path, environment: Mapping[str, str]) -> Loaded:
    """Reads the file; a file that is not there or cannot be read is a problem, with defaults for everything."""
    unreadable: tuple[Problem, ...] = ()
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows editors begin with a BOM
    except UnicodeDecodeError:
        unreadable = (Problem(file=str(path), key="", fault="not_utf8"),)
    except OSError as error:
        facts = (("error", error.strerror or str(error)),)
        unreadable = (Problem(file=str(path), key="", fault="unreadable", facts=facts),)
    loaded = read(text, file=str(path), folder=path.absolute().parent, environment=environment)
    problems = (*unreadable, *loaded.problems)
    return Loaded(settings=loaded.settings, secrets=loaded.secrets, problems=problems)


def read(text: str, *, file: str, folder: Path, environment: Mapping[str, str]) -> Loaded:
    """Understands the text of a config.toml that lies, or would lie, in `folder`."""
    problems: list[Problem] = []
    with Table(file, parse_toml(file, text, problems), problems) as root:
        office = _office(root)
        units = _units(root)
        settings = Settings(
            file=file,
            office=office,
            storage=_storage(root, folder),
            content=_content(root, folder),
            groups=_groups(root),
            units=units,
            rounds=_rounds(root, office.timezone, units),
            leaders=_leaders(root, units),
            privacy=_privacy(root),
            quiet=_quiet(root),
            calendar=_calendar(root),
            holidays=tuple(_holidays(root)),
            people=_people(root, folder),
            telegram=_telegram(root),
            wecom=_wecom(root),
            web=_web(root),
            mail=_mail(root),
            hook=_hook(root),
            digest=_digest(root),
        )
    secrets, wrong_secrets = read_secrets(environment, folder)
    problems += wrong_secrets
    _check_channels(root, settings)
    problems += _missing_secrets(settings, secrets)
    return Loaded(settings=settings, secrets=secrets, problems=tuple(problems))


def _office(root: Table) -> Office:
    usual = Office()
    with root.table("office") as office:
        read = Office(
            name=office.text("name", usual.name),
            timezone=office.parsed("timezone", usual.timezone, parsing.zone),
            close=office.parsed("close", usual.close, parsing.weekly),
            review_until=office.parsed("review_until", usual.review_until, parsing.clock),
            phone=office.text("phone", usual.phone),
            duty_phone=office.text("duty_phone", usual.duty_phone),
            address=office.text("address", usual.address),
            mailbox=office.text("mailbox", usual.mailbox),
        )
        if read.review_until <= read.close.at:
            office.wrong("review_until", "review_before_close", close=f"{read.close.at:%H:%M}")
    return read


def _storage(root: Table, folder: Path) -> Storage:
    with root.table("storage") as storage:
        _point_to_environment(storage)
        written = storage.parsed(
            "url", "sqlite+aiosqlite:///var/data/tingwen.db", parsing.database_url
        )
        url, data_dir = _located(written, folder)
        key_dir = folder / storage.text("key_dir", "var/keys")
        keys, data = key_dir.resolve(), data_dir.resolve()
        if keys.is_relative_to(data) or data.is_relative_to(keys):
            storage.wrong("key_dir", "keys_beside_data", value=str(key_dir), data=str(data_dir))
        if url.startswith("sqlite") and (key_dir / MOVED).exists():
            storage.wrong("url", "moved_away", file=str(key_dir / MOVED))
    return Storage(url=url, key_dir=key_dir, data_dir=data_dir)


def _located(url: str, folder: Path) -> tuple[str, Path]:
    """The URL with an absolute path, and the data directory."""
    scheme, _, rest = url.partition(":///")
    file, mark, query = rest.partition("?")
    if scheme != "sqlite+aiosqlite" or file in ("", ":memory:"):
        return url, folder / "var" / "data"
    path = folder / file
    return f"{scheme}:///{path}{mark}{query}", path.parent


def _content(root: Table, folder: Path) -> Content:
    with root.table("content") as content:
        written = content.text("surveys")
        surveys = folder / written if written else None
        if surveys is not None and not surveys.is_dir():
            content.wrong("surveys", "no_folder", value=written)
            surveys = None
    return Content(surveys=surveys)


def _groups(root: Table) -> Groups:
    with root.table("groups") as groups:
        preset = groups.text("preset", Groups().preset)
        tables = tuple(groups.tables("own"))
        own = tuple(read_group(table) for table in tables)
        check_distinct(tables, "id", (group.id for group in own))
    return Groups(preset=preset, own=own)


def _units(root: Table) -> tuple[PlannedUnit, ...]:
    tables = tuple(root.tables("units"))
    units = tuple(_unit(table) for table in tables)
    check_distinct(tables, "id", (planned.unit.id for planned in units))
    parents = {planned.unit.id: planned.unit.parent for planned in units}
    for table, planned in zip(tables, units, strict=True):
        _check_parent(table, planned.unit, parents)
    return units


def _unit(table: Table) -> PlannedUnit:
    with table:
        unit = Unit(
            id=table.identity(),
            name=table.needed("name"),
            parent=table.text("parent"),
            type=table.text("type"),
            also=table.texts("also"),
        )
        return PlannedUnit(unit=unit, headcount=table.counts("headcount"))


def _check_parent(table: Table, unit: Unit, parents: Mapping[str, str]) -> None:
    if unit.parent and unit.parent not in parents:
        table.wrong("parent", "unknown_unit", value=unit.parent)
        return
    way = [unit.id]
    above = unit.parent
    while above and above not in way:
        way.append(above)
        above = parents.get(above, "")
    if above == unit.id:
        table.wrong("parent", "unit_circle", way=" → ".join((*way, unit.id)))


def _rounds(
    root: Table, zone: ZoneInfo, units: tuple[PlannedUnit, ...]
) -> tuple[PlannedRound, ...]:
    tables = tuple(root.tables("rounds"))
    rounds = tuple(_round(table, zone, units) for table in tables)
    check_distinct(tables, "id", (planned.id for planned in rounds))
    return rounds


def _round(table: Table, zone: ZoneInfo, units: tuple[PlannedUnit, ...]) -> PlannedRound:
    with table:
        opens = _moment(table, "opens", zone)
        closes = _moment(table, "closes", zone, last=True)
        if opens and closes and opens >= closes:
            table.wrong("closes", "closes_before_opens")
        planned = PlannedRound(
            id=table.identity(),
            survey=table.needed("survey"),
            units=table.texts("units"),
            groups=table.texts("groups"),
            opens=opens or datetime.min.replace(tzinfo=UTC),
            closes=closes or datetime.max.replace(tzinfo=UTC),
            reminders=table.number("reminders", MOST_REMINDERS, 0, MOST_REMINDERS),
        )
        _check_units(table, "units", planned.units, units)
    return planned


def _moment(table: Table, key: str, zone: ZoneInfo, *, last: bool = False) -> datetime | None:
    """The moment; a day alone begins at midnight, and as the `last` day it ends at the next. None where missing."""
    if not table.has(key):
        table.wrong(key, "missing")
        return None
    written = table.parsed(key, None, parsing.day_or_moment)
    match written:
        case None:
            return None
        case datetime():
            return written if written.tzinfo else written.replace(tzinfo=zone)
        case date():
            day = written + timedelta(days=1) if last else written
            return datetime.combine(day, time(), zone)


def _check_units(
    table: Table, key: str, ids: Iterable[str], units: tuple[PlannedUnit, ...]
) -> None:
    known = {planned.unit.id for planned in units}
    for unit_id in ids:
        if unit_id not in known:
            table.wrong(key, "unknown_unit", value=unit_id)


def _leaders(root: Table, units: tuple[PlannedUnit, ...]) -> tuple[Leader, ...]:
    tables = tuple(root.tables("leaders"))
    leaders = tuple(_leader(table, units) for table in tables)
    first: dict[str, Table] = {}
    for table, leader in zip(tables, leaders, strict=True):
        if leader.responsible and leader.unit in first:
            facts = {"unit": leader.unit or "-", "first": first[leader.unit].path}
            table.wrong("responsible", "two_responsible", **facts)
        elif leader.responsible:
            first[leader.unit] = table
    return leaders


def _leader(table: Table, units: tuple[PlannedUnit, ...]) -> Leader:
    with table:
        leader = Leader(
            name=table.needed("name"),
            spellings=table.texts("spellings"),
            post=table.text("post"),
            unit=table.text("unit"),
            responsible=table.flag("responsible"),
        )
        _check_units(table, "unit", filter(None, (leader.unit,)), units)
    return leader


def _privacy(root: Table) -> Privacy:
    with root.table("privacy") as privacy:
        return Privacy(mask_titles=privacy.flag("mask_titles", Privacy().mask_titles))


def _quiet(root: Table) -> Quiet:
    usual = Quiet()
    with root.table("quiet") as quiet:
        return Quiet(
            staff=quiet.parsed("staff", usual.staff, parsing.spans),
            parents=quiet.parsed("parents", usual.parents, parsing.spans),
            office=quiet.parsed("office", usual.office, parsing.spans),
        )


def _calendar(root: Table) -> Reminding:
    usual = Reminding()
    with root.table("calendar") as calendar:
        return Reminding(
            before=calendar.parsed("before", usual.before, parsing.day_counts),
            after=calendar.parsed("after", usual.after, parsing.day_counts),
            entries=calendar.parsed("entries", usual.entries, parsing.day_counts),
        )


def _holidays(root: Table) -> Iterator[Holidays]:
    with root.table("holidays") as years:
        for written in years:
            if not re.fullmatch(r"20\d\d", written):
                years.wrong(written, "bad_year", value=written)
                _ = years.has(written)  # said once is enough: not an unknown key too
                continue
            with years.table(written) as year:
                off, work = (_days(year, key, int(written)) for key in ("off", "work"))
                for both in sorted(off & work):
                    year.wrong("work", "day_twice", value=both.isoformat())
            yield Holidays(year=int(written), off=off, work=work)


def _days(table: Table, key: str, year: int) -> frozenset[date]:
    if not table.has(key):
        return frozenset()
    days = table.parsed(key, (), parsing.days)
    for day in days:
        if day.year != year:
            table.wrong(key, "day_of_other_year", value=day.isoformat(), year=str(year))
    return frozenset(day for day in days if day.year == year)


def _people(root: Table, folder: Path) -> People:
    with root.table("people") as people:
        open_people = people.flag("open", People().open)
        written = people.text("headcounts")
        headcounts = folder / written if written else None
        if headcounts is not None and not headcounts.is_file():
            people.wrong("headcounts", "no_file", value=written)
            headcounts = None
    return People(open=open_people, headcounts=headcounts)


def _telegram(root: Table) -> Telegram:
    usual = Telegram()
    with root.table("telegram") as telegram:
        _point_to_environment(telegram)
        modes = ("polling", "webhook")
        mode = telegram.choice("mode", usual.mode, modes)
        return Telegram(
            mode=cast(Literal["polling", "webhook"], mode),
            tidy=telegram.flag("tidy", usual.tidy),
            api_base_url=telegram.parsed("api_base_url", usual.api_base_url, parsing.base_url),
        )


def _wecom(root: Table) -> Wecom:
    usual = Wecom()
    with root.table("wecom") as wecom:
        _point_to_environment(wecom)
        read = Wecom(
            corp_id=wecom.text("corp_id", usual.corp_id),
            agent_id=wecom.number("agent_id", usual.agent_id, 0, 2**31),
            cards=wecom.flag("cards", usual.cards),
            api_base_url=wecom.parsed("api_base_url", usual.api_base_url, parsing.base_url),
        )
        if bool(read.corp_id) != bool(read.agent_id):
            wecom.wrong("agent_id" if read.corp_id else "corp_id", "wecom_half")
    return read


def _web(root: Table) -> Web:
    usual = Web()
    with root.table("web") as web:
        host, port = web.parsed("listen", (usual.host, usual.port), parsing.listen)
        public_url = web.parsed("public_url", usual.public_url, parsing.public_url)
        work = web.number("work", usual.work, 0, 20)
    return Web(host=host, port=port, public_url=public_url, work=work)


def _mail(root: Table) -> Mail:
    usual = Mail()
    kinds = ("tls", "starttls", "none")
    with root.table("mail") as mail:
        _point_to_environment(mail)
        read = Mail(
            host=mail.text("host", usual.host),
            port=mail.number("port", usual.port, 1, 65535),
            security=cast(
                Literal["tls", "starttls", "none"],
                mail.choice("security", usual.security, kinds),
            ),
            user=mail.text("user", usual.user),
            sender=mail.parsed("sender", usual.sender, parsing.mail_address_or_none),
        )
        if read.host and not read.sender:
            mail.wrong("sender", "no_sender")
        if read.host and read.security == "none" and read.host not in parsing.HERE:
            mail.wrong("security", "mail_in_clear", value=read.host)
    return read


def _hook(root: Table) -> Hook:
    with root.table("hook") as hook:
        _point_to_environment(hook)
        return Hook(
            urls=tuple(dict.fromkeys(hook.parsed("urls", (), parsing.hook_urls))),
            allow=hook.parsed("allow", (), parsing.networks),
        )


def _digest(root: Table) -> Digest:
    with root.table("digest") as digest:
        found = digest.parsed("recipients", (), parsing.mail_addresses)
        return Digest(recipients=tuple(dict.fromkeys(found)))


# What only several sections together can say


def _check_channels(root: Table, settings: Settings) -> None:
    if settings.telegram.mode == "webhook" and not settings.web.public_url:
        root.wrong("telegram.mode", "webhook_nowhere")
    if settings.digest.recipients and not settings.mail.host:
        root.wrong("digest.recipients", "no_mail_host")


def _missing_secrets(settings: Settings, secrets: Secrets) -> Iterator[Problem]:
    needed: list[tuple[str, str]] = []
    if settings.wecom.corp_id:
        fields = ("wecom_secret", "wecom_token", "wecom_aes_key")
        needed += [("wecom.corp_id", field) for field in fields]
    if settings.mail.host and settings.mail.user:
        needed.append(("mail.user", "smtp_password"))
    if settings.hook.urls:
        needed.append(("hook.urls", "hook_secret"))
    for key, field in needed:
        if not getattr(secrets, field):
            facts = (("name", NAMES[field]),)
            yield Problem(file=settings.file, key=key, fault="secret_missing", facts=facts)


# What several sections need


def _point_to_environment(table: Table) -> None:
    """Somebody wrote a secret into the file: say where it belongs instead of `unknown key`."""
    for key in table:
        field = _WRITTEN_AS.get(f"{table.path}.{key}")
        if field is not None and table.has(key):
            table.wrong(key, "secret_in_file", name=NAMES[field])
