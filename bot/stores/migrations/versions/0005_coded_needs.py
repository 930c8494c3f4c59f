"""what people coded that citizens needed; the area of a postcode; answers not taken"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables for the double-blind coding, two columns for the audit."""
    op.create_table(
        "coding_sample",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("drawn_by", sa.String(length=80), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_coding_sample")),
    )
    op.create_table(
        "need_codes",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("coder", sa.String(length=80), nullable=False),
        sa.Column("needed_channel", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "coder", name=op.f("pk_need_codes")),
    )
    with op.batch_alter_table("turn_records", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lsoa", sa.String(length=12), nullable=True))
        batch_op.add_column(
            sa.Column("answer_not_taken", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("turn_records", schema=None) as batch_op:
        batch_op.drop_column("answer_not_taken")
        batch_op.drop_column("lsoa")
    op.drop_table("need_codes")
    op.drop_table("coding_sample")
