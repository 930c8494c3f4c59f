"""The secret that opens a conversation. Only its hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from bot.conversation import Conversation
from bot.errors import TokenWrong


def new_token() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """SHA-256 of a token, in hex. A random token of this size needs no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def check_token(conversation: Conversation, token: str) -> None:
    """Raises TokenWrong when ``token`` does not open ``conversation``. In constant time."""
    held = conversation.token_hash or ""
    if not hmac.compare_digest(held.encode(), hash_token(token).encode()):
        raise TokenWrong
