"""Real servers that tests expect. A missing one fails the test: nothing is skipped."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import redis
import sqlalchemy as sa

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
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
