"""Styles, scripts and pictures: read once, named by their content, sent compressed.

A file's address changes with its content, so that browsers may keep it for a year.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

ROOMS = Path(__file__).resolve().parent.parent
COLOUR = "#00454d"  # stands for the council's colour in our styles
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class StaticFile:
    """One file, ready to be sent. ``name`` is ``pages/fairway.css``."""

    name: str
    url: str
    media_type: str
    body: bytes
    zipped: bytes


@dataclass(frozen=True)
class StaticFiles:
    """Every ``channels/<room>/static/*`` file, by name and by address."""

    by_name: Mapping[str, StaticFile]
    by_url: Mapping[str, StaticFile]

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError when there is no such file."""
        return self.by_name[name].url

    def answer(self, request: Request) -> Response:
        """The file asked for, or 404."""
        file = self.by_url.get(request.url.path)
        if file is None:
            return Response(status_code=404)
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
        }
        body = file.body
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"], body = "gzip", file.zipped
        return Response(body, media_type=file.media_type, headers=headers)


@lru_cache(maxsize=8)
def load_static_files(colour: str) -> StaticFiles:
    """The files of every room, with the council's ``colour`` in the styles."""
    paths = sorted(p for p in ROOMS.glob("*/static/*") if p.suffix in TYPES)
    files = [_load(path, colour) for path in paths]
    return StaticFiles({f.name: f for f in files}, {f.url: f for f in files})


def _load(path: Path, colour: str) -> StaticFile:
    body = path.read_text("utf-8").replace(COLOUR, colour).encode()
    name = f"{path.parent.parent.name}/{path.name}"
    pure = PurePosixPath(name)
    mark = hashlib.sha256(body).hexdigest()[:10]
    return StaticFile(
        name=name,
        url=f"/static/{pure.parent}/{pure.stem}.{mark}{pure.suffix}",
        media_type=TYPES[path.suffix],
        body=body,
        zipped=gzip.compress(body, 9, mtime=0),
    )
