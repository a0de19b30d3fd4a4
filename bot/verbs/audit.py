"""`tingwen audit`: looks in the operator's own files for what must not be there, and says what it could not look at.

A finding is a line: where, what, what to do. It changes nothing and may run beside the service.
"""

import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import fields
from pathlib import Path

from bot.app.clock import Clock
from bot.app.derived import master_of
from bot.content.loader import load_explanations
from bot.content.wording import Texts
from bot.core.survey import LANGUAGES, Language
from bot.settings import Settings
from bot.settings.problem import Problem
from bot.settings.reading import load
from bot.settings.secret import NAMES, Secrets
from bot.verbs.check import explain, spoken
from handlers.upkeep import Ground, Report, audit
from storage.audit import NoDatabase, OutOfReach

UNREADABLE = ("unreadable", "not_utf8", "not_toml")


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen audit`."""
    words, language = load_explanations(), spoken(os.environ)
    for name in ("--log", "--also"):
        parser.add_argument(
            name,
            type=Path,
            action="append",
            default=[],
            metavar="PATH",
            help=words.say(language, f"audit.help{name.replace('--', '_')}"),
        )
    parser.add_argument(
        "--look-for",
        type=Path,
        metavar="FILE",
        help=words.say(language, "audit.help_look_for"),
    )
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--lang", choices=LANGUAGES, default=language)


def run(args: Namespace) -> int:
    """Prints what was found; 1 where anything was."""
    words = load_explanations()
    loaded = load(args.config, os.environ)
    broken = [problem for problem in loaded.problems if problem.fault in UNREADABLE]
    missing = [
        Problem(file=str(path), key="", fault="unreadable", facts=(("error", "ENOENT"),))
        for path in (*args.log, *args.also, *([args.look_for] if args.look_for else []))
        if not path.exists()
    ]
    if broken or missing:
        for problem in (*broken, *missing):
            sys.stderr.write(f"{explain(problem, words, args.lang)}\n")
        return 1
    place = loaded.settings.storage.place
    try:
        report = audit(ground(place, loaded.settings, loaded.secrets, args))
    except NoDatabase:
        sys.stderr.write(f"{words.say(args.lang, 'audit.no_database')}\n")
        return 1
    except OutOfReach as why:
        sys.stderr.write(f"{words.say(args.lang, 'audit.no_server', what=why)}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in lines(report, words, args.lang))
    return int(bool(report.findings))


def ground(place: Path | str, settings: Settings, secrets: Secrets, args: Namespace) -> Ground:
    """What the configuration says is to be audited."""
    storage = settings.storage
    return Ground(
        place=place,
        data_dir=storage.data_dir,
        key_dir=storage.key_dir,
        master=master(storage.key_dir, secrets),
        secrets=tuple((NAMES[f.name], getattr(secrets, f.name)) for f in fields(secrets)),
        logs=tuple(args.log),
        also=tuple(args.also),
        wanted=_lines(args.look_for) if args.look_for else (),
        temporary=Path(tempfile.gettempdir()),
        now=Clock()(),
    )


def master(key_dir: Path, secrets: Secrets) -> bytes | None:
    """The master key, without making one."""
    kept = key_dir / "master"
    return master_of(secrets) or (kept.read_bytes() if kept.is_file() else None)


def _lines(file: Path) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, file.read_text(encoding="utf-8").splitlines())))


def lines(report: Report, words: Texts, language: Language) -> list[str]:
    """The report for people: findings, what was looked at, what was not."""
    findings = [explain(problem, words, language) for problem in report.findings]
    looked = {name: str(number) for name, number in report.looked.items()}
    unchecked = [
        words.say(language, f"audit.not_{name}", **dict(params))
        for name, params in report.unchecked
    ]
    summed = "audit.found" if findings else "audit.clean"
    return [
        *findings,
        words.say(language, summed, count=len(findings), **looked),
        words.say(language, "audit.unchecked"),
        *(f"- {line}" for line in unchecked),
    ]
