"""What became of opinions: problems line by line, each opinion's way, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "problem_line",
        sa.Column("problem", sa.Integer, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("move", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("more", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "way",
        sa.Column("opinion", sa.LargeBinary, primary_key=True),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("problem", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("way_by_problem", "way", ["problem"])
    op.create_table(
        "notice",
        sa.Column("batch", sa.Text, primary_key=True),
        sa.Column("opens", sa.Text, nullable=False),
        sa.Column("closes", sa.Text, nullable=False),
        sa.Column("units", sa.Text, nullable=False),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("down", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("notice")
    op.drop_index("way_by_problem", "way")
    op.drop_table("way")
    op.drop_table("problem_line")
