"""Packages from npm that slow checks and benchmarks look at, each pinned by its hash.

They are kept in ``var/npm`` and are no part of the product: nothing is run from them but in a
browser, in a test. Needs the npm command.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "npm"


@dataclass(frozen=True)
class NpmPackage:
    """A package as published. ``sha512`` is of its archive, in base64 as npm writes it."""

    name: str
    version: str
    sha512: str

    @property
    def folder(self) -> Path:
        """Where it is unpacked."""
        return KEPT / f"{self.name.replace('/', '+')}-{self.version}"


VIRTUAL_SCREEN_READER = NpmPackage(
    "@guidepup/virtual-screen-reader",
    "0.33.0",
    "CXMkIx19oFZ7BS7TcvDibXn6A2RsEs8nVX9IijHW7HQ0qTGHgc2WErkaMi12YPQi1Zypxr36NfRYWgBxUNvMtQ==",
)
HTML_CODESNIFFER = NpmPackage(
    "html_codesniffer",
    "2.5.1",
    "vcz0yAaX/OaV6sdNHuT9alBOKkSxYb8h5Yq26dUqgi7XmCgGUSa7U9PiY1PBXQFMjKv1wVPs5/QzHlGuxPDUGg==",
)
RASA_WEBCHAT = NpmPackage(
    "rasa-webchat",
    "1.0.1",
    "Ld1zVJvTAaTrs6A5p8t70agNNrKYRyXlvqXZRgBoDvKKUXbA0jhJKECi5bdPGlaR6jsmqWtVylHS+YqIqo0x8w==",
)
BOTFRAMEWORK_WEBCHAT = NpmPackage(
    "botframework-webchat",
    "4.18.1",
    "7jpEUJ7olT62Xm+8eh7BhhIcXVfU2xD4pZDaeBt8K4XcNy6K/83UGIxE9BFkXmHMZ4hDEVOzs5cre07GWuaXzg==",
)
DEEP_CHAT = NpmPackage(
    "deep-chat",
    "2.4.2",
    "wQNd6Z6HDoH7OMeoQKpmxDm9XdWrRjMkBJ2yl5tsYND9Dz2UCv/BdGVM8vK2V0mhO1u+OniHYPWDGvjlNxjCeQ==",
)


def unpacked(package: NpmPackage) -> Path:
    """The folder of ``package``, fetched once. Raises RuntimeError that says how to mend it."""
    if package.folder.exists():
        return package.folder
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is not here. Install Node.js (Debian: apt-get install npm).")
    KEPT.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", "--silent", f"{package.name}@{package.version}"]
    said = subprocess.run(command, cwd=KEPT, capture_output=True, text=True, check=True).stdout
    archive = KEPT / said.strip().splitlines()[-1]
    found = b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.sha512:
        archive.unlink()
        raise RuntimeError(f"{package.name} is not what it was: its hash is now {found}.")
    with tarfile.open(archive) as inside:
        if hasattr(tarfile, "data_filter"):  # since Python 3.11.4
            inside.extraction_filter = tarfile.data_filter
        inside.extractall(package.folder)
    archive.unlink()
    return package.folder
