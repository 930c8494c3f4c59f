"""Do a call once, however often it arrives: the ``Idempotency-Key`` tells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.errors import BadInput, HandoffError
from bot.ports import Clock
from bot.stores.desk_api import SqlApiCalls

LONGEST_KEY = 80


class KeyMissing(BadInput):
    """Every act wants an Idempotency-Key of at most 80 characters. Make a new one for each act."""


class KeyUsed(BadInput):
    """This Idempotency-Key was used for something else. Make a new one for each act."""


class StillAnswering(HandoffError):
    """This very call is being answered just now. Ask again in a moment."""


@dataclass(frozen=True)
class Once:
    """``do`` answers a call, or says again how it was answered."""

    calls: SqlApiCalls
    clock: Clock

    def do(
        self,
        token_hash: str,
        key: str,
        what: str,
        body: BaseModel | None,
        act: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        """``act``'s answer. What it raises is not kept: the same key may try again.

        Raises KeyMissing, KeyUsed, StillAnswering.
        """
        if not key.strip() or len(key) > LONGEST_KEY:
            raise KeyMissing
        asked = _print(what, body)
        held = self.calls.begin(token_hash, key, asked, self.clock.now())
        if held is not None:
            if held.asked != asked:
                raise KeyUsed
            if held.status is None:
                raise StillAnswering
            return dict(held.answer)
        try:
            answer = act()
        except BaseException:
            self.calls.forget(token_hash, key)
            raise
        self.calls.end(token_hash, key, 200, answer)
        return answer


def _print(what: str, body: BaseModel | None) -> str:
    told = [what, body.model_dump(mode="json") if body else None]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
