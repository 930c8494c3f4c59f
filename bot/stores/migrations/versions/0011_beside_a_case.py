"""beside a case: what was made in council systems, consents, what the desk waits for, searches
that found nothing, and who is who in Chatwoot

Revision 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, three columns."""
    op.create_table(
        "council_cases",
        _conversation(),
        sa.Column("system", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _their_conversation(),
        sa.PrimaryKeyConstraint(
            "conversation_id", "system", "reference", name=op.f("pk_council_cases")
        ),
    )
    op.create_index(op.f("ix_council_cases_conversation_id"), "council_cases", ["conversation_id"])
    op.create_index(op.f("ix_council_cases_reference"), "council_cases", ["reference"])
    op.create_table(
        "earlier_consents",
        _conversation(),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_yes", sa.Boolean()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        _their_conversation(),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_earlier_consents")),
    )
    op.create_index(
        op.f("ix_earlier_consents_conversation_id"), "earlier_consents", ["conversation_id"]
    )
    op.add_column("conversations", sa.Column("desk_waits", sa.JSON()))
    op.add_column(
        "turn_records",
        sa.Column("nothing_found", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("chatwoot_cases", sa.Column("contact_id", sa.Integer()))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("chatwoot_cases", "contact_id")
    op.drop_column("turn_records", "nothing_found")
    op.drop_column("conversations", "desk_waits")
    op.drop_table("earlier_consents")
    op.drop_table("council_cases")


def _conversation() -> sa.Column[str]:
    return sa.Column("conversation_id", sa.String(length=40), nullable=False)


def _their_conversation() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE")
