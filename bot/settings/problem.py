"""What is wrong with a file the operator wrote: a fact with a name, not yet a sentence.

Whoever reads a file notes every fault it meets and goes on, so that one `tingwen check` shows them all. The
sentences (reason and remedy, zh and en) stand in `bot/content/problems.toml` under the fault's name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake: where it stands, and what it is."""

    file: str
    """As the operator would type it."""
    key: str
    """The dotted path inside the file; entries of a list count from 1: `units[2].parent`. May be empty."""
    fault: str
    """Its name in `bot/content/problems.toml`."""
    facts: tuple[tuple[str, str], ...] = ()
    """What the sentences need: names and values."""
    warning: bool = False
    """It works all the same; somebody should look."""


class Refused(Exception):
    """A file cannot be used as it is; `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.file}: {p.key}: {p.fault}" for p in problems))
        self.problems: tuple[Problem, ...] = problems
