"""Tell an open desk page that something has changed; the page then reads itself again."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from channels.limits import TooManyRequests
from channels.live import LiveHub
from channels.typing_signs import watch

LOOK_EVERY = 5.0  # seconds: also finds what another process has changed
LONGEST = 600.0  # seconds; then the browser opens it again by itself
AT_ONCE = 12  # streams of one session: an agent's tabs

Look = Callable[[], str | None]
"""The state of what is watched as a short text, or None when the session is over."""


@dataclass
class DeskStreams:
    """The event streams open in this process."""

    live: LiveHub
    _open: dict[str, int] = field(default_factory=dict)

    def follow(
        self, session: str, topic: str, look: Look, seen: str, signs: str = ""
    ) -> StreamingResponse:
        """A stream with one event a change. ``seen`` is the state the page already shows;
        ``signs`` a topic whose every wake-up is passed on as it is (``channels.typing_signs``).

        Raises TooManyRequests when too many are open.
        """
        if self._open.get(session, 0) >= AT_ONCE:
            raise TooManyRequests(5)
        return StreamingResponse(
            self._counted(session, topic, look, seen, signs),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _counted(
        self, session: str, topic: str, look: Look, seen: str, signs: str
    ) -> AsyncIterator[str]:
        self._open[session] = self._open.get(session, 0) + 1
        try:
            async for event in self._changes(topic, look, seen, signs):
                yield event
        finally:
            self._open[session] -= 1
            if not self._open[session]:
                del self._open[session]

    async def _changes(self, topic: str, look: Look, seen: str, signs: str) -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            # Watch first and look after: a change in between still wakes us.
            watched = watch(self.live, [topic, *filter(None, [signs])], LOOK_EVERY)
            try:
                await asyncio.sleep(0)
                state = await run_in_threadpool(look)
                if state is None:
                    yield "event: over\ndata: signed out\n\n"
                    return
                if state != seen:
                    seen = state
                    yield f"id: {state}\nevent: changed\ndata: {state}\n\n"
                woken = await watched
                if signs in woken:
                    yield "event: writes\ndata: now\n\n"
                elif not woken:
                    yield ": still here\n\n"
            finally:
                watched.cancel()


def fingerprint(*parts: object) -> str:
    """A short text that differs when any part does."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
