"""Photos that citizens send: checked, made small, and stripped of where and when they were taken.

Only what is drawn is kept: the picture is decoded and written anew as a JPEG, so neither a camera's
place and time nor anything else that hides in the file survives.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from PIL import Image, ImageOps

from bot.errors import BadInput
from bot.stores.schema import photos

LARGEST_FILE = 8 * 1024 * 1024  # bytes
LARGEST_SIDE = 1600  # pixels
MOST_PIXELS = 60_000_000
"""A file of a few kB can unfold into gigabytes; today's phones take 12 to 50 million pixels."""
FORMATS = ("JPEG", "PNG", "WEBP")


class PhotoUnreadable(BadInput):
    """We could not read that photo. Please choose a JPEG, PNG or WebP picture of up to 8 MB."""


@dataclass(frozen=True)
class Photo:
    """A kept photo. ``at`` is when it was sent, in UTC."""

    id: str
    conversation_id: str
    message_id: str
    jpeg: bytes
    at: datetime


def clean_photo(raw: bytes) -> bytes:
    """``raw`` as a small JPEG with nothing but the picture in it. Raises PhotoUnreadable."""
    if not raw or len(raw) > LARGEST_FILE:
        raise PhotoUnreadable
    try:
        return _drawn_anew(raw)
    except PhotoUnreadable:
        raise
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise PhotoUnreadable from error


def _drawn_anew(raw: bytes) -> bytes:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise PhotoUnreadable
        opened.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))  # JPEGs are decoded small at once
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        flat = Image.new("RGB", upright.size, "white")
        see_through = upright.convert("RGBA")
        flat.paste(see_through, mask=see_through.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


@dataclass(frozen=True)
class PhotoStore:
    """The table ``photos``."""

    engine: sa.Engine

    def add(self, photo: Photo) -> None:
        """Keep it."""
        with self.engine.begin() as db:
            db.execute(photos.insert(), [vars(photo)])

    def get(self, conversation_id: str, photo_id: str) -> bytes | None:
        """The picture of this conversation with this id, or None."""
        c = photos.c
        query = sa.select(c.jpeg).where(c.id == photo_id, c.conversation_id == conversation_id)
        with self.engine.begin() as db:
            found = db.execute(query).scalar_one_or_none()
        return bytes(found) if found is not None else None

    def of(self, conversation_id: str) -> dict[str, str]:
        """Message id → the id of its photo."""
        c = photos.c
        query = sa.select(c.message_id, c.id).where(c.conversation_id == conversation_id)
        with self.engine.begin() as db:
            return {str(message): str(photo) for message, photo in db.execute(query)}
