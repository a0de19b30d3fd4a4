"""A statement of SQLAlchemy Core, compiled once for each database it is run on.

Executing it costs what the driver costs: nothing is compiled, cached or adapted a second time.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

Params = Mapping[str, Any]
Row = tuple[Any, ...]

_SQLITE = sqlite.dialect(paramstyle="named")


class Statement:
    """A Core statement, and its text for either database."""

    def __init__(self, clause: ClauseElement) -> None:
        self.clause = clause

    @cached_property
    def sqlite(self) -> str:
        """The text for SQLite."""
        return str(self._compiled)

    @cached_property
    def postgres(self) -> tuple[str, tuple[str, ...]]:
        """The text for PostgreSQL, and the names of its parameters in their order."""
        from storage.dialect import compiled  # with a driver that SQLite does not need

        return compiled(self.clause)

    @cached_property
    def constants(self) -> Params:
        """Values that stand in the statement itself, such as `active == 1`."""
        return {
            name: bind.value
            for name, bind in self._compiled.binds.items()
            if not bind.required and bind.value is not None
        }

    @cached_property
    def _compiled(self) -> SQLCompiler:
        compiled = self.clause.compile(dialect=_SQLITE)
        assert isinstance(compiled, SQLCompiler)
        return compiled

    def filled(self, params: Params) -> Params:
        """The parameters with the statement's own."""
        return {**self.constants, **params} if self.constants else params
