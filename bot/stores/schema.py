"""The tables. Changed only together with a migration in ``migrations/``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.stores.sealed_types import SealedJson, SealedText

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A time with a zone, kept in UTC. SQLite forgets the zone; this puts it back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody could say when it was."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use datetime.now(UTC)")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Always in UTC."""
        if value is None:
            return None
        when: datetime = value
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(40), primary_key=True)


def _conversation(**options: Any) -> sa.Column[str]:
    key = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation_id", sa.String(40), key, nullable=False, index=True, **options)


conversations = sa.Table(
    "conversations",
    metadata,
    _id(),
    sa.Column("medium", sa.String(8), nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False, index=True),
    sa.Column("last_at", UtcDateTime, nullable=False, index=True),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("language_chosen", sa.Boolean, nullable=False),
    sa.Column("token_hash", sa.String(64)),
    sa.Column("address", SealedText("conversations.address", 32, findable=True), index=True),
    sa.Column("circumstances", sa.JSON, nullable=False),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("told", SealedJson("conversations.told"), nullable=False),
    sa.Column("desk_waits", sa.JSON(none_as_null=True)),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(40), nullable=False, unique=True),
    _conversation(),
    sa.Column("sender", sa.String(12), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("lang", sa.String(12), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("buttons", sa.JSON, nullable=False),
    sa.Column("client_id", sa.String(80)),
    sa.Column("provider", sa.String(16)),
    sa.Column("provider_id", sa.String(80)),
    sa.Column("in_reply_to", sa.String(40), index=True),
    sa.Column("answered", sa.Boolean, nullable=False),
    sa.Column("changed_at", UtcDateTime),
    sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("delivered_at", UtcDateTime),
    sa.Column("read_at", UtcDateTime),
    sa.UniqueConstraint("conversation_id", "client_id"),
    sa.UniqueConstraint("provider", "provider_id"),
)
sa.Index(
    "ix_messages_unanswered",
    messages.c.at,
    sqlite_where=sa.text("NOT answered"),
    postgresql_where=sa.text("NOT answered"),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    _id(),
    _conversation(),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("urgency", sa.String(12), nullable=False),
    sa.Column("way", sa.String(24), nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("status", sa.String(12), nullable=False, index=True),
    sa.Column("summary", SealedJson("handoffs.summary"), nullable=False),
    sa.Column("contact", SealedJson("handoffs.contact"), nullable=False),
    sa.Column("claimed_by", sa.String(80)),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("outcome_code", sa.String(24)),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("follow_up_on", sa.Date),
    sa.Column("offered_to", sa.String(80)),
    sa.Column("offered_until", UtcDateTime),
    sa.Column("was_safeguarding", sa.Boolean, nullable=False, server_default=sa.false()),
)
# One open handoff a conversation: two turns at once cannot ask for two people.
_open = sa.text("status in ('waiting', 'claimed')")
sa.Index(
    "uq_handoffs_open",
    handoffs.c.conversation_id,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)

turn_records = sa.Table(
    "turn_records",
    metadata,
    _id(),
    _conversation(),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("medium", sa.String(8), nullable=False),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("ending", sa.String(40), nullable=False),
    sa.Column("intent", sa.String(60), nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("service", sa.String(60)),
    sa.Column("lgsl", sa.Integer),
    sa.Column("confidence", sa.Float),
    sa.Column("fallback", sa.Boolean, nullable=False),
    sa.Column("misunderstood", sa.Boolean, nullable=False),
    sa.Column("asked_channel", sa.String(16)),
    sa.Column("barriers", sa.JSON, nullable=False),
    sa.Column("adjustments", sa.JSON, nullable=False),
    sa.Column("route_channel", sa.String(16)),
    sa.Column("route_way", sa.String(24)),
    sa.Column("route_reasons", sa.JSON, nullable=False),
    sa.Column("route_alternatives", sa.JSON, nullable=False),
    sa.Column("policy_version", sa.String(40)),
    sa.Column("model_version", sa.String(80), nullable=False),
    sa.Column("ms", sa.Float, nullable=False),
    sa.Column("lsoa", sa.String(12)),
    sa.Column("answer_not_taken", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("nothing_found", sa.Boolean, nullable=False, server_default=sa.false()),
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    _id(),
    _conversation(),
    sa.Column("code", sa.String(24), nullable=False),
    sa.Column("source", sa.String(12), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column(
        "conversation_id",
        sa.String(40),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("got", sa.String(8), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

resume_codes = sa.Table(
    "resume_codes",
    metadata,
    sa.Column("code_hash", sa.String(64), primary_key=True),
    _conversation(),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

photos = sa.Table(
    "photos",
    metadata,
    _id(),
    _conversation(),
    sa.Column("message_id", sa.String(40), nullable=False),
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

# Kept apart: the link is a keyed hash, so no row here leads to a conversation. Only the audit
# reads it; a database role for everything else needs INSERT, DELETE and the link column only.
equality_answers = sa.Table(
    "equality_answers",
    metadata,
    sa.Column("link", sa.String(64), primary_key=True),
    sa.Column("question", sa.String(40), primary_key=True),
    sa.Column("answer", sa.String(40), nullable=False),
    sa.Column("scheme", sa.String(80), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
)

# The double-blind coding of needs: which conversations, and what each coder said.
coding_sample = sa.Table(
    "coding_sample",
    metadata,
    sa.Column(
        "conversation_id",
        sa.String(40),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("drawn_by", sa.String(80), nullable=False),
    sa.Column("drawn_at", UtcDateTime, nullable=False),
)

need_codes = sa.Table(
    "need_codes",
    metadata,
    sa.Column(
        "conversation_id",
        sa.String(40),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("coder", sa.String(80), primary_key=True),
    sa.Column("needed_channel", sa.String(16), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("due", UtcDateTime, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Column("given_up_at", UtcDateTime),
)

sms_opt_outs = sa.Table(
    "sms_opt_outs",
    metadata,
    sa.Column("address", SealedText("sms_opt_outs.address", 32, findable=True), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)

sms_log = sa.Table(
    "sms_log",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("reference", sa.String(80), nullable=False, unique=True),
    sa.Column(
        "address", SealedText("sms_log.address", 32, findable=True), nullable=False, index=True
    ),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("provider", sa.String(16), nullable=False),
    sa.Column("provider_id", sa.String(80)),
    sa.Column("status", sa.String(24), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("status_at", UtcDateTime),
    sa.Column("conversation_id", sa.String(40), index=True),
    sa.Column("message_id", sa.String(40)),
    sa.Column("parts", sa.Integer),
)

staff = sa.Table(
    "staff",
    metadata,
    _id(),
    sa.Column("username", sa.String(80), nullable=False, unique=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("teams", sa.JSON, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("skills", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("languages", sa.JSON, nullable=False, server_default='["en"]'),
    sa.Column("capacity", sa.Integer, nullable=False, server_default="4"),
    sa.Column("presence", sa.String(12), nullable=False, server_default="available"),
    sa.Column("presence_reason", sa.String(200), nullable=False, server_default=""),
    sa.Column("totp_secret", SealedText("staff.totp_secret", 64)),
    sa.Column("totp_used", sa.Integer),
)

staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "staff_id",
        sa.String(40),
        sa.ForeignKey("staff.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("last_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "staff_id", sa.String(40), sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
)

staff_log = sa.Table(
    "staff_log",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("username", sa.String(80), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("place", sa.Integer, unique=True),
    sa.Column("seal", sa.String(64)),
)

# One row: the end of the log's chain. Locked while an entry is written, so that two processes
# cannot both follow the same one.
staff_log_head = sa.Table(
    "staff_log_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)

case_notes = sa.Table(
    "case_notes",
    metadata,
    _id(),
    _conversation(),
    sa.Column("handoff_id", sa.String(40), nullable=False, index=True),
    sa.Column("author", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

case_labels = sa.Table(
    "case_labels",
    metadata,
    sa.Column("handoff_id", sa.String(40), primary_key=True),
    sa.Column("label", sa.String(40), primary_key=True),
    _conversation(),
)

# What a citizen was promised, and whether it was kept: one row a promise, never changed into
# another, so that a broken one cannot be moved out of sight.
promises = sa.Table(
    "promises",
    metadata,
    _id(),
    _conversation(),
    sa.Column("handoff_id", sa.String(40), nullable=False, index=True),
    sa.Column("made_by", sa.String(80), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False, index=True),
    sa.Column("kept_at", UtcDateTime),
    sa.Column("kept_by", sa.String(80)),
    sa.Column("called_off_at", UtcDateTime),
)

# What a message said before it was changed or taken back, for whoever has to look into it.
message_changes = sa.Table(
    "message_changes",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    _conversation(),
    sa.Column("message_id", sa.String(40), nullable=False, index=True),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("text_before", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

canned_replies = sa.Table(
    "canned_replies",
    metadata,
    sa.Column("shortcut", sa.String(40), primary_key=True),
    sa.Column("lang", sa.String(12), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

service_notices = sa.Table(
    "service_notices",
    metadata,
    _id(),
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Column("starts", UtcDateTime, nullable=False),
    sa.Column("ends", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
)

# What is switched off, by whom and why (bot/switches.py).
switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

# Conversations that the retention schedule leaves alone: a complaint, a court.
holds = sa.Table(
    "holds",
    metadata,
    sa.Column(
        "conversation_id",
        sa.String(40),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(80), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

# Tokens of the desk's JSON API: each acts as one member of staff.
api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "staff_id", sa.String(40), sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("staff_id", "name"),
)

# What was asked of that API with which idempotency key, and how it was answered; for a day.
api_calls = sa.Table(
    "api_calls",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("asked", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("reply", sa.JSON, nullable=False),
)

# Which case is which conversation in Chatwoot, and how many of its messages it has been told.
chatwoot_cases = sa.Table(
    "chatwoot_cases",
    metadata,
    sa.Column("handoff_id", sa.String(40), primary_key=True),
    _conversation(),
    sa.Column("source_id", sa.String(64), nullable=False),
    sa.Column("chatwoot_id", sa.Integer, nullable=False, unique=True),
    sa.Column("sent", sa.Integer, nullable=False),
    sa.Column("over", sa.Boolean, nullable=False),
    sa.Column("contact_id", sa.Integer),
)

# What a conversation has brought about in the council's systems: where, and under which reference.
council_cases = sa.Table(
    "council_cases",
    metadata,
    _conversation(primary_key=True),
    sa.Column("system", sa.String(24), primary_key=True),
    sa.Column("reference", sa.String(80), primary_key=True, index=True),
    sa.Column("service", sa.String(60), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

# Whether the citizen lets an agent read what they wrote before; asked in each conversation anew.
earlier_consents = sa.Table(
    "earlier_consents",
    metadata,
    _conversation(primary_key=True),
    sa.Column("asked_by", sa.String(80), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("said_yes", sa.Boolean),
    sa.Column("answered_at", UtcDateTime),
)
