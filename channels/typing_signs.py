"""That somebody is writing. A sign has no content and is kept nowhere: the topic that wakes the
other side is all of it, so it reaches every process that the wake-ups reach."""

from __future__ import annotations


def from_agent(conversation_id: str) -> str:
    """The topic the citizen's page listens to."""
    return f"agent-writes-{conversation_id}"


def from_citizen(conversation_id: str) -> str:
    """The topic the desk's page of the case listens to."""
    return f"citizen-writes-{conversation_id}"
