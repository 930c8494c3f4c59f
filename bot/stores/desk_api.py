"""Tokens of the desk's JSON API and the calls made with them, on SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.desk_calls import Call, CallMade
from bot.errors import BadInput
from bot.stores import schema as t

DONE = 200


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
class SqlStaffTokens:
    """``bot.staff_ports.StaffTokens``: ended with the account's sessions or not at all."""

    db: sa.Connection

    def end_all_of(self, staff_id: str) -> None:
        self.db.execute(t.api_tokens.delete().where(t.api_tokens.c.staff_id == staff_id))


@dataclass(frozen=True)
class SqlCalls:
    """``bot.desk_once.Calls``. A row without a status is an older version's, cut off in the
    middle: nobody knows whether it was done, so it counts for nothing."""

    db: sa.Connection

    def get(self, caller: str, key: str, since: datetime) -> Call | None:
        c = t.api_calls.c
        mine = sa.and_(c.token_hash == caller, c.key == key)
        query = t.api_calls.select().where(mine, c.at >= since, c.status.is_not(None))
        row = self.db.execute(query).mappings().first()
        return Call(caller, key, row["asked"], row["at"], row["reply"]) if row else None

    def add(self, call: Call, since: datetime) -> None:
        c = t.api_calls.c
        mine = sa.and_(c.token_hash == call.caller, c.key == call.key)
        self.db.execute(t.api_calls.delete().where(c.at < since))
        self.db.execute(t.api_calls.delete().where(mine, c.status.is_(None)))
        row = {
            "token_hash": call.caller,
            "key": call.key,
            "asked": call.asked,
            "at": call.at,
            "status": DONE,
            "reply": dict(call.answer),
        }
        try:
            self.db.execute(t.api_calls.insert(), [row])
        except IntegrityError as error:
            raise CallMade from error
