"""The cues a plan document is recognised by. They come from content; this file only says which there are."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Lists of cues, the longer word first where one holds another."""

    phase: tuple[str, ...]
    schedule: tuple[str, ...]
    looks_back: tuple[str, ...]
    title: tuple[str, ...]
    issuer: tuple[str, ...]
    closing: tuple[str, ...]
    deliverable: tuple[str, ...]
    makes: tuple[str, ...]
    everybody: tuple[str, ...]
    prescribed: tuple[str, ...]
    optional: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def column(self, head: str) -> str | None:
        """Which column a table's head names: the same words, else words it holds, best at its end."""
        bare = re.sub(r"\s|[（(].*?[)）]", "", head)
        if not bare or len(bare) > 12:
            return None
        for role, names in self.columns.items():
            if bare in names:
                return role
        held = [
            (bare.endswith(name), len(name), role)
            for role, names in self.columns.items()
            for name in names
            if len(name) > 1 and name in bare
        ]
        return max(held)[2] if held and len(bare) <= 8 else None


def one_of(words: Iterable[str]) -> str:
    """A pattern that matches any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
