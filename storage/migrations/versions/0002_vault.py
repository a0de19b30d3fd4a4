"""The vault: buckets, what is known of a round's vault, and participation counted at the ticks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("opinion", sa.Column("atom", sa.Text, nullable=False, server_default=""))
    op.add_column("opinion", sa.Column("lookup", sa.LargeBinary))
    op.add_column("opinion", sa.Column("reply_key", sa.LargeBinary))
    op.create_index("opinion_by_lookup", "opinion", ["lookup"], unique=True)
    op.create_table(
        "vault",
        sa.Column("round", sa.Text, primary_key=True),
        sa.Column("atoms", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("cleared", sa.Integer, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("answers_wanted", sa.Integer, nullable=False),
        sa.Column("tags", sa.Integer, nullable=False),
        sa.Column("tags_wanted", sa.Integer, nullable=False),
        sa.Column("tick", sa.Text, nullable=False),
        sa.Column("pending", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bucket",
        sa.Column("round", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("version", sa.LargeBinary, nullable=False),
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "released",
        sa.Column("round", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("atom", sa.Text, primary_key=True),
        sa.Column("units", sa.Text, nullable=False),
        sa.Column("grp", sa.Text, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("guests", sa.Integer, nullable=False),
        sa.Column("submissions", sa.Integer, nullable=False),
        sa.Column("writers", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back."""
    for table in ("released", "bucket", "vault"):
        op.drop_table(table)
    op.drop_index("opinion_by_lookup", "opinion")
    for column in ("reply_key", "lookup", "atom"):
        op.drop_column("opinion", column)
