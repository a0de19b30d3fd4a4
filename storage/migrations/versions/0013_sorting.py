"""What the office says an opinion is, and which opinions say the same."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("opinion", sa.Column("doubt", sa.Integer, nullable=False, server_default="0"))
    op.create_index("opinion_by_doubt", "opinion", ["period", "doubt"])
    op.create_table(
        "decision",
        sa.Column("opinion", sa.LargeBinary, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("was", sa.Text, nullable=False),
        sa.Column("now", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "theme",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("named", sa.Integer, nullable=False),
        sa.Column("opinions", sa.Integer, nullable=False),
        sa.Column("periods", sa.Integer, nullable=False),
        sa.Column("latest", sa.Text, nullable=False),
        sa.Column("representative", sa.LargeBinary, nullable=False),
        sa.Column("sketch", sa.Text, nullable=False),
        sa.Column("into", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "themed",
        sa.Column("opinion", sa.LargeBinary, primary_key=True),
        sa.Column("theme", sa.Integer, nullable=False),
        sa.Column("copy", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("themed_by_theme", "themed", ["theme"])


def downgrade() -> None:
    """Back."""
    op.drop_table("themed")
    op.drop_table("theme")
    op.drop_table("decision")
    op.drop_index("opinion_by_doubt", "opinion")
    op.drop_column("opinion", "doubt")
