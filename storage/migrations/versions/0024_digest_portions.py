"""A large digest in portions."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "digest_portion",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("entries", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("digest_portion")
