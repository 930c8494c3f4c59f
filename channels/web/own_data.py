"""What is held about one conversation: all of it to see, all of it to erase.

Colleagues' notes are handed over by a person. Answers to the questions on equality cannot be shown,
because nobody here can read them; they are erased with the rest.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.case_extras import CaseNote
from bot.staff import LogEntry
from bot.stores import schema as t
from bot.stores.guarded import guarded_conversations
from bot.stores.staff_sql import SqlStaffStore
from channels.parts import Parts
from channels.privacy import Kept, erase, places_of
from channels.privacy.erase import about, must_stay, tables_of_a_conversation, texts_about

CITIZEN, NOBODY = "(citizen)", "(fairway)"
ASKED = (
    "The citizen asked for this chat to be deleted. It is kept because of this case, or because it "
    "is held, and they were told so. They cannot open it any more: what you write there does not "
    "reach them."
)

NOTES = {
    "case_notes.author": "who wrote a note that is not shown",
    "case_notes.kind": "with whom a case was talked over can be what must not be known",
    "case_notes.text": "it can name other people: a person reads it through and hands it over",
    "handoffs.note": "the same, as a case was closed or given back",
}
"""What colleagues write to each other (decision 61)."""
LEFT_OUT = NOTES | {
    "conversations.token_hash": "whoever has the token opens the conversation",
    "resume_codes.code_hash": "the same of the code that takes it to another device",
    "chatwoot_cases.source_id": "it opens the conversation in Chatwoot",
    "holds.by": "who works on a complaint or for a court",
    "holds.reason": "it can be about somebody else, or warn of what is looked into",
    "messages.seq": "it counts what everybody writes",
    "sms_log.seq": "it counts what everybody is sent",
    "message_changes.seq": "it counts what everybody changes",
}
"""Columns that a citizen is not shown, and why. All others of a table about a conversation are,
of tables that are new, too."""


def own_data(
    engine: sa.Engine, conversation_id: str, *, with_notes: bool = False
) -> dict[str, Any]:
    """Every row of a conversation as JSON: ``{"conversation": {…}, "messages": […], …}``, of every
    table that erasing reaches, but for what ``LEFT_OUT`` names. ``with_notes``: for a person to
    read through, colleagues' notes too. Where somebody's safety was at stake there are neither
    notes nor labels, for anybody."""
    with engine.connect() as db:
        about_safety = _about_safety(db, conversation_id)
        hidden = set(LEFT_OUT) - (set(NOTES) if with_notes and not about_safety else set())
        if about_safety:
            hidden.add("case_labels.label")

        def plain(table: sa.Table, row: Any) -> dict[str, Any]:
            shown = (name for name in row if f"{table.name}.{name}" not in hidden)
            return {name: _as_json(row[name]) for name in shown}

        query = t.conversations.select().where(t.conversations.c.id == conversation_id)
        held = db.execute(query).mappings().one()
        found: dict[str, Any] = {"conversation": plain(t.conversations, held)}
        for table in reversed(tables_of_a_conversation()):
            rows = table.select().where(table.c.conversation_id == conversation_id)
            found[table.name] = [plain(table, row) for row in db.execute(rows).mappings()]
        later = db.execute(t.outbox.select().where(about([conversation_id])))
        found["reminders and news"] = [plain(t.outbox, row) for row in later.mappings()]
        told = t.messages.c.id.in_(texts_about(db, [conversation_id]))
        texts = db.execute(t.messages.select().where(told)).mappings()
        found["texts about it"] = [plain(t.messages, row) for row in texts]
        db.rollback()
    return found


def erase_own_data(parts: Parts, conversation_id: str) -> Kept | None:
    """Delete all that is held about a conversation (channels/privacy/erase.py). Where it must
    stay, no browser opens it any more, the staff log says that its citizen asked, and a note says
    so to who has the case; why it stays is returned."""
    places = places_of(parts.settings, parts.engine)
    kept = erase(places, [conversation_id]).get(conversation_id)
    if kept is not None:
        _shut(parts, conversation_id, kept)
    return kept


def why_kept(parts: Parts, conversation_id: str) -> Kept | None:
    """Why it would not be erased now; None: it would be."""
    with parts.engine.connect() as db:
        found = must_stay(db, [conversation_id]).get(conversation_id)
        db.rollback()
    return found


def _shut(parts: Parts, conversation_id: str, kept: Kept) -> None:
    now = parts.turn.clock.now()
    with SqlStaffStore(parts.engine).begin() as work:
        held = work.conversations.get(conversation_id)
        if held is None:
            return
        work.conversations.save(replace(held, token_hash=None))
        case = work.handoffs.open_of(conversation_id)
        if case is not None:
            new_id = parts.turn.new_id()
            note = CaseNote(new_id, conversation_id, case.id, NOBODY, "note", ASKED, now)
            work.notes.add(note)
        detail = {"why": kept.value}
        work.staff_log.write(LogEntry(now, CITIZEN, "erasure_kept", conversation_id, detail))
        work.commit()


def _about_safety(db: sa.Connection, conversation_id: str) -> bool:
    """Whether a case of it, open or over, is or was safeguarding's, or danger was heard."""
    cases = guarded_conversations().where(t.handoffs.c.conversation_id == conversation_id)
    r = t.turn_records.c
    heard = sa.select(r.conversation_id).where(
        r.conversation_id == conversation_id, r.ending.startswith("safety_", autoescape=True)
    )
    return any(db.execute(one.limit(1)).first() is not None for one in (cases, heard))


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value
