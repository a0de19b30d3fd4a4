"""What others have written and we lean on, looked at by `./run check`: `python -m tests.dependencies`.

The locks agree with pyproject.toml and pin every package with hashes; each licence is one that a school may use and hand
on; and whether a known hole is among them is asked where the network answers within some seconds. Where it does not, that
is said in a line, and never taken for a clean bill.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
AUDITOR = ROOT / ".venv" / "audit" / "bin" / "pip-audit"

PROBE, WHOLE = 5.0, 180.0
"""Seconds for the question whether anybody answers; seconds for all packages once somebody does."""

ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib",
        "MPL-2.0",  # certificates, as they come
        "LGPL-3.0-only",  # python-telegram-bot, fpdf2: libraries of their own, not changed, replaceable by whoever runs it
    }
)  # fmt: skip

_SPOKEN = {  # how older packages say it
    "PSFL": "PSF-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "Python Software Foundation License": "PSF-2.0",
}
_ENTRY = re.compile(r"^(?=\S)(?!#)(.+?)\s*\\?\n((?:[ \t]+.*\n?)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")

Ask = Callable[[Path, float], str | None]


def locked(text: str) -> Iterator[tuple[Requirement, int]]:
    """Each entry of a lock file, and by how many hashes it is pinned."""
    for line, hashes in _ENTRY.findall(text):
        yield Requirement(line), len(_HASH.findall(hashes))


def lock_faults(project: Mapping[str, Any], locks: Mapping[str, str]) -> Iterator[str]:
    """Where locks do not pin, or say something else than pyproject.toml and each other."""
    known: dict[tuple[str, str], str] = {}
    for name, text in locks.items():
        entries = list(locked(text))
        for entry, hashes in entries:
            pins = list(entry.specifier)
            if len(pins) != 1 or pins[0].operator != "==" or "*" in pins[0].version:
                yield f"{name}: {entry.name} is not pinned to one version"
            if not hashes:
                yield f"{name}: {entry.name} has no hash"
            key = (canonicalize_name(entry.name), str(entry.marker or ""))
            if known.setdefault(key, str(entry.specifier)) != str(entry.specifier):
                yield f"{name}: {entry.name} is {entry.specifier}, elsewhere {known[key]}"
        yield from _unmet(name, _wanted(project, name), [entry for entry, _ in entries])


def _wanted(project: Mapping[str, Any], lock: str) -> list[Requirement]:
    told = project["project"]
    extras = ("setup", "dev") if "dev" in lock else ("setup",)
    lists = [told["dependencies"], *(told["optional-dependencies"][one] for one in extras)]
    return [Requirement(each) for some in lists for each in some]


def _unmet(
    name: str, wanted: Iterable[Requirement], entries: Iterable[Requirement]
) -> Iterator[str]:
    held: dict[str, list[Requirement]] = {}
    for entry in entries:
        held.setdefault(canonicalize_name(entry.name), []).append(entry)
    for each in wanted:
        there = held.get(canonicalize_name(each.name), [])
        versions = [pin.version for entry in there for pin in entry.specifier]
        if not versions:
            yield f"{name}: {each.name} of pyproject.toml is missing"
        yield from (
            f"{name}: {each.name} is {version}, pyproject.toml wants {each.specifier}"
            for version in versions
            if version not in each.specifier
        )


def licence_faults(
    lock: str, found: Callable[[str], Distribution] = distribution
) -> Iterator[str]:
    """Packages of the running service that are under a licence nobody has allowed, or say none."""
    here = dict(default_environment())
    for entry, _ in locked(lock):
        if entry.marker and not entry.marker.evaluate(here):
            continue  # for another Python or system
        try:
            said = licence(found(entry.name))
        except PackageNotFoundError:
            yield f"{entry.name}: not installed here; `./run setup` brings it"
            continue
        if not allowed(said):
            yield f"{entry.name}: licence {said or 'not said'} is not among those allowed"


def licence(package: Distribution) -> str:
    """What a package says, in SPDX's words where it does."""
    said = package.metadata
    short = said.get("License") or ""
    if expression := said.get("License-Expression"):
        return expression
    if short and "\n" not in short.strip():
        return _SPOKEN.get(short.strip(), short.strip())
    marks = [mark.rpartition(" :: ")[2] for mark in said.get_all("Classifier") or ()
             if mark.startswith("License :: ")]  # fmt: skip
    return " AND ".join(_SPOKEN.get(mark, mark) for mark in marks)


def allowed(expression: str) -> bool:
    """Whether all that is joined by AND, and one of what is joined by OR, is allowed.

    >>> allowed("MIT AND (Apache-2.0 OR GPL-3.0-only)"), allowed("MIT AND GPL-3.0-only"), allowed("")
    (True, False, False)
    """
    parts = expression.replace("(", "").replace(")", "").split(" AND ")
    return all(any(one.strip() in ALLOWED for one in part.split(" OR ")) for part in parts)


def asked(lock: Path, within: float, auditor: Path = AUDITOR) -> str | None:
    """What the auditor answers about a lock; None where there is no answer in time."""
    command = [
        str(auditor), "--requirement", str(lock), "--require-hashes", "--disable-pip", "--format", "json",
        "--progress-spinner", "off", "--timeout", "4",
    ]  # fmt: skip
    try:
        answer = _answer(command, within)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if not answer.lstrip().startswith("{"):
        return None
    told = json.loads(answer)["dependencies"]
    # An index without advisories knows nobody; that is no answer either.
    return answer if any("skip_reason" not in each for each in told) else None


def _answer(command: list[str], within: float) -> str:
    """What it prints; it and whatever it has started are gone in time."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as started:
        try:
            return started.communicate(timeout=within)[0]
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            raise


def holes(lock: Path, ask: Ask = asked) -> tuple[str, list[str]]:
    """A line that says what was asked, and the holes that are known."""
    with tempfile.TemporaryDirectory(prefix="advisories-") as folder:
        one = Path(folder) / "one.lock"
        first = _ENTRY.search(lock.read_text("utf-8"))
        one.write_text(first[0] if first else "", "utf-8")
        if ask(one, PROBE) is None:
            return "advisories not reachable, not checked", []
    answer = ask(lock, WHOLE)
    if answer is None:
        return "advisories did not all answer, not checked", []
    told = json.loads(answer)["dependencies"]
    silent = [each["name"] for each in told if "skip_reason" in each]
    found = [f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
             for each in told for hole in each.get("vulns", ())]  # fmt: skip
    unknown = f"; nobody could be asked about {', '.join(silent)}" if silent else ""
    return f"advisories asked about {len(told) - len(silent)} packages{unknown}", found


def main() -> int:
    """All three, a line each; 1 where something is wrong."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locks = {name: (ROOT / name).read_text("utf-8") for name in LOCKS}
    wrong = [*lock_faults(project, locks), *licence_faults(locks[LOCKS[0]])]
    said, found = holes(ROOT / LOCKS[1])
    for line in (*wrong, *found):
        print(line)
    print(f"dependencies: {said}")
    return int(bool(wrong or found))


if __name__ == "__main__":
    sys.exit(main())
