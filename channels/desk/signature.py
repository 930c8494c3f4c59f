"""How our calls to other systems are signed."""

from __future__ import annotations

import hashlib
import hmac

SIGNATURE = "X-Fairway-Signature"


def sign(body: bytes, at: int, secret: str) -> str:
    """``t=UNIX-TIME,v1=HEX``: HMAC-SHA256 of ``UNIX-TIME.BODY``. Who receives it computes the
    same in constant time and refuses times that are more than five minutes off."""
    told = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()}"
