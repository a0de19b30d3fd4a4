"""Rounds and their waves, digests, and what is handed to the office."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "round",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("script", sa.Text, nullable=False),
        sa.Column("opens", sa.Integer),
        sa.Column("closes", sa.Integer),
        sa.Column("reminders", sa.Integer, nullable=False),
        sa.Column("stopped", sa.Integer, nullable=False),
    )
    op.create_table(
        "wave",
        sa.Column("round", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "digest",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("face", sa.Text, nullable=False),
        sa.Column("personal", sa.Text, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
    )
    op.create_index("outbox_waiting", "outbox", ["state"])


def downgrade() -> None:
    """Back."""
    op.drop_index("outbox_waiting", "outbox")
    for table in ("outbox", "digest", "wave", "round"):
        op.drop_table(table)
