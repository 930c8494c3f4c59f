"""Read in what was written out, into an empty Fairway, on either database.

Every file is held against the manifest before anything is written; then every table is read back
and must have the same hash before what was written counts.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.errors import FairwayError
from bot.stores import schema as t
from bot.stores.engine import head_revision
from channels.portable.rows import lines_of, put, rasa_place, tables
from channels.portable.write_out import FORMAT, RASA, belongs, sum_of
from channels.settings import Settings

SEEDED = (t.staff_log_head,)
"""Tables that are made with a row in them, which the export's own takes the place of."""


class ExportUnusable(FairwayError):
    """That folder cannot be read in."""


class NotEmpty(FairwayError):
    """There are rows in this database already. Read an export into an empty one."""


class RasaNotEmpty(NotEmpty):
    """Rasa has conversations here already: rows in its table `events` (HOME/rasa.db, or schema
    rasa). Read an export into a new FAIRWAY_HOME and an empty database. If they are of an import
    that was cut off, read that same export in again: it goes on."""


def read_in(settings: Settings, engine: sa.Engine, folder: Path) -> dict[str, Any]:
    """Read everything in ``folder`` in, and return its manifest. The tables must be there.

    Raises ExportUnusable, NotEmpty; both databases, ours and Rasa's, are as they were then. Only
    when it is cut off between the two ends, on SQLite, has Rasa's file its rows and ours has none:
    the same export read in again goes on from there.
    """
    manifest = _checked(folder)
    with engine.begin() as db, _rasas(settings, engine, db) as (rasa, events):
        is_half_done = _need_empty(db, rasa, events, manifest["tables"][RASA])
        try:
            _put_all(db, folder / "tables")
            if not is_half_done:
                _put_rasas(rasa, events, folder / "tables")
        except (ValueError, KeyError, TypeError, sa.exc.IntegrityError) as error:
            raise ExportUnusable(f"Its rows cannot be read: {type(error).__name__}.") from error
        _need_same(manifest["tables"], _read_back(db, rasa, events))
        _copy_files(folder / "files", manifest["files"], settings.home)
    return manifest


@contextmanager
def _rasas(
    settings: Settings, engine: sa.Engine, db: sa.Connection
) -> Iterator[tuple[sa.Connection, sa.Table]]:
    """Where Rasa's events go: with our own rows where both are in one database; or else into its
    file, in a transaction that ends just before ours."""
    place, table = rasa_place(engine, settings.home / "rasa.db")
    if place is engine:
        yield db, table
        return
    with place.begin() as rasa:
        rasa.exec_driver_sql("BEGIN IMMEDIATE")  # Python's driver makes tables outside of one
        yield rasa, table


def _put_all(db: sa.Connection, folder: Path) -> None:
    for table in SEEDED:
        db.execute(table.delete())
    for table in tables():
        put(db, table, _lines(folder / f"{table.name}.jsonl"))


def _put_rasas(rasa: sa.Connection, events: sa.Table, folder: Path) -> None:
    path = folder / f"{RASA}.jsonl"
    if path.stat().st_size:
        if events.schema:
            rasa.execute(sa.schema.CreateSchema(events.schema, if_not_exists=True))
        events.create(rasa, checkfirst=True)
        put(rasa, events, _lines(path))


def _read_back(db: sa.Connection, rasa: sa.Connection, events: sa.Table) -> dict[str, Any]:
    found = {table.name: sum_of(lines_of(db, table)) for table in tables()}
    return found | {RASA: sum_of(lines_of(rasa, events) if _is_there(rasa, events) else ())}


def _copy_files(source: Path, names: Iterable[str], home: Path) -> None:
    for name in names:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, home / name)


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


def _need_empty(
    db: sa.Connection, rasa: sa.Connection, events: sa.Table, wanted: dict[str, Any]
) -> bool:
    """Whether Rasa's rows, ``wanted``, are there already, from an import that was cut off. Raises
    NotEmpty."""
    if any(_has_rows(db, table) for table in set(tables()) - set(SEEDED)):
        raise NotEmpty
    if not _is_there(rasa, events) or not _has_rows(rasa, events):
        return False
    if rasa is db or not _are_the_same(rasa, events, wanted):
        raise RasaNotEmpty
    return True


def _are_the_same(rasa: sa.Connection, events: sa.Table, wanted: dict[str, Any]) -> bool:
    try:
        return sum_of(lines_of(rasa, events)) == wanted
    except sa.exc.OperationalError:  # it has not even the columns
        return False


def _has_rows(db: sa.Connection, table: sa.Table) -> bool:
    return db.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None


def _is_there(rasa: sa.Connection, events: sa.Table) -> bool:
    return sa.inspect(rasa).has_table(events.name, schema=events.schema)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _need_same(wanted: dict[str, Any], found: dict[str, Any]) -> None:
    different = sorted(name for name in wanted if wanted[name] != found.get(name))
    if different:
        raise ExportUnusable(f"Read back, these tables are not the same: {', '.join(different)}.")
