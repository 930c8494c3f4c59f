"""which case is which conversation in Chatwoot, and how far it has been told

Revision 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "chatwoot_cases",
        sa.Column("handoff_id", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("chatwoot_id", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_chatwoot_cases")),
        sa.UniqueConstraint("chatwoot_id", name=op.f("uq_chatwoot_cases_chatwoot_id")),
    )
    op.create_index(
        op.f("ix_chatwoot_cases_conversation_id"), "chatwoot_cases", ["conversation_id"]
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("chatwoot_cases")
