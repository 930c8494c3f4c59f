"""The routing policy that is live, and the gate a changed one has to pass first.

``HOME/policy/admitted.yml`` is the policy that was let in. The one that is wanted is
``HOME/policy/own.yml``, which a service manager put there, or else ``bot/routing_policy.yml``;
whichever was changed last. When it differs from the admitted one the audit is asked; if it says
no, Fairway goes on with the admitted one, and says so in the log and in ``fairway doctor``. Every
decision is a line in ``HOME/policy/gate.jsonl``; every policy that was live is kept in
``HOME/policy/versions``.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import BadFile, BadInput
from bot.files.policy import load_policy
from bot.routing import RoutingPolicy
from channels.own_files import alone_in, text_of, write_whole

log = logging.getLogger(__name__)

ADMITTED, LOG, VERSIONS = "admitted.yml", "gate.jsonl", "versions"
OWN, BASE, TRIED = "own.yml", "own.base", "tried.yml"
Check = Callable[[RoutingPolicy, RoutingPolicy], Sequence[str]]
"""Given the live policy and the new one: why the new one may not go live."""


class VersionUsed(BadInput):
    """Another policy had this version. Raise the number in the line that says version."""


@dataclass(frozen=True)
class Admission:
    """``policy`` is the one to use; ``reasons`` why the wanted one is kept out."""

    policy: RoutingPolicy
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """A policy that is or was live."""

    version: str
    text: str
    live: bool


def admit(
    home: Path, wanted: Path, check: Check, overruled_by: Mapping[str, str] | None = None
) -> Admission:
    """The policy to use. ``overruled_by`` (``by`` and ``reason``) lets the wanted one in anyway.

    Raises BadFile when either file is broken.
    """
    shelf = home / "policy"
    shelf.mkdir(parents=True, exist_ok=True)
    kept, wanted = shelf / ADMITTED, _last_changed(shelf, wanted)
    policy, text = load_policy(wanted), wanted.read_text("utf-8")
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


def put_own(
    home: Path, shipped: Path, text: str, reasons: Sequence[str], by: str, overruled: str = ""
) -> RoutingPolicy:
    """Let the policy ``text`` in as the council's own; ``reasons`` against it are noted with who
    overruled them and why. Fairway uses it from its next start on.

    Raises BadFile when it is broken or breaks a safeguard, VersionUsed.
    """
    shelf = home / "policy"
    with alone_in(shelf):
        policy = read_text(home, text)
        same = [one for one in versions(home) if one.version == policy.version]
        if any(one.text != text for one in same):
            raise VersionUsed
        _keep_version(shelf, text_of(shelf / ADMITTED))
        write_whole(shelf / BASE, _hash(text_of(shipped)))
        write_whole(shelf / OWN, text)
        told = {"overruled": {"by": by, "reason": overruled}} if overruled else {}
        _let_in(shelf, text, policy, {"by": by, **told, "reasons": list(reasons)})
    return policy


def read_text(home: Path, text: str) -> RoutingPolicy:
    """The policy in ``text``. Raises BadFile, naming the line."""
    tried = home / "policy" / f"{_hash(text)[:16]}.{TRIED}"
    write_whole(tried, text)
    try:
        return load_policy(tried)
    except BadFile as error:
        raise BadFile("policy", error.line, error.problem, error.remedy) from error
    finally:
        tried.unlink(missing_ok=True)


def live_policy(home: Path) -> Version | None:
    """The policy that was let in last; None before the first start."""
    return next((one for one in versions(home) if one.live), None)


def versions(home: Path) -> list[Version]:
    """Policies that are or were live; the live one first, then the latest."""
    shelf = home / "policy"
    live = text_of(shelf / ADMITTED)
    files = (shelf / VERSIONS).glob("*.yml")
    kept = sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)
    texts = dict.fromkeys([*([live] if live else []), *(text_of(file) for file in kept)])
    return [Version(read_text(home, text).version, text, text == live) for text in texts]


def _last_changed(shelf: Path, shipped: Path) -> Path:
    """The council's own, as long as the shipped file is the one it was put in place of."""
    base = text_of(shelf / BASE)
    own = (shelf / OWN).is_file() and base == _hash(text_of(shipped))
    return shelf / OWN if own else shipped


def _let_in(shelf: Path, text: str, policy: RoutingPolicy, entry: Mapping[str, Any]) -> None:
    _keep_version(shelf, text_of(shelf / ADMITTED))
    write_whole(shelf / ADMITTED, text)
    _keep_version(shelf, text)
    _note(shelf, policy, {"admitted": True, **entry})


def _keep_version(shelf: Path, text: str) -> None:
    if text:
        write_whole(shelf / VERSIONS / f"{_hash(text)[:16]}.yml", text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _note(shelf: Path, policy: RoutingPolicy, entry: Mapping[str, Any]) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with (shelf / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": at, "policy": policy.version, **entry}) + "\n")
