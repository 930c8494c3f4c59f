"""feedback, codes to go on elsewhere, photos, what each text cost

Revision 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _conversation() -> sa.Column[str]:
    key = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation_id", sa.String(length=40), key, nullable=False)


def upgrade() -> None:
    """Feedback, codes to go on elsewhere, photos, what each text cost."""
    op.create_table(
        "feedback",
        _conversation(),
        sa.Column("got", sa.String(length=8), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_feedback")),
    )
    op.create_table(
        "resume_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        _conversation(),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_resume_codes")),
    )
    op.create_index(op.f("ix_resume_codes_conversation_id"), "resume_codes", ["conversation_id"])
    op.create_table(
        "photos",
        sa.Column("id", sa.String(length=40), nullable=False),
        _conversation(),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_conversation_id"), "photos", ["conversation_id"])
    op.add_column("sms_log", sa.Column("conversation_id", sa.String(length=40)))
    op.add_column("sms_log", sa.Column("message_id", sa.String(length=40)))
    op.add_column("sms_log", sa.Column("parts", sa.Integer()))
    op.create_index(op.f("ix_sms_log_conversation_id"), "sms_log", ["conversation_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_sms_log_conversation_id"), "sms_log")
    for column in ("parts", "message_id", "conversation_id"):
        op.drop_column("sms_log", column)
    for table in ("photos", "resume_codes", "feedback"):
        op.drop_table(table)
