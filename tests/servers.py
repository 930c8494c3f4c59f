"""Real servers that tests expect. A missing one fails the test: nothing is skipped."""

from __future__ import annotations

import atexit
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import redis
import sqlalchemy as sa

from bot.stores.engine import migrate
from bot.stores.schema import metadata

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1/postgres")

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
AMQP = os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672")


@contextmanager
def redis_prefix() -> Iterator[str]:
    """A prefix of one's own in Redis, whose keys are deleted afterwards."""
    prefix = f"test{uuid.uuid4().hex[:12]}"
    with redis.Redis.from_url(REDIS) as client:
        yield prefix
        for key in client.scan_iter(f"{prefix}:*"):
            client.delete(key)


@contextmanager
def postgres_database() -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database, dropped afterwards."""
    name = f"fairway_test_{uuid.uuid4().hex[:12]}"
    make_database(name)
    try:
        yield address_of(name)
    finally:
        drop_database(name)


@contextmanager
def migrated_database() -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables and no rows. It is used again by the next
    test: making one for each took most of the tests' time."""
    name = _clean.pop() if _clean else _migrated()
    yield address_of(name)
    _empty(name)
    _clean.append(name)


_clean: list[str] = []
_shipped: dict[str, list[dict]] = {}
"""The rows that the migrations themselves put into a table."""


def _migrated() -> str:
    name = f"fairway_test_{uuid.uuid4().hex[:12]}"
    make_database(name)
    atexit.register(drop_database, name)
    migrate(address_of(name))
    engine = sa.create_engine(address_of(name), poolclass=sa.NullPool)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(table.select()).mappings()
            _shipped[table.name] = [dict(row) for row in rows]
    return name


def _empty(name: str) -> None:
    """Throw out whoever is still connected, and every row."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
    engine = sa.create_engine(address_of(name), poolclass=sa.NullPool)
    with engine.begin() as connection:
        mine = sa.text(f"{others} AND pid <> pg_backend_pid()")
        connection.execute(mine, {"name": name})
        connection.execute(sa.text("DROP SCHEMA IF EXISTS rasa CASCADE"))
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for table in metadata.sorted_tables:
            if _shipped[table.name]:
                connection.execute(table.insert(), _shipped[table.name])


def address_of(name: str) -> str:
    """The URL of a database on the tests' server."""
    return sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def make_database(name: str) -> None:
    """A database that need not survive a power cut: commits do not wait for the disk."""
    _on_server(
        f"CREATE DATABASE {name}",
        f"ALTER DATABASE {name} SET synchronous_commit = off",
    )


def drop_database(name: str) -> None:
    """Drop it, whoever still uses it."""
    _on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(*statements: str) -> None:
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
