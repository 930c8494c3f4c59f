"""the desk: skills and presence, a sealed log, notes, labels, promises, changed messages

Revision 0007
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "switches_and_holds"
branch_labels = None
depends_on = None

_NEW = (
    "service_notices",
    "canned_replies",
    "message_changes",
    "promises",
    "case_labels",
    "case_notes",
    "staff_log_head",
)
_STAFF = (
    "skills",
    "languages",
    "capacity",
    "presence",
    "presence_reason",
    "totp_secret",
    "totp_used",
)
_MESSAGES = ("changed_at", "withdrawn", "delivered_at", "read_at")


def _staff_columns() -> list[sa.Column[Any]]:
    def text(name: str, length: int, usual: str) -> sa.Column[Any]:
        return sa.Column(name, sa.String(length=length), nullable=False, server_default=usual)

    return [
        sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("languages", sa.JSON(), nullable=False, server_default='["en"]'),
        sa.Column("capacity", sa.Integer(), nullable=False, server_default="4"),
        text("presence", 12, "available"),
        text("presence_reason", 200, ""),
        sa.Column("totp_secret", sa.String(length=64)),
        sa.Column("totp_used", sa.Integer()),
    ]


def _message_columns() -> list[sa.Column[Any]]:
    return [
        _time("changed_at", null=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
        _time("delivered_at", null=True),
        _time("read_at", null=True),
    ]


def _conversation() -> sa.Column[str]:
    key = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation_id", sa.String(length=40), key, nullable=False)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def upgrade() -> None:
    """Columns, tables, and a seal on every line the log already has."""
    for table, columns in (("staff", _staff_columns()), ("messages", _message_columns())):
        for column in columns:
            op.add_column(table, column)
    op.add_column("handoffs", sa.Column("follow_up_on", sa.Date()))
    _make_tables()
    with op.batch_alter_table("staff_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("seal", sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_staff_log_place"), ["place"])
    _seal_what_there_is()


def _make_tables() -> None:
    op.create_table(
        "staff_log_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_log_head")),
    )
    op.create_table(
        "case_notes",
        sa.Column("id", sa.String(length=40), nullable=False),
        _conversation(),
        sa.Column("handoff_id", sa.String(length=40), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_notes")),
    )
    op.create_table(
        "case_labels",
        sa.Column("handoff_id", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        _conversation(),
        sa.PrimaryKeyConstraint("handoff_id", "label", name=op.f("pk_case_labels")),
    )
    op.create_table(
        "promises",
        sa.Column("id", sa.String(length=40), nullable=False),
        _conversation(),
        sa.Column("handoff_id", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        _time("made_at"),
        _time("starts"),
        _time("ends"),
        _time("kept_at", null=True),
        sa.Column("kept_by", sa.String(length=80)),
        _time("called_off_at", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_table(
        "message_changes",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=True),
        _conversation(),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("text_before", sa.Text(), nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_message_changes")),
    )
    op.create_table(
        "canned_replies",
        sa.Column("shortcut", sa.String(length=40), nullable=False),
        sa.Column("lang", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("shortcut", "lang", name=op.f("pk_canned_replies")),
    )
    op.create_table(
        "service_notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        _time("starts"),
        _time("ends"),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_notices")),
    )
    for table, column in (
        ("case_notes", "conversation_id"),
        ("case_notes", "handoff_id"),
        ("case_labels", "conversation_id"),
        ("promises", "conversation_id"),
        ("promises", "handoff_id"),
        ("promises", "ends"),
        ("message_changes", "conversation_id"),
        ("message_changes", "message_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _seal_what_there_is() -> None:
    """As ``bot.staff_log.seal`` does at this revision; copied, for that may change."""
    db = op.get_bind()
    log = sa.table("staff_log", *map(sa.column, ("seq", "at", "username", "action", "subject")),
                   sa.column("detail", sa.JSON), sa.column("place"), sa.column("seal"))  # fmt: skip
    timed = sa.select(
        log.c.seq, sa.type_coerce(log.c.at, sa.DateTime(timezone=True)).label("at"),
        log.c.username, log.c.action, log.c.subject, log.c.detail,
    ).order_by(log.c.seq)  # fmt: skip
    place, before = 0, ""
    for row in db.execute(timed).all():
        place += 1
        told = [place, before, _utc(row.at), row.username, row.action, row.subject, row.detail]
        text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(text.encode()).hexdigest()
        change = sa.update(log).where(log.c.seq == row.seq)
        db.execute(change.values(place=place, seal=before))
    head = sa.table("staff_log_head", *map(sa.column, ("id", "place", "seal")))
    db.execute(head.insert().values(id=1, place=place, seal=before))


def _utc(at: datetime) -> str:
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("staff_log", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_staff_log_place"), type_="unique")
        batch_op.drop_column("seal")
        batch_op.drop_column("place")
    for table in _NEW:
        op.drop_table(table)
    op.drop_column("handoffs", "follow_up_on")
    for table, columns in (("messages", _MESSAGES), ("staff", _STAFF)):
        for column in columns:
            op.drop_column(table, column)
