"""What comes by other ways than the chat."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "intake",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("key", sa.Integer),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("many", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
        sa.Column("bad", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waiting",
        sa.Column("batch", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("mac", sa.LargeBinary, primary_key=True),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("opinion", sa.LargeBinary, nullable=False),
        sa.Column("received", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("early", sa.Integer, nullable=False),
        sa.Column("urgent", sa.Integer, nullable=False),
        sa.Column("merged", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("entry_by_batch", "entry", ["batch"])
    op.create_index("entry_by_opinion", "entry", ["opinion"])
    op.create_table(
        "twin",
        sa.Column("one", sa.LargeBinary, primary_key=True),
        sa.Column("other", sa.LargeBinary, primary_key=True),
        sa.Column("likeness", sa.Integer, nullable=False),
        sa.Column("apart", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mapping",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("head", sa.LargeBinary, primary_key=True),
        sa.Column("columns", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailing",
        sa.Column("unit", sa.Text, primary_key=True),
        sa.Column("sent", sa.Text, primary_key=True),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("returned", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back."""
    for name in ("mailing", "mapping", "twin", "entry", "waiting", "intake"):
        op.drop_table(name)
