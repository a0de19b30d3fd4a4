"""What goes back to the units and groups that raised something; what stood on a notice."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "echo",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("after", sa.LargeBinary, nullable=False),
    )
    op.create_index("problem_by_rules", "problem", ["rules"])
    op.add_column("notice", sa.Column("shown", sa.Text, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Back."""
    op.drop_column("notice", "shown")
    op.drop_index("problem_by_rules", "problem")
    op.drop_table("echo")
