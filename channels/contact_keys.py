"""The keys that seal contact details: ``HOME/contact_keys.json``, newest last.

A key seals from its hour on, which lies a little ahead when it is made, so that every process has
read it before anybody uses it. A file that changed is read again; nothing need be started anew.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import BadFile, FairwayError
from bot.stores.sealing import Key
from channels.private_files import only_one, replace_private

SOON = timedelta(minutes=10)
"""Until a new key is used: longer than a shared folder takes to show a file to everybody."""
BYTES = 64


class KeyUnknown(FairwayError):
    """There is no key of that name. `fairway keys list` names them."""


class KeyInUse(FairwayError):
    """Something is sealed with this key, or it is the newest. Run `fairway keys seal` first."""


@dataclass(frozen=True)
class DatedKey:
    """A key and the moment (UTC) from which it seals."""

    key: Key
    starts: datetime


def read_keys(path: Path) -> tuple[DatedKey, ...]:
    """The keys in the file; none where there is no file. Raises BadFile."""
    if not path.exists():
        return ()
    try:
        held = json.loads(path.read_text("utf-8"))["keys"]
        return tuple(
            DatedKey(Key(str(one["id"]), _secret(one["key"])), datetime.fromisoformat(one["from"]))
            for one in held
        )
    except (ValueError, KeyError, TypeError) as error:
        remedy = "Put back the file from your backup: without it contact details cannot be read."
        raise BadFile(path, None, "not a file of keys", remedy) from error


def make_first_key(path: Path, starts: datetime) -> None:
    """A key, where there is no file yet; of several processes that start at once, one makes it."""
    if not path.exists():
        with only_one(path):
            if not path.exists():
                _write(path, (_new(starts),))


def add_key(path: Path, starts: datetime) -> str:
    """One more key, which seals from ``starts`` on; its id. Raises BadFile."""
    with only_one(path):
        made = _new(starts)
        _write(path, (*read_keys(path), made))
    return made.key.id


def drop_key(path: Path, key_id: str) -> None:
    """Forget a key. Raises BadFile, KeyUnknown, KeyInUse (the newest)."""
    with only_one(path):
        held = read_keys(path)
        if key_id not in [one.key.id for one in held]:
            raise KeyUnknown
        if key_id == held[-1].key.id:
            raise KeyInUse
        _write(path, tuple(one for one in held if one.key.id != key_id))


class KeyFile:
    """``bot.stores.sealing.Keys`` in a file."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._now = path, now
        self._seen: tuple[int, int] | None = None
        self._held: tuple[DatedKey, ...] = ()

    @property
    def newest(self) -> Key | None:
        """The last key whose hour has come. Raises BadFile."""
        now = self._now()
        return next((one.key for one in reversed(self._keys()) if one.starts <= now), None)

    @property
    def known(self) -> Sequence[Key]:
        """Every key. Raises BadFile."""
        return [one.key for one in self._keys()]

    def _keys(self) -> tuple[DatedKey, ...]:
        """Read again whenever the file was replaced: asking costs a microsecond or two."""
        try:
            held = self._path.stat()
        except FileNotFoundError:
            return self._held  # the keys we know are still right
        seen = (held.st_mtime_ns, held.st_ino)
        if seen != self._seen:
            self._held = read_keys(self._path)
            self._seen = seen
        return self._held


def _new(starts: datetime) -> DatedKey:
    return DatedKey(Key(secrets.token_hex(4), secrets.token_bytes(BYTES)), starts)


def _secret(text: str) -> bytes:
    secret = urlsafe_b64decode(text)
    if len(secret) != BYTES:
        raise ValueError("a key of another length")
    return secret


def _write(path: Path, keys: tuple[DatedKey, ...]) -> None:
    held = {"keys": [_as_json(one) for one in keys]}
    replace_private(path, json.dumps(held, indent=1))


def _as_json(one: DatedKey) -> dict[str, Any]:
    text = urlsafe_b64encode(one.key.secret).decode()
    return {"id": one.key.id, "key": text, "from": one.starts.isoformat()}
