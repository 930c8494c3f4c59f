"""A hash of everything a model is made from: when it is unchanged, training can be left out.

Standard library only, so that both Pythons can ask.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

INPUTS = (
    "bot/services/*.yml",
    "bot/files/card*",
    "bot/folding.py",
    "bot/intents.py",
    "bot/rasa/config.yml",
    "bot/rasa/domain.yml",
    "bot/rasa/rules.yml",
    "bot/rasa/importer.py",
    "bot/rasa/phrase_reader.py",
    "bot/rasa/quick_rules.py",
    "nlu/data/*/*.yml",
    "nlu/components/*.py",
    "nlu/encoders/*.py",
)
LOCK, PINNED = "requirements/rasa.lock", "rasa=="


def fingerprint(root: Path, own: Path | None = None) -> str:
    """SHA-256, in hexadecimal, of the names and contents of the inputs under ``root``, of the
    pinned version of Rasa, and of a council's ``own`` phrases where it has any."""
    digest = hashlib.sha256(_rasa_version(root).encode())
    for path in sorted(path for pattern in INPUTS for path in root.glob(pattern)):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    if own is not None:
        for path in sorted(own.glob("*/*.yml")):
            digest.update(f"\0own/{path.relative_to(own).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _rasa_version(root: Path) -> str:
    lock = root / LOCK
    lines = lock.read_text("utf-8").splitlines() if lock.exists() else []
    return next((line.split()[0] for line in lines if line.startswith(PINNED)), "")
