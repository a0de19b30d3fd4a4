"""The first tables: scripts, the roster, drafts, the inbox, opinions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "script",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("slot", sa.LargeBinary, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "draft",
        sa.Column("tag", sa.LargeBinary, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("spoken", sa.Integer, nullable=False),
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inbox",
        sa.Column("mac", sa.LargeBinary, primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opinion",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("grp", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("dimension", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("pupil", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("opinion_by_period", "opinion", ["period", "round"])


def downgrade() -> None:
    """Back."""
    for table in ("opinion", "inbox", "draft", "person", "script"):
        op.drop_table(table)
