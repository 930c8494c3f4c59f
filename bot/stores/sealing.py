"""Contact details are sealed where they are kept: a copy of the database does not give them away.

AES-SIV (RFC 5297) with 512-bit keys. A sealed value is ``sealed:KEY:BASE64`` and bound to the
column it belongs to: put into another one it does not open. Its first 128 bits are a keyed hash of
what is sealed. For a *findable* value (a phone number that texts) they are the same every time, so
that it can be looked up; everything else is salted and looks different each time.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from bot.errors import FairwayError

SEALED = "sealed:"
"""What every sealed value begins with."""
SALT = 16
"""Bytes."""


class KeyMissing(FairwayError):
    """A contact detail is sealed with a key that is not here. Put the contact_keys.json that
    belongs to this database back into FAIRWAY_HOME."""


class SealBroken(FairwayError):
    """A sealed contact detail was changed in the database, or put into another column."""


@dataclass(frozen=True)
class Key:
    """``secret``: 64 bytes. ``id`` goes with every value it seals."""

    id: str
    secret: bytes = field(repr=False)

    @cached_property
    def cipher(self) -> AESSIV:
        return AESSIV(self.secret)


class Keys(Protocol):
    """The keys there are at this moment; they may change while the product runs."""

    @property
    def newest(self) -> Key | None:
        """The one to seal with; None: nothing is sealed yet."""

    @property
    def known(self) -> Sequence[Key]:
        """Every one to open with, the newest among them."""


@dataclass
class HeldKeys:
    """``Keys`` in memory."""

    known: Sequence[Key] = ()
    newest: Key | None = None


def seal(key: Key, place: str, told: bytes, *, findable: bool = False) -> str:
    """``told`` (not empty), sealed for the column ``place`` (``conversations.address``)."""
    salt = b"" if findable else os.urandom(SALT)
    sealed = salt + key.cipher.encrypt(told, _bound_to(place, salt))
    return f"{SEALED}{key.id}:{urlsafe_b64encode(sealed).decode()}"


def unseal(keys: Keys | None, place: str, sealed: str, *, findable: bool = False) -> bytes:
    """What was sealed. Raises KeyMissing, SealBroken."""
    _, key_id, text = sealed.split(":", 2)
    key = next((key for key in (keys.known if keys else ()) if key.id == key_id), None)
    if key is None:
        raise KeyMissing
    raw, length = urlsafe_b64decode(text), 0 if findable else SALT
    try:
        return key.cipher.decrypt(raw[length:], _bound_to(place, raw[:length]))
    except InvalidTag as error:
        raise SealBroken from error


def every_form(keys: Keys | None, place: str, told: str) -> Iterator[str]:
    """How the findable ``told`` may be held: as it is, and sealed with any key there is."""
    yield told
    for key in keys.known if keys else ():
        yield seal(key, place, told.encode(), findable=True)


def _bound_to(place: str, salt: bytes) -> list[bytes]:
    return [place.encode(), salt] if salt else [place.encode()]
