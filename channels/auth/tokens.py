"""Tokens of 256 bits. Only their hashes are kept: who reads the database cannot sign in."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A token for a cookie or a link."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
