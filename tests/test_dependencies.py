"""What `./run check` says of what we lean on: each fault is seen, and silence is never a clean bill."""

import json
import time
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import dependencies

HASH = f"    --hash=sha256:{'a' * 64}\n"
PROJECT = {
    "project": {
        "dependencies": ["httpx>=0.28"],
        "optional-dependencies": {"setup": [], "dev": []},
    }
}


def faults(lock: str, dev: str = "") -> list[str]:
    locks = {"requirements.lock": lock, "requirements-dev.lock": dev or lock}
    return [
        said
        for said in dependencies.lock_faults(PROJECT, locks)
        if said.startswith("requirements.lock") or dev
    ]


def test_a_lock_that_pins_what_is_wanted_has_no_fault():
    assert (
        faults(f"httpx==0.28.1 \\\n{HASH}anyio==4.1 ; python_version < '3.12' \\\n{HASH}") == []
    )


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("httpx==0.28.1\n", "has no hash"),
        (f"httpx>=0.28 \\\n{HASH}", "not pinned"),
        (f"httpx==0.28.* \\\n{HASH}", "not pinned"),
        (f"httpx==0.27.0 \\\n{HASH}", "pyproject.toml wants >=0.28"),
        (f"anyio==4.1 \\\n{HASH}", "httpx of pyproject.toml is missing"),
    ],
)
def test_a_lock_that_does_not_is_named(lock: str, said: str):
    assert said in "\n".join(faults(lock))


def test_two_locks_with_two_versions_of_one_package_are_named():
    one, other = f"httpx==0.28.1 \\\n{HASH}", f"httpx==0.28.2 \\\n{HASH}"

    assert "elsewhere ==0.28.1" in "\n".join(faults(one, other))


@pytest.mark.parametrize(
    ("says", "fine"),
    [
        ({"License-Expression": "Apache-2.0 OR BSD-3-Clause"}, True),
        ({"License-Expression": "MIT AND GPL-2.0-only"}, False),
        ({"License": "MIT License"}, True),
        ({"License": "Commercial"}, False),
        ({"License": "a text\nof many lines", "Classifier": "License :: OSI Approved :: MIT License"}, True),
        ({"Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, False),
        ({}, False),
    ],
)  # fmt: skip
def test_a_licence_is_one_of_those_allowed_or_named(says: dict[str, str], fine: bool):
    metadata = Message()
    for name, value in says.items():
        metadata[name] = value

    found = dependencies.licence_faults("httpx==0.28.1\n", lambda _: SimpleNamespace(metadata=metadata))  # type: ignore[arg-type, return-value]  # fmt: skip

    assert (list(found) == []) == fine


def test_our_own_locks_and_licences_are_without_a_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch
):
    monkeypatch.setattr(dependencies, "holes", lambda _: ("not asked", []))

    assert dependencies.main() == 0, capsys.readouterr().out


def test_nobody_answering_is_said_and_takes_no_longer_than_it_may(tmp_path: Path):
    slow = tmp_path / "auditor"
    slow.write_text("#!/bin/sh\nsleep 60 &\nsleep 60\n")
    slow.chmod(0o700)
    (tmp_path / "lock").write_text(f"httpx==0.28.1 \\\n{HASH}")
    began = time.monotonic()

    said, found = dependencies.holes(
        tmp_path / "lock", lambda lock, within: dependencies.asked(lock, min(within, 0.5), slow)
    )

    assert said == "advisories not reachable, not checked"
    assert found == []
    assert time.monotonic() - began < 5
    assert dependencies.PROBE <= 5


def test_an_index_that_knows_of_no_package_has_not_answered(tmp_path: Path):
    knows_nobody = tmp_path / "auditor"
    told = {"dependencies": [{"name": "httpx", "skip_reason": "not found"}]}
    knows_nobody.write_text(f"#!/bin/sh\necho '{json.dumps(told)}'\n")
    knows_nobody.chmod(0o700)

    assert dependencies.asked(tmp_path / "lock", 5, knows_nobody) is None


def test_no_auditor_at_all_is_the_same(tmp_path: Path):
    (tmp_path / "lock").write_text(f"httpx==0.28.1 \\\n{HASH}")

    said, _ = dependencies.holes(
        tmp_path / "lock",
        lambda lock, within: dependencies.asked(lock, within, tmp_path / "none"),
    )

    assert said == "advisories not reachable, not checked"


def test_a_known_hole_and_a_package_nobody_knows_are_named(tmp_path: Path):
    (tmp_path / "lock").write_text(f"httpx==0.28.1 \\\n{HASH}")
    answer = json.dumps(
        {
            "dependencies": [
                {"name": "httpx", "version": "0.28.1", "vulns": [{"id": "X-1", "fix_versions": ["0.28.2"]}]},
                {"name": "ours", "skip_reason": "unknown"},
            ]
        }
    )  # fmt: skip

    said, found = dependencies.holes(tmp_path / "lock", lambda *_: answer)

    assert said == "advisories asked about 1 packages; nobody could be asked about ours"
    assert found == ["httpx 0.28.1: X-1, mended in 0.28.2"]
