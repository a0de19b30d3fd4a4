"""Clues handed over to the body in charge of discipline, each once."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "clue",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("opinion", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("received", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("noted", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("clue")
