"""Every error Fairway raises on purpose.

FairwayError
├── BadFile                    a card, catalogue, policy or settings file is wrong
├── BadInput                   what a citizen, agent or supplier sent cannot be taken
│   ├── MessageEmpty
│   ├── MessageTooLong
│   ├── ConversationUnknown
│   ├── ConversationExpired
│   └── TokenWrong
├── HandoffError
│   ├── HandoffTaken
│   ├── HandoffUnknown
│   └── HandoffNotYours
├── AssistantUnavailable       Rasa is down, slow or answers nonsense
├── DeliveryError
│   ├── DeliveryRefused        the provider will never take this message
│   └── DeliveryUnavailable    try again later
└── ReplyMissing               no catalogue has this key

A class's docstring is its message: one plain sentence and what to do next.
"""

from __future__ import annotations

from pathlib import Path


class FairwayError(Exception):
    """Something went wrong in Fairway."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def code(self) -> str:
        """The error's stable name, for APIs and logs: ``handoff_taken``."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class BadFile(FairwayError):
    """A file is wrong."""

    def __init__(self, path: Path | str, line: int | None, problem: str, remedy: str) -> None:
        self.path, self.line, self.problem, self.remedy = Path(path), line, problem, remedy
        where = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{where}: {problem}. {remedy}")


class BadInput(FairwayError):
    """That could not be taken. Check it and send it again."""


class MessageEmpty(BadInput):
    """There was nothing to read in that message. Please type what you need."""


class MessageTooLong(BadInput):
    """That message is too long to read. Please send a shorter one."""


class ConversationUnknown(BadInput):
    """This conversation is not known here. Please start a new one."""


class ConversationExpired(BadInput):
    """This conversation has ended. Please start a new one."""


class TokenWrong(BadInput):
    """The token does not open this conversation. Please start a new one."""


class HandoffError(FairwayError):
    """The handoff could not be changed."""


class HandoffTaken(HandoffError):
    """Someone else has just taken this case. Please pick another one."""


class HandoffUnknown(HandoffError):
    """There is no such case. It may have been erased. Go back to the queue."""


class HandoffNotYours(HandoffError):
    """This case is with a colleague, so you cannot do that to it."""


class AssistantUnavailable(FairwayError):
    """The assistant is not answering. The citizen is offered a person."""


class DeliveryError(FairwayError):
    """A message could not be delivered."""


class DeliveryRefused(DeliveryError):
    """The provider will never take this message."""


class DeliveryUnavailable(DeliveryError):
    """The provider is not answering. The message will be tried again."""


class ReplyMissing(FairwayError):
    """No catalogue has this reply."""
