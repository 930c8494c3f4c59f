"""Codes with which a conversation moves to another device, or to and from text messages.

A conversation is open in one place at a time: where the code is used it goes on, and the
place it came from can no longer see it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from bot.conversation import Conversation
from bot.errors import BadInput
from bot.message import Medium
from bot.ports import DESK, POST
from bot.resume_code import LIFETIME, code_in, hash_code, new_code
from bot.stores.schema import resume_codes
from bot.talk_over import is_over
from channels.parts import Parts


class CodeUnknown(BadInput):
    """We do not know that code, or it is too old. Please get a new one."""


def give_code(parts: Parts, conversation_id: str, lifetime: timedelta = LIFETIME) -> str:
    """A new code for a conversation; the ones it had before end."""
    code = new_code()
    row = {
        "code_hash": hash_code(code),
        "conversation_id": conversation_id,
        "expires_at": parts.turn.clock.now() + lifetime,
    }
    with parts.engine.begin() as db:
        mine = resume_codes.c.conversation_id == conversation_id
        db.execute(resume_codes.delete().where(mine))
        db.execute(resume_codes.insert(), [row])
    return code


def move_to_web(parts: Parts, typed: str, token_hash: str) -> Conversation:
    """The conversation of a code, from now on opened by ``token_hash``. Raises CodeUnknown."""
    conversation_id = _spend(parts, typed)
    if conversation_id is None:
        raise CodeUnknown
    changes = {"medium": Medium.WEB, "token_hash": token_hash}
    return _move(parts, conversation_id, **changes)


def move_to_sms(parts: Parts, typed: str, number: str) -> Conversation | None:
    """The conversation of a code, from now on by text with ``number``; None when ``typed`` is
    no code of ours: then it is an ordinary message."""
    conversation_id = _spend(parts, typed)
    if conversation_id is None:
        return None
    changes = {"medium": Medium.SMS, "address": number, "token_hash": None}
    try:
        return _move(parts, conversation_id, **changes)
    except CodeUnknown:
        return None


def _spend(parts: Parts, typed: str) -> str | None:
    """The conversation of a code that still works; the code is used up."""
    code = code_in(typed)
    if code is None:
        return None
    c = resume_codes.c
    now = parts.turn.clock.now()
    with parts.engine.begin() as db:
        query = sa.select(c.conversation_id).where(c.code_hash == hash_code(code))
        found = db.execute(query.where(c.expires_at > now)).scalar_one_or_none()
        gone = db.execute(resume_codes.delete().where(c.code_hash == hash_code(code))).rowcount
    return str(found) if found and gone else None  # of two at once only one takes it out


def _move(parts: Parts, conversation_id: str, **changes: object) -> Conversation:
    now = parts.turn.clock.now()
    with parts.turn.locks.hold(conversation_id), parts.turn.store.begin() as work:
        held = work.conversations.get(conversation_id)
        if held is None or is_over(work, held, now):
            raise CodeUnknown
        moved = replace(held, last_at=now, **changes)  # type: ignore[arg-type]
        work.conversations.save(moved)
        work.commit()
    parts.live.changed([conversation_id, DESK, POST])
    return moved
