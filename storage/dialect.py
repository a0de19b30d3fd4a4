"""Statements as PostgreSQL wants them."""

from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.compiler import SQLCompiler


class _Compiler(asyncpg.dialect.statement_compiler):
    """The conflict clauses of our statements are SQLite's, which knows no names of constraints."""

    def _on_conflict_target(self, clause: Any, **kw: Any) -> str:
        clause.constraint_target = None
        parent: Any = super()
        return parent._on_conflict_target(clause, **kw)


class _Dialect(asyncpg.dialect):
    statement_compiler = _Compiler
    supports_statement_cache = True


_DIALECT = _Dialect()


def compiled(clause: ClauseElement) -> tuple[str, tuple[str, ...]]:
    """A statement's text, and the names of its parameters in their order."""
    result = clause.compile(dialect=_DIALECT)
    assert isinstance(result, SQLCompiler)
    return str(result), tuple(result.positiontup or ())
