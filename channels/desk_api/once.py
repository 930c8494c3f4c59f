"""Do a call once, however often it arrives: the ``Idempotency-Key`` tells.

What was asked for is kept as a hash with the deployment's secret in it: without one, whoever reads
the table could guess a short message from its hash.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from bot.desk_once import Asked, do_once
from bot.desk_parts import DeskParts
from bot.errors import BadInput
from bot.staff_ports import StaffWork

LONGEST_KEY = 80
UNTOLD = ""
"""Of an act that was done before hashes were keyed (migration 0013): only its key is known."""


class KeyMissing(BadInput):
    """Every act wants an Idempotency-Key of at most 80 characters. Make a new one for each act."""


class KeyUsed(BadInput):
    """This Idempotency-Key was used for something else. Make a new one for each act."""


def call_once(
    desk: DeskParts,
    asked: Asked,
    act: Callable[[DeskParts], object],
    answer: Callable[[StaffWork], Mapping[str, Any]],
) -> dict[str, Any]:
    """The answer to a call, done now or before (``bot.desk_once``). Raises KeyUsed."""
    call = do_once(desk, asked, act, answer)
    if call.asked not in (UNTOLD, asked.print):
        raise KeyUsed
    return dict(call.answer)


def asked_for(secret: str, token_hash: str, key: str, what: str, body: BaseModel | None) -> Asked:
    """What is asked for, told by a hash that is keyed with ``secret``. Raises KeyMissing."""
    if not key.strip() or len(key) > LONGEST_KEY:
        raise KeyMissing
    told = [what, body.model_dump(mode="json") if body else None]
    text = json.dumps(told, sort_keys=True)
    digest = hmac.new(f"api call {secret}".encode(), text.encode(), "sha256").hexdigest()
    return Asked(token_hash, key, digest)
