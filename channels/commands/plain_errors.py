"""What commands say of a database, a file or a setting that cannot be used.

A traceback helps nobody who runs a command, and one of the database's shows the values of the
statement, which can be what citizens said.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.errors import FairwayError


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Raises ClickException in place of what nobody mended before: errors of ours, of the
    database and of the operating system. Others are faults of the program and go on."""
    try:
        yield
    except FairwayError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read us has gone; click ends quietly then
            raise
        raise click.ClickException(_of_system(error)) from error
    except Exception as error:
        if said := _of_database(error):
            raise click.ClickException(said) from error
        raise


def _of_system(error: OSError) -> str:
    why = error.strerror or type(error).__name__
    if not error.filename:
        return f"The system refused something that is needed: {why}. Run: fairway doctor"
    return f"{error.filename} cannot be used: {why}. Mend that, or name another place."


def _of_database(error: Exception) -> str | None:
    """None: it has nothing to do with the database. Of errors about rows only the kind is told,
    because a database quotes the rows."""
    # Here, because `fairway up` stays for long and does without the database's libraries.
    from sqlalchemy import exc

    if not isinstance(error, exc.SQLAlchemyError):
        return None
    why = type(error).__name__
    if isinstance(error, exc.OperationalError) or type(error) is exc.DatabaseError:
        why = str(error.orig).partition("\n")[0]
    return (
        f"The database cannot be used ({why}). Start it, make its folder, or mend "
        "FAIRWAY_DATABASE_URL. To look at all that is needed: fairway doctor"
    )
