"""How each problem stands, beside the lines it is worked out from: it is worked out when it is first read."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "problem",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("rules", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("problem_by_state", "problem", ["state"])
    op.create_index("problem_by_batch", "problem", ["batch"])
    op.execute(
        "INSERT INTO problem SELECT DISTINCT problem, 0, 0, '', '', '', '' FROM problem_line"
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("problem_by_batch", "problem")
    op.drop_index("problem_by_state", "problem")
    op.drop_table("problem")
