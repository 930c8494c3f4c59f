"""Make the database `fairway` on the local PostgreSQL if there is none, and print its URL."""

from __future__ import annotations

import os
import sys

import sqlalchemy as sa

from scripts.say import Trouble, report

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1/postgres")
NAME = "fairway"


def make_database() -> str:
    """The URL of the database; raise Trouble when the server cannot be reached."""
    engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        with engine.connect() as db:
            held = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
            if not db.execute(held, {"name": NAME}).first():
                db.execute(sa.text(f"CREATE DATABASE {NAME}"))
    except sa.exc.OperationalError as error:
        raise Trouble(
            "There is no PostgreSQL here that lets us in.",
            "start one, or set FAIRWAY_DATABASE_URL to yours.",
        ) from error
    return sa.make_url(SERVER).set(database=NAME).render_as_string(hide_password=False)


def main() -> int:
    try:
        print(make_database())
    except Trouble as trouble:
        return report(trouble)
    return 0


if __name__ == "__main__":
    sys.exit(main())
