"""Fairway's database, opened to be read and for nothing else.

Without the audit's own libraries: the list of reports counts conversations, and must not wait for
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from fairness.errors import DatabaseUnreadable


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection that only reads. Raises DatabaseUnreadable."""
    engine = open_to_read(url)
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise DatabaseUnreadable(f"The database cannot be read: {_first_line(error)}.") from None
    finally:
        engine.dispose()


def count_conversations(url: str) -> int:
    """How many conversations could be audited; 0 too when nothing was ever recorded."""
    engine = open_to_read(url)
    try:
        with engine.connect() as connection:
            if "turn_records" not in inspect(connection).get_table_names():
                return 0
            counted = text("SELECT COUNT(DISTINCT conversation_id) FROM turn_records")
            return int(connection.execute(counted).scalar_one())
    except SQLAlchemyError as error:
        raise DatabaseUnreadable(f"The database cannot be read: {_first_line(error)}.") from None
    finally:
        engine.dispose()


def open_to_read(url: str) -> Engine:
    """An engine that refuses to write. Raises DatabaseUnreadable for an address that is none."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        path = parsed.database or ":memory:"
        if backend == "sqlite" and path != ":memory:" and not Path(path).is_file():
            raise DatabaseUnreadable(
                f"There is no database at {path}. Run `fairway up` once, or check the address."
            )
        readonly = {"postgresql_readonly": True} if backend == "postgresql" else {}
        engine = create_engine(parsed, execution_options=readonly)
    except (ArgumentError, ModuleNotFoundError, SQLAlchemyError) as error:
        raise DatabaseUnreadable(
            f"That is no database address ({_first_line(error)}). "
            "Write it as sqlite:///var/fairway.db or postgresql+psycopg://user@host/name."
        ) from None
    if backend == "sqlite":
        event.listen(engine, "connect", _no_writing)
    return engine


def _no_writing(connection: object, record: object) -> None:
    connection.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n")[0].rstrip(".")
