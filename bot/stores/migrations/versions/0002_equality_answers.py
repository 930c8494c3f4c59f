"""equality answers, kept apart"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """equality answers, kept apart."""
    op.create_table(
        "equality_answers",
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("scheme", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("link", "question", name=op.f("pk_equality_answers")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("equality_answers")
