"""The secrets: from the environment, or from a file the environment names (`NAME_FILE`). Never from config.toml.

A file is what Docker and systemd hand over, and it does not show in the list of processes.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from bot.settings.problem import Problem

NAMES = {
    "master_key": "TINGWEN_MASTER_KEY",
    "telegram_token": "TINGWEN_TELEGRAM_TOKEN",
    "wecom_secret": "TINGWEN_WECOM_SECRET",
    "wecom_token": "TINGWEN_WECOM_TOKEN",
    "wecom_aes_key": "TINGWEN_WECOM_AES_KEY",
    "wecom_robots": "TINGWEN_WECOM_ROBOTS",
    "smtp_password": "TINGWEN_SMTP_PASSWORD",
    "hook_secret": "TINGWEN_HOOK_SECRET",
    "metrics_token": "TINGWEN_METRICS_TOKEN",
}
"""Field of `Secrets` to environment variable."""

_ROBOT = re.compile(r"(\S.*?)\s+(https?://\S+[?&]key=[\w-]+\S*|[\w-]{16,})")
"""A group robot: the name the office calls the group by, and the robot's address, or the key in it."""

# WeCom's own rules: developer.work.weixin.qq.com/document/path/90930; of a hook's secret, those of Standard Webhooks.
_FORMS: Mapping[str, Callable[[str], object]] = {
    "wecom_token": re.compile(r"[A-Za-z0-9]{1,32}").fullmatch,
    "wecom_aes_key": re.compile(r"[A-Za-z0-9]{43}").fullmatch,
    "metrics_token": re.compile(r"[!-~]{16,}").fullmatch,
    "hook_secret": lambda value: _whole(value),
    "wecom_robots": lambda value: all(_ROBOT.fullmatch(line) for line in _lines(value)),
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """What must not be seen; empty where it is not set. Shows nothing when printed."""

    master_key: str = ""
    telegram_token: str = ""
    wecom_secret: str = ""
    wecom_token: str = ""
    wecom_aes_key: str = ""
    wecom_robots: str = ""
    smtp_password: str = ""
    hook_secret: str = ""
    metrics_token: str = ""

    def __repr__(self) -> str:
        return "Secrets(...)"


def read_secrets(
    environment: Mapping[str, str], folder: Path
) -> tuple[Secrets, tuple[Problem, ...]]:
    """The secrets, and what is wrong with them (never their values). Relative files lie in `folder`."""
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for field in fields(Secrets):
        name = NAMES[field.name]
        value = _value(name, environment, folder, problems)
        form = _FORMS.get(field.name)
        if value and form is not None and not form(value):
            problems.append(Problem(file=name, key="", fault=f"bad_{field.name}"))
        found[field.name] = value
    return Secrets(**found), tuple(problems)


def robots_in(secret: str) -> dict[str, str]:
    """Group robots, one a line or between semicolons: name -> address or key.

    >>> robots_in("secretaries 0123456789abcdef; heads https://x/webhook/send?key=k")
    {'secretaries': '0123456789abcdef', 'heads': 'https://x/webhook/send?key=k'}
    """
    found = (_ROBOT.fullmatch(line) for line in _lines(secret))
    return {robot[1]: robot[2] for robot in found if robot}


def _whole(secret: str) -> bool:
    """Whether a hook's secret is `whsec_` and base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and 24 <= len(key) <= 64


def _lines(value: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;]", value) if line.strip()]


def _value(
    name: str, environment: Mapping[str, str], folder: Path, problems: list[Problem]
) -> str:
    value, file = environment.get(name, ""), environment.get(f"{name}_FILE", "")
    if value and file:
        problems.append(
            Problem(file=name, key="", fault="secret_twice", facts=(("name", name),))
        )
    if value or not file:
        return value.strip()
    try:
        value = (folder / file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        facts = (("file", file),)
        problems.append(
            Problem(file=f"{name}_FILE", key="", fault="secret_unreadable", facts=facts)
        )
        return ""
    if not value:
        facts = (("file", file),)
        problems.append(Problem(file=f"{name}_FILE", key="", fault="secret_empty", facts=facts))
    return value
