"""Logs of the Rasa process: what went wrong and where, never what a citizen wrote.

Rasa logs message texts at debug level, in warnings and in exceptions. Here an exception is
logged as its type and the lines of code it passed; structured logs keep only their event's
name; warnings are silent.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from types import TracebackType
from typing import Any

import structlog  # type: ignore[import-not-found]

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class ValuelessFormatter(logging.Formatter):
    """Leaves the message out of every exception it formats."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        name = kind.__name__ if kind else "no exception"
        return "".join(traceback.format_tb(trace, limit=-12)) + name


def make_logs_quiet(level: int = logging.WARNING) -> None:
    """Set up logging for the whole process, before Rasa is imported."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ValuelessFormatter(FORMAT))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.lastResort = handler  # for libraries that keep their records from the root logger
    warnings.showwarning = _say_nothing  # a filter would not do: libraries reset the filters
    structlog.configure(
        processors=[_event_only],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _say_nothing(*_: Any, **__: Any) -> None:
    """A warning may quote what a citizen wrote."""


def _event_only(_logger: Any, _method: str, event: dict[str, Any]) -> str:
    return str(event.get("event", ""))
