"""How a message of the desk's says which service the assistant should go on with.

It is kept with the message, so that the turn can be answered after a crash as well. Only messages
of the system are read so: a citizen's page may choose any id for what the citizen sends.
"""

from __future__ import annotations

from bot.message import Message, Sender

_MARK = "desk-asks:"


def client_id_for(intent: str, key: str) -> str:
    """The id of a message that asks for ``intent``; ``key`` makes it one of its own."""
    return f"{_MARK}{intent}:{key}"[:80]


def wanted_by_desk(message: Message) -> str:
    """The payload that the assistant gets for this message; empty for a citizen's."""
    if message.sender is not Sender.SYSTEM or not (message.client_id or "").startswith(_MARK):
        return ""
    return "/" + str(message.client_id).removeprefix(_MARK).partition(":")[0]
