"""The routing policy that is live, and the gate a changed one has to pass first.

``HOME/policy/admitted.yml`` is the policy that was let in. When ``bot/routing_policy.yml`` differs
from it, the audit is asked; if it says no, Fairway goes on with the admitted one, and says so in
the log and in ``fairway doctor``. Every decision is a line in ``HOME/policy/gate.jsonl``.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.files.policy import load_policy
from bot.routing import RoutingPolicy

log = logging.getLogger(__name__)

ADMITTED, LOG = "admitted.yml", "gate.jsonl"
Check = Callable[[RoutingPolicy, RoutingPolicy], Sequence[str]]
"""Given the live policy and the new one: why the new one may not go live."""


@dataclass(frozen=True)
class Admission:
    """``policy`` is the one to use; ``reasons`` why the wanted one is kept out."""

    policy: RoutingPolicy
    reasons: tuple[str, ...] = ()


def admit(
    home: Path, wanted: Path, check: Check, overruled_by: Mapping[str, str] | None = None
) -> Admission:
    """The policy to use. ``overruled_by`` (``by`` and ``reason``) lets the wanted one in anyway.

    Raises BadFile when either file is broken.
    """
    shelf = home / "policy"
    shelf.mkdir(parents=True, exist_ok=True)
    kept, policy = shelf / ADMITTED, load_policy(wanted)
    text = wanted.read_text("utf-8")
    if not kept.is_file():
        _let_in(shelf, text, policy, {"first": True})
        return Admission(policy)
    if kept.read_text("utf-8") == text:
        return Admission(policy)
    live = load_policy(kept)
    reasons = tuple(check(live, policy))
    if reasons and not overruled_by:
        _note(shelf, policy, {"admitted": False, "reasons": list(reasons)})
        for reason in reasons:
            log.error("routing policy %s is kept out: %s", policy.version, reason)
        return Admission(live, reasons)
    _let_in(shelf, text, policy, {"overruled": dict(overruled_by or {}), "reasons": list(reasons)})
    return Admission(policy)


def _let_in(shelf: Path, text: str, policy: RoutingPolicy, entry: Mapping[str, Any]) -> None:
    unfinished = shelf / f"{ADMITTED}.{os.getpid()}.part"
    unfinished.write_text(text, "utf-8")
    os.replace(unfinished, shelf / ADMITTED)
    _note(shelf, policy, {"admitted": True, **entry})


def _note(shelf: Path, policy: RoutingPolicy, entry: Mapping[str, Any]) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with (shelf / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": at, "policy": policy.version, **entry}) + "\n")
