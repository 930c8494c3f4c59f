"""Work done in a child process, whose memory is given back when it ends.

``fairway up`` stays for as long as the product runs; what it needs once at the start (cards,
catalogues, the database) would stay in its memory with it.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

import click

from channels.commands.plain_errors import in_plain_words


def in_child(work: Callable[[], str]) -> str:
    """What ``work`` returns. Raises click.ClickException with the message of the error it ended
    with, if that is one of ours, of the database or of the system. Call it while no other thread
    runs."""
    sys.stdout.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _do(work, writing)
    os.close(writing)
    said = _read(reading)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise click.ClickException(said or "The start ended without saying why.")
    return said


def _do(work: Callable[[], str], writing: int) -> NoReturn:
    said, code = "", 1
    try:
        with in_plain_words():
            said, code = work(), 0
    except click.ClickException as error:
        said = error.format_message()
    finally:  # also on what nobody expected: the traceback is on standard error then
        if sys.exc_info()[0]:
            traceback.print_exc()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said.encode())
        os._exit(code)


def _read(reading: int) -> str:
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()
