"""Words apart from taps: a digest fetches the ones and counts the others, out of an index that has them in its order."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TAPPED = (
    "period", "round", "unit", "grp", "question", "dimension", "channel", "options", "number", "labels", "text",
)  # fmt: skip


def upgrade() -> None:
    """Forward."""
    worded, tapped = sa.text("text != ''"), sa.text("text = ''")
    op.create_index(
        "opinion_in_words",
        "opinion",
        ["period", "round"],
        sqlite_where=worded,
        postgresql_where=worded,
    )
    op.create_index(
        "opinion_tapped",
        "opinion",
        list(TAPPED),
        sqlite_where=tapped,
        postgresql_where=tapped,
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("opinion_tapped", "opinion")
    op.drop_index("opinion_in_words", "opinion")
