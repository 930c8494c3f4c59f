"""Write everything out: a folder of JSON Lines, files as they are, and a list with their hashes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa

from bot.errors import FairwayError
from bot.stores.engine import head_revision
from channels.own_files import alone_in
from channels.portable.rows import Sum, lines_of, rasa_place, tables
from channels.settings import OWN_CARDS, OWN_PHRASES, Settings

FORMAT = "fairway-export/1"
FOLDERS = ("pages", "reports", "policy", OWN_CARDS, OWN_PHRASES)
"""Of HOME: pages that may be quoted, bias reports with their notes, and what service managers
made: the routing policy with its versions and the gate's log, services, phrases."""
FILES = ("models/gate.jsonl",)
"""Of HOME: which models went live, and who overruled the gate and why. Not the models: they are
trained from the same phrases again."""
SECRETS = "secrets.json"
PASSING = (".*", "*.tried.yml")
"""Files that are there only while another is written or tried."""
RASA = "rasa_events"


class ExportInTheWay(FairwayError):
    """There is something in that folder already. Name an empty one, or one that is not there."""


def write_out(settings: Settings, engine: sa.Engine, folder: Path, secrets: bool) -> dict[str, Any]:
    """Write everything to ``folder`` and return its manifest. ``secrets``: also secrets.json,
    without which equality answers cannot be joined and open chats end.

    Raises ExportInTheWay.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ExportInTheWay
    (folder / "tables").mkdir(mode=0o700, parents=True, exist_ok=True)
    written = _write_tables(settings, engine, folder / "tables")
    names = _copy_files(settings, folder / "files", secrets)
    manifest = {
        "format": FORMAT,
        "schema": head_revision(),
        "made_at": datetime.now(UTC).isoformat(),
        "tables": written,
        "files": {name: _hash(folder / "files" / name) for name in names},
    }
    text = json.dumps(manifest, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")
    return manifest


def sums(settings: Settings, engine: sa.Engine) -> dict[str, dict[str, Any]]:
    """How many rows every table has and their hash, as a manifest has it."""
    with engine.connect() as db:
        found = {table.name: sum_of(lines_of(db, table)) for table in tables()}
    return found | {RASA: sum_of(rasa_lines(settings, engine))}


def sum_of(lines: Iterable[bytes]) -> dict[str, Any]:
    """How many lines there are and their hash."""
    total = Sum()
    for line in lines:
        total.add(line)
    return total.as_json()


def rasa_lines(settings: Settings, engine: sa.Engine) -> list[bytes]:
    """Rasa's events, as lines; none while Rasa has not run yet."""
    place, table = rasa_place(engine, settings.home / "rasa.db")
    with place.connect() as db:
        if not sa.inspect(db).has_table(table.name, schema=table.schema):
            return []
        return list(lines_of(db, table))


def _write_tables(settings: Settings, engine: sa.Engine, folder: Path) -> dict[str, Any]:
    written = {}
    with engine.connect() as db:  # one transaction: the tables are of one moment
        if db.dialect.name == "postgresql":
            db.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        for table in tables():
            written[table.name] = _write(folder / f"{table.name}.jsonl", lines_of(db, table))
    rasa = rasa_lines(settings, engine)
    return written | {RASA: _write(folder / f"{RASA}.jsonl", rasa)}


def _write(path: Path, lines: Any) -> dict[str, Any]:
    total = Sum()
    with path.open("wb") as file:
        path.chmod(0o600)
        for line in lines:
            file.write(total.add(line))
    return total.as_json()


def _copy_files(settings: Settings, folder: Path, secrets: bool) -> list[str]:
    """Copy what HOME keeps as files; their names below ``folder``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in FOLDERS:
        if (settings.home / name).is_dir():
            with alone_in(settings.home / name):  # a service manager may be at it
                ignored = shutil.ignore_patterns(*PASSING)
                shutil.copytree(settings.home / name, folder / name, ignore=ignored)
    for name in (*FILES, *((SECRETS,) if secrets else ())):
        if (settings.home / name).is_file():
            (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(settings.home / name, folder / name)
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def belongs(name: str) -> bool:
    """Whether a file of that name can be one that was copied from HOME."""
    path = PurePosixPath(name)
    if path.as_posix() != name or ".." in path.parts:
        return False
    return name in (*FILES, SECRETS) or (len(path.parts) > 1 and path.parts[0] in FOLDERS)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
