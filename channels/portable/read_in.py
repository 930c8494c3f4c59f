"""Read in what was written out, into an empty Fairway, on either database.

Every file is held against the manifest before anything is written; afterwards every table is
read back and must have the same hash.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.errors import FairwayError
from bot.stores import schema as t
from bot.stores.engine import head_revision
from channels.portable.rows import put, rasa_place, tables
from channels.portable.write_out import FORMAT, RASA, belongs, sums
from channels.settings import Settings

SEEDED = (t.staff_log_head,)
"""Tables that are made with a row in them, which the export's own takes the place of."""


class ExportUnusable(FairwayError):
    """That folder cannot be read in."""


class NotEmpty(FairwayError):
    """There are rows in this database already. Read an export into an empty one."""


def read_in(settings: Settings, engine: sa.Engine, folder: Path) -> dict[str, Any]:
    """Read everything in ``folder`` in, and return its manifest. The tables must be there.

    Raises ExportUnusable, NotEmpty; the database is as it was then.
    """
    manifest = _checked(folder)
    with engine.begin() as db:
        _need_empty(db)
        for table in SEEDED:
            db.execute(table.delete())
        for table in tables():
            put(db, table, _lines(folder / "tables" / f"{table.name}.jsonl"))
    _put_rasa(settings, engine, folder / "tables" / f"{RASA}.jsonl")
    _need_same(manifest["tables"], sums(settings, engine))
    for name in manifest["files"]:
        target = settings.home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / "files" / name, target)
    return manifest


def _checked(folder: Path) -> dict[str, Any]:
    """The manifest, once every file is what it says."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        format_, schema = manifest["format"], manifest["schema"]
        kept = manifest["tables"].items()
        paths = {f"tables/{name}.jsonl": held["sha256"] for name, held in kept}
        paths |= {f"files/{name}": held for name, held in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportUnusable(f"{folder} holds no export: {type(error).__name__}.") from error
    if format_ != FORMAT or schema != head_revision():
        raise ExportUnusable(
            f"The export is {format_} with tables of {schema}; this Fairway reads {FORMAT} with "
            f"{head_revision()}. Use the same version of Fairway, and upgrade afterwards."
        )
    if {table.name for table in tables()} | {RASA} != set(manifest["tables"]):
        raise ExportUnusable("The export has other tables than this Fairway.")
    for name in manifest["files"]:
        if not belongs(name):  # it would be written somewhere else, or over something
            raise ExportUnusable(f"{name} is not inside the folders of an export.")
    for name, wanted in paths.items():
        _check(folder, name, str(wanted))
    return manifest


def _check(folder: Path, name: str, wanted: str) -> None:
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents:
        raise ExportUnusable(f"{name} is not inside the export.")
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ExportUnusable(f"{name} is missing.") from error
    if found != wanted:
        raise ExportUnusable(f"{name} was changed after it was written out.")


def _need_empty(db: sa.Connection) -> None:
    for table in set(tables()) - set(SEEDED):
        if db.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise NotEmpty


def _put_rasa(settings: Settings, engine: sa.Engine, path: Path) -> None:
    if not path.stat().st_size:
        return
    place, table = rasa_place(engine, settings.home / "rasa.db")
    with place.begin() as db:
        if table.schema:
            db.execute(sa.schema.CreateSchema(table.schema, if_not_exists=True))
        table.create(db, checkfirst=True)
        put(db, table, _lines(path))


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _need_same(wanted: dict[str, Any], found: dict[str, Any]) -> None:
    different = sorted(name for name in wanted if wanted[name] != found.get(name))
    if different:
        raise ExportUnusable(f"Read back, these tables are not the same: {', '.join(different)}.")
