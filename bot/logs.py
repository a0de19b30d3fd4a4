"""Logs: event codes with harmless fields, never what a person wrote, who they are, or a token.

Only our own loggers speak. Libraries are silenced at the source, because they log URLs with tokens, whole messages
and SQL parameters, some of them at CRITICAL. An exception is written as its type and the place in our code where it
happened, never as its text: a KeyError's text is somebody's id.
"""

import logging
import sys
import threading
import traceback
import warnings
from collections import Counter
from types import TracebackType
from typing import Any

OURS = ("bot", "handlers", "storage")

FIELDS = ("reason", "count", "channel", "file", "key", "code")
"""What may stand beside an event. Anything else is dropped."""


TOLD: Counter[tuple[str, str]] = Counter()
"""How often each event was written with each level from a warning on, since the start."""


class Line(logging.Formatter):
    """One line an event: time, level, where, what, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. The message is the code as it stands in the source: its arguments are not filled in."""
        fields = [f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)]
        if record.exc_info and record.exc_info[0]:
            fields.append(f"error={where(record.exc_info[0], record.exc_info[2])}")
        time = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        return " ".join((time, record.levelname, record.name, str(record.msg), *fields))


def where(kind: type[BaseException], trace: TracebackType | None) -> str:
    """An exception's type, and the last line of our own code it passed.

    >>> where(ValueError, None)
    'ValueError'
    """
    ours = [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        for frame in traceback.extract_tb(trace)
        if any(f"/{room}/" in frame.filename for room in OURS)
        and "site-packages" not in frame.filename
    ]
    return f"{kind.__name__}@{ours[-1]}" if ours else kind.__name__


def set_up(level: int = logging.INFO) -> None:
    """Let our loggers write to stdout, and nobody else write anywhere."""
    root = logging.getLogger()
    root.handlers[:] = [logging.NullHandler()]
    out = logging.StreamHandler(sys.stdout)
    out.setFormatter(Line())
    for room in OURS:
        ours = logging.getLogger(room)
        ours.setLevel(level)
        ours.propagate = False
        ours.handlers[:] = [out, _Tally(logging.WARNING)]
    logging.raiseExceptions = False
    logging.lastResort = None
    warnings.showwarning = _swallow
    sys.excepthook = _hook
    threading.excepthook = lambda args: _hook(args.exc_type, args.exc_value, args.exc_traceback)


class _Tally(logging.Handler):
    """Counts by event; the code says nothing of anybody."""

    def emit(self, record: logging.LogRecord) -> None:
        TOLD[record.levelname, str(record.msg)] += 1


def loop_failed(_loop: object, context: dict[str, Any]) -> None:
    """For `loop.set_exception_handler`: a task's unexpected end, without its words."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        _hook(type(error), error, error.__traceback__)


def _swallow(*_: Any, **__: Any) -> None:
    """Warnings are for tests; in a running service they could carry values."""


def _hook(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    logging.getLogger("bot").critical("unexpected", exc_info=(kind, error or kind(), trace))
