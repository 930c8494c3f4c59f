"""Tokens of the desk's JSON API and the calls made with them, on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.errors import BadInput
from bot.stores import schema as t

KEPT = timedelta(days=1)
"""How long the same idempotency key means the same call."""
BROKEN_OFF = timedelta(minutes=1)
"""A call that was begun so long ago and has no answer was cut off: it may be made again."""


class TokenNamed(BadInput):
    """This account has a token of that name. Give the new one another name, or drop the old one."""


@dataclass(frozen=True)
class ApiToken:
    """``token_hash`` is SHA-256 of the token, which is not kept. ``created_at`` in UTC."""

    token_hash: str
    staff_id: str
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Held:
    """A call made before. ``status`` is None while it is being answered."""

    asked: str
    status: int | None
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class SqlApiTokens:
    """Every token, by its hash."""

    engine: sa.Engine

    def add(self, token: ApiToken) -> None:
        """Keep a new one. Raises TokenNamed."""
        try:
            with self.engine.begin() as db:
                db.execute(t.api_tokens.insert(), [vars(token)])
        except IntegrityError as error:
            raise TokenNamed from error

    def get(self, token_hash: str) -> ApiToken | None:
        """The token with this hash, or None."""
        query = t.api_tokens.select().where(t.api_tokens.c.token_hash == token_hash)
        with self.engine.begin() as db:
            row = db.execute(query).mappings().first()
        return ApiToken(**row) if row else None

    def drop(self, staff_id: str, name: str) -> bool:
        """End one. False when there is none of this name."""
        tokens = t.api_tokens
        query = tokens.delete().where(tokens.c.staff_id == staff_id, tokens.c.name == name)
        with self.engine.begin() as db:
            return db.execute(query).rowcount == 1

    def all(self) -> list[ApiToken]:
        """Every token, the oldest first."""
        with self.engine.begin() as db:
            rows = db.execute(t.api_tokens.select().order_by(t.api_tokens.c.created_at)).mappings()
            return [ApiToken(**row) for row in rows]


@dataclass(frozen=True)
class SqlApiCalls:
    """Calls by token and idempotency key. Their answers hold no words of anybody."""

    engine: sa.Engine

    def begin(self, token_hash: str, key: str, asked: str, now: datetime) -> Held | None:
        """None: it is new, and this caller's to answer. Otherwise what is known of it."""
        calls = t.api_calls
        mine = sa.and_(calls.c.token_hash == token_hash, calls.c.key == key)
        cut_off = sa.and_(calls.c.status.is_(None), calls.c.at < now - BROKEN_OFF)
        row = {"token_hash": token_hash, "key": key, "asked": asked, "at": now, "reply": {}}
        try:
            with self.engine.begin() as db:
                db.execute(calls.delete().where(calls.c.at < now - KEPT))
                db.execute(calls.delete().where(mine, cut_off))
                db.execute(calls.insert(), [row])
        except IntegrityError:
            with self.engine.begin() as db:
                held = db.execute(calls.select().where(mine)).mappings().first()
            return Held(held["asked"], held["status"], held["reply"]) if held else None
        return None

    def end(self, token_hash: str, key: str, status: int, answer: Mapping[str, Any]) -> None:
        """How it was answered."""
        calls = t.api_calls
        query = calls.update().where(calls.c.token_hash == token_hash, calls.c.key == key)
        with self.engine.begin() as db:
            db.execute(query.values(status=status, reply=dict(answer)))

    def forget(self, token_hash: str, key: str) -> None:
        """It came to nothing: the key may be used again."""
        calls = t.api_calls
        with self.engine.begin() as db:
            db.execute(calls.delete().where(calls.c.token_hash == token_hash, calls.c.key == key))
