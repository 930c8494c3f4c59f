"""A transaction around another one, which does something more when it is kept."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self


class WrappedWork:
    """Everything is the inner one's; a subclass has a ``commit`` of its own. ``work`` is what the
    inner one gave on entering."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.work: Any = None

    def __enter__(self) -> Self:
        self.work = self._inner.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inner.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.work, name)
