"""The short code with which a chat goes on somewhere else: ``K7PM-2Q9D``.

Eight letters and digits that are not taken for one another, 39 bits. It works once and for a
short time, and guesses are counted, so that it need not be longer.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from hashlib import sha256

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LIFETIME = timedelta(minutes=30)
"""For a code that is shown to be typed at once."""
LINK_LIFETIME = timedelta(hours=24)
"""For a code inside a link in a text message, which may be read much later."""
_CODE = re.compile(rf"([{LETTERS}]{{4}})[\s.–—-]*([{LETTERS}]{{4}})", re.IGNORECASE)


def new_code() -> str:
    """A code nobody can foresee."""
    letters = [secrets.choice(LETTERS) for _ in range(8)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def code_in(text: str) -> str | None:
    """The code that is the whole of ``text``, as ``new_code`` writes it, or None."""
    found = _CODE.fullmatch(text.strip())
    return f"{found[1]}-{found[2]}".upper() if found else None


def hash_code(code: str) -> str:
    """What is kept in place of the code: SHA-256, in hex."""
    return sha256(code.encode()).hexdigest()
