"""Codes of an authenticator app (TOTP, RFC 6238), and the ticket between password and code."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from bot.errors import BadInput

STEP = 30  # seconds: what every app assumes
NEARBY = (0, -1, 1)
"""Steps around now whose codes are taken: clocks of phones are not exact."""
TICKET_LASTS = timedelta(minutes=5)
_SECRET = re.compile(r"[A-Z2-7]{32}")


class TicketOld(BadInput):
    """That took too long. Sign in again with your password."""


def new_secret() -> str:
    """160 bits in base32, as apps take it."""
    return pyotp.random_base32(32)


def is_secret(text: str) -> bool:
    """Whether it could be one of ours."""
    return bool(_SECRET.fullmatch(text))


def app_address(secret: str, username: str, council: str) -> str:
    """What an app on the same device opens: ``otpauth://totp/…``."""
    return pyotp.TOTP(secret, name=username, issuer=council).provisioning_uri()


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """The time step that ``code`` belongs to, or None when it is of none near ``now``. Spaces in
    it do not matter; each code is compared in constant time."""
    typed = "".join(code.split())
    if not secret or not (typed.isascii() and typed.isdecimal()):
        return None
    made, step = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    found = [step + n for n in NEARBY if hmac.compare_digest(made.at((step + n) * STEP), typed)]
    return found[0] if found else None


@dataclass(frozen=True)
class Tickets:
    """Says, signed and for five minutes, whose password was right."""

    secret: str

    def make(self, staff_id: str, now: datetime) -> str:
        """A ticket for ``staff_id``."""
        told = f"{staff_id}.{int((now + TICKET_LASTS).timestamp())}"
        return f"{told}.{self._sign(told)}"

    def read(self, ticket: str, now: datetime) -> str:
        """Whose it is. Raises TicketOld when it is over or not ours."""
        told, _, signature = ticket.rpartition(".")
        staff_id, _, until = told.partition(".")
        good = hmac.compare_digest(signature.encode(), self._sign(told).encode())
        if not good or int(until) < now.timestamp():
            raise TicketOld
        return staff_id

    def _sign(self, told: str) -> str:
        key = f"sign-in code {self.secret}".encode()
        return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
