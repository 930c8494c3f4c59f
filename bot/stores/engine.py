"""Open the database, SQLite or PostgreSQL, and bring its tables up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.errors import FairwayError
from bot.stores.sealed_types import use_keys
from bot.stores.sealing import Keys
from bot.stores.turnstile import Turnstile

MIGRATIONS = Path(__file__).parent / "migrations"
LONGEST_WAIT = 15.0
"""Seconds a transaction waits for its turn."""
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")
"""The last: what is deleted is overwritten, or a search of the file would still find it."""
MIGRATING = 7_140_233
"""The number of the lock, any that nobody else uses in this database."""
_HELD = "holds the gate"


class DatabaseUrlWrong(FairwayError):
    """The database's address cannot be read. Write FAIRWAY_DATABASE_URL as
    sqlite:////folder/file.db or postgresql+psycopg://user:password@host:5432/name, with %40 for an
    @ in the password, %2F for a / and so on."""


def open_engine(
    url: str, keys: Keys | None = None, longest_wait: float = LONGEST_WAIT
) -> sa.Engine:
    """An engine for ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``). ``keys`` seal and
    open contact details; without them what is sealed cannot be read (KeyMissing). On SQLite a
    transaction gives up after ``longest_wait`` seconds in the queue.

    Raises DatabaseUrlWrong, which does not repeat the address: it can hold a password."""
    _need_readable(url)
    engine = _sqlite(url, longest_wait) if url.startswith("sqlite") else _postgres(url)
    use_keys(engine, keys)
    return engine


def _need_readable(url: str) -> None:
    try:
        read = sa.make_url(url)
        read.get_dialect()
    except (sa.exc.ArgumentError, ValueError) as error:  # the latter: of a port in letters
        raise DatabaseUrlWrong from error
    if "@" in (read.host or ""):  # of a password: the driver's error would repeat the rest of it
        raise DatabaseUrlWrong


def _postgres(url: str) -> sa.Engine:
    return sa.create_engine(
        url, pool_size=20, max_overflow=20, pool_pre_ping=True, hide_parameters=True
    )


def _sqlite(url: str, longest_wait: float) -> sa.Engine:
    arguments = {"timeout": longest_wait, "check_same_thread": False}
    # In no error are the values of a statement: they can be what citizens said.
    engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True)
    sa.event.listen(engine, "connect", _set_up_sqlite)
    _queue_in_this_process(engine, longest_wait)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _queue_in_this_process(engine: sa.Engine, longest_wait: float) -> None:
    """Let one transaction in after the other. SQLite itself makes those who wait sleep ever
    longer, so that under load a few messages would wait for seconds while others pass them."""
    gate = Turnstile()

    def begin(connection: sa.Connection) -> None:
        if not connection.info.get(_HELD):
            if gate.is_mine:  # it would wait for itself, and keep everybody else waiting
                raise RuntimeError("a transaction was begun inside another one")
            if not gate.acquire(timeout=longest_wait):
                raise sa.exc.TimeoutError("the database was busy for too long")
            connection.info[_HELD] = True
        # The write lock first: a read that turns into a write fails at once otherwise.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def done(_connection: Any, record: Any, *_: Any) -> None:
        if record.info.pop(_HELD, False):
            gate.release()

    sa.event.listen(engine, "begin", begin)
    for ending in ("checkin", "invalidate"):
        sa.event.listen(engine, ending, done)


def migrate(url: str) -> None:
    """Bring the tables at ``url`` to the newest version; new databases are made. Of several
    processes that start at once, one does it and the others wait. Raises DatabaseUrlWrong."""
    _need_readable(url)
    config = _alembic()
    config.attributes["url"] = url
    with _one_at_a_time(url):
        command.upgrade(config, "head")


def head_revision() -> str:
    """The version of the tables this code works with."""
    return str(ScriptDirectory.from_config(_alembic()).get_current_head())


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """Hold PostgreSQL's advisory lock; SQLite lets one writer in anyway."""
    if url.startswith("sqlite"):
        yield
        return
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as db:
        db.execute(sa.select(sa.func.pg_advisory_lock(MIGRATING)))
        yield  # the lock ends with the connection
