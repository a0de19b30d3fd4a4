"""`tingwen invite`: one-time codes on the terminal, for staff (`--role`) or for participants (`--group`, `--unit`).

The way in while there is no office account yet, and back in should the last one be lost. Codes go to standard output, a
line each, ready to be printed on slips; what they are good for goes to standard error. It may run beside the service.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from bot.app.derived import groups_of, units_of
from bot.app.wiring import App
from bot.core.people import Post, Role
from bot.core.people.rights import SEATS
from bot.settings import Settings
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened
from handlers.people import invite, invite_people
from storage.schema import prepare
from storage.staff import ForPeople
from storage.unit_of_work import Work

MOST = 10_000
"""Codes of one call."""


class Wrong(Exception):
    """What cannot be invited, in one sentence."""


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen invite`."""
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument(
        "--role", choices=[role.value for role in Role], help="a post of the staff"
    )
    parser.add_argument("--name", default="", help="for --role node: the name the plan knows")
    parser.add_argument("--group", default="", help="a group of participants, by id")
    parser.add_argument(
        "--unit", action="append", default=[], help="a unit, by id; some posts have several"
    )
    parser.add_argument("--count", type=int, default=1, help="codes for participants")


def run(args: Namespace) -> int:
    """Make the codes; 1 where what was asked for does not exist."""
    loaded, problems = opened(args.config, os.environ)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, spoken(os.environ)))
        return 1
    try:
        check(loaded.settings, args)
        post = _post(args) if args.role else None
    except Wrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    codes = asyncio.run(_made(App(loaded.settings, loaded.secrets), args, post))
    sys.stdout.writelines(f"{code}\n" for code in codes)
    sys.stdout.flush()
    sys.stderr.write("each works once; nobody keeps who used it\n")
    return 0


def check(settings: Settings, args: Namespace) -> None:
    """Raises `Wrong` for units and groups that do not exist, and for counts beyond reason."""
    _known("unit", args.unit, (unit.id for unit in units_of(settings)))
    if (args.role and args.group) or not (args.role or args.group or args.unit):
        raise Wrong("say --role for staff, or --group and --unit for participants")
    if args.role and args.count != 1:
        raise Wrong("a post is given with one code at a time")
    if args.group:
        _known("group", (args.group,), (group.id for group in groups_of(settings)))
    if not args.role and len(args.unit) > 1:
        raise Wrong("participants are of one unit")
    if not 1 <= args.count <= MOST:
        raise Wrong(f"--count is from 1 to {MOST}")


def _known(what: str, asked: Iterable[str], known: Iterable[str]) -> None:
    every = tuple(known)
    for one in asked:
        if one not in every:
            raise Wrong(f'there is no {what} "{one}"; known: {", ".join(every) or "none"}')


def _post(args: Namespace) -> Post:
    try:
        role = Role(args.role)
        whole = ("",) if role in SEATS else ()  # a seat above every unit
        return Post(role=role, units=tuple(args.unit) or whole, name=args.name)
    except ValueError as error:
        raise Wrong(f"--role {args.role}: {error}") from error


async def _made(app: App, args: Namespace, post: Post | None) -> tuple[str, ...]:
    prepare(app.memory)
    app.database.start()
    invited = ForPeople(group=args.group, unit="".join(args.unit))
    try:
        return await app.database.write(
            lambda tx: (
                (invite(Work(tx), os.urandom, None, post, app.clock()),)
                if post
                else invite_people(Work(tx), os.urandom, None, invited, args.count, app.clock())
            )
        )
    finally:
        await app.database.stop()
        app.keys.close()
