"""Group chats of the office."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "circle",
        sa.Column("tag", sa.LargeBinary, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("circle")
