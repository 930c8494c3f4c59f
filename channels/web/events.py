"""New messages of a conversation as they come: server-sent events that can be resumed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from bot.message import Message
from channels.limits import TooManyRequests
from channels.typing_signs import from_agent, watch
from channels.web.as_json import messages_json
from channels.web.talk import Talk

AsJson = Callable[[list[Message]], list[dict[str, Any]]]

KEEP_ALIVE = 15.0  # seconds between two signs of life, so that proxies keep the line open
LONGEST = 600.0  # seconds; then the browser opens it again by itself
AT_ONCE = 6  # streams of one conversation: tabs and devices of one citizen


class Streams:
    """The event streams open in this process."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._open: dict[str, int] = {}

    def follow(
        self, conversation_id: str, after: str | None, as_json: AsJson = messages_json
    ) -> StreamingResponse:
        """A stream of what is said after the message ``after`` (from the start without).

        Raises TooManyRequests when too many are open.
        """
        if self._open.get(conversation_id, 0) >= AT_ONCE:
            raise TooManyRequests(5)
        headers = {"X-Accel-Buffering": "no"}
        events = self._events(conversation_id, after, as_json)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(
        self, conversation_id: str, after: str | None, as_json: AsJson
    ) -> AsyncIterator[str]:
        self._open[conversation_id] = self._open.get(conversation_id, 0) + 1
        try:
            async for event in self._read(conversation_id, after, as_json):
                yield event
        finally:
            self._open[conversation_id] -= 1
            if not self._open[conversation_id]:
                del self._open[conversation_id]

    async def _read(
        self, conversation_id: str, last: str | None, as_json: AsJson
    ) -> AsyncIterator[str]:
        yield "retry: 3000\n\n"
        end = time.monotonic() + LONGEST
        live, signs = self._talk.parts.live, from_agent(conversation_id)
        told: set[tuple[str, str]] = set()
        while time.monotonic() < end:
            # Watch first and read after: a message kept in between still wakes us.
            watched = watch(live, [conversation_id, signs], KEEP_ALIVE)
            try:
                await asyncio.sleep(0)
                news = await run_in_threadpool(self._talk.news, conversation_id, last)
                for message in as_json(news.new):
                    last = message["id"]
                    yield f"id: {last}\nevent: message\ndata: {_data(message)}\n\n"
                for message in as_json(news.changed):
                    if (key := (message["id"], message["text"])) not in told:
                        told.add(key)
                        yield f"event: changed\ndata: {_data(message)}\n\n"
                woken = await watched
                if signs in woken:
                    yield "event: writes\ndata: now\n\n"
                elif not woken:
                    yield ": still here\n\n"
            finally:
                watched.cancel()


def _data(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)
