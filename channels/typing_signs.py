"""That somebody is writing. A sign has no content and is kept nowhere: the topic that wakes the
other side is all of it, so it reaches every process that the wake-ups reach."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from channels.live import LiveHub


def from_agent(conversation_id: str) -> str:
    """The topic the citizen's page listens to."""
    return f"agent-writes-{conversation_id}"


def from_citizen(conversation_id: str) -> str:
    """The topic the desk's page of the case listens to."""
    return f"citizen-writes-{conversation_id}"


def watch(live: LiveHub, topics: Sequence[str], seconds: float) -> asyncio.Task[frozenset[str]]:
    """A task that ends when any of ``topics`` changes, with those that did; with none after
    ``seconds``. It watches from the next turn of the event loop on."""
    return asyncio.create_task(_first_of(live, topics, seconds), name="watch")


async def _first_of(live: LiveHub, topics: Sequence[str], seconds: float) -> frozenset[str]:
    waits = {asyncio.create_task(live.wait(topic, seconds)): topic for topic in topics}
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return frozenset(waits[task] for task in done if task.result())
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
