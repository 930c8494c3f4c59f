"""Passwords: what makes a good one, and how they are kept and compared."""

from __future__ import annotations

import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import BadInput

SHORTEST, LONGEST = 12, 256  # characters
FEWEST_DIFFERENT = 5
AT_ONCE = 2  # each takes 64 MiB for a moment; a flood of sign-ins must not take them all

_OVERUSED = ("password", "qwerty", "letmein", "welcome", "123456", "abcdef", "council", "fairway")


class PasswordTooShort(BadInput):
    """Use at least 12 characters. Three or four words together are easy to remember."""


class PasswordTooLong(BadInput):
    """Use at most 256 characters."""


class PasswordTooEasy(BadInput):
    """That is easy to guess. Use words that have nothing to do with your name or your work."""


class Passwords:
    """Hashes with Argon2id. Checking takes the same time whether or not there is an account."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()  # RFC 9106's second choice: 64 MiB, 3 passes
        self._room = threading.BoundedSemaphore(AT_ONCE)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("there is no such account")

    def hash(self, password: str) -> str:
        """The hash to keep."""
        with self._room:
            return self._hasher.hash(_same_letters(password))

    def match(self, held: str | None, password: str) -> bool:
        """Whether ``password`` is the one behind ``held``; None stands for no account."""
        try:
            with self._room:
                nobody = self._nobody  # made at the first check, whoever it is for
                right = self._hasher.verify(held or nobody, _same_letters(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and held is not None


def check_password(password: str, username: str) -> None:
    """Raises PasswordTooShort, PasswordTooLong or PasswordTooEasy."""
    plain = _same_letters(password)
    if len(plain) < SHORTEST:
        raise PasswordTooShort
    if len(plain) > LONGEST:
        raise PasswordTooLong
    left = plain.casefold()
    for word in (*_OVERUSED, username.casefold()):
        left = left.replace(word, "")
    if len(set(left)) < FEWEST_DIFFERENT:
        raise PasswordTooEasy


def _same_letters(password: str) -> str:
    """One spelling of what can be typed in several ways: é is é on every keyboard."""
    return unicodedata.normalize("NFKC", password)
