"""The only clock; a demo may push it."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class Clock:
    """The time, which a demo may push forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        """Seconds ahead of the wall."""

    def __call__(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time() + self.ahead

    def push(self, seconds: float) -> None:
        """Go forward."""
        self.ahead += seconds

    def moment(self) -> datetime:
        """The moment it shows."""
        return datetime.fromtimestamp(self(), UTC)


class PushedClock(Clock):
    """A clock that begins at a moment of the past and remembers, in a file, how far it was pushed."""

    def __init__(self, file: Path, begins: datetime) -> None:
        super().__init__()
        self._file = file
        known = file.read_text() if file.exists() else ""
        self.ahead = float(known) if known else begins.timestamp() - time.time()
        self._keep()

    def push(self, seconds: float) -> None:
        """Go forward."""
        super().push(seconds)
        self._keep()

    def _keep(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(str(self.ahead))
