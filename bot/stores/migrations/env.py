"""How Alembic reaches the database. Called by ``bot.stores.engine.migrate``."""

from __future__ import annotations

from alembic import context

from bot.stores.engine import open_engine
from bot.stores.schema import metadata


def _run() -> None:
    engine = open_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=engine.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


_run()
