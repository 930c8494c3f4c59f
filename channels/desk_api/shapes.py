"""What the desk's API takes and gives. The docstrings are its reference."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field


class Answer(BaseModel):
    """``language``: a code such as ``cy``; the conversation's unless said."""

    text: str = Field(max_length=10_000)
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")


class Note(BaseModel):
    """A private word for colleagues; the citizen never sees it."""

    text: str = Field(max_length=2000)


class Transfer(BaseModel):
    """To a team or to a colleague who can be reached: one of the two, always with a note."""

    team: str | None = Field(None, max_length=40)
    username: str | None = Field(None, max_length=80)
    note: str = Field(max_length=2000)


class Close(BaseModel):
    """``outcome``: resolved, advice_given, referred, appointment_made or no_answer."""

    outcome: str = Field(max_length=24)
    note: str = Field("", max_length=2000)
    follow_up_on: date | None = None


class Return(BaseModel):
    """Back to the assistant, with a note for whoever has it next."""

    note: str = Field("", max_length=2000)


class LookedAt(BaseModel):
    """What was found, as a note for colleagues."""

    note: str = Field("", max_length=2000)


class CaseOut(BaseModel):
    """A case in short. ``status``: waiting, claimed, closed or returned. ``offered_to`` is who is
    asked first, until ``offered_until``: till then others get 409 ``handoff_offered``.
    ``follow_up_on``: the day on which a closed case is looked at again. Times: ISO 8601, UTC."""

    id: str
    conversation_id: str
    status: str
    team: str
    urgency: str
    way: str
    reasons: list[str]
    service: str | None
    language: str
    medium: str
    adjustments: list[str]
    labels: list[str]
    asked_at: str
    promised: str | None
    claimed_by: str | None
    offered_to: str | None
    offered_until: str | None
    claimed_at: str | None
    citizen_waits_since: str | None
    outcome: str | None
    follow_up_on: str | None


class CasesOut(BaseModel):
    """Waiting cases in the order of their turn, then those in hand."""

    cases: list[CaseOut]


class CaseMessage(BaseModel):
    """``from``: citizen, assistant, agent or system."""

    model_config = {"populate_by_name": True}

    id: str
    sender: str = Field(alias="from")
    text: str
    lang: str
    at: str
    withdrawn: bool


class CaseNoteOut(BaseModel):
    """A colleague's note."""

    author: str
    kind: str
    text: str
    at: str


class WholeCaseOut(BaseModel):
    """A case with all that the citizen need not say again. ``draft``: what the assistant wants to
    say and an agent has to confirm; ``hidden``: messages that belong to a safeguarding case."""

    id: str
    conversation_id: str
    status: str
    team: str
    urgency: str
    way: str
    reasons: list[str]
    asked_at: str
    claimed_by: str | None
    offered_to: str | None
    offered_until: str | None
    language: str
    medium: str
    adjustments: list[str]
    barriers: list[str]
    labels: list[str]
    told: dict[str, Any]
    contact: dict[str, Any]
    messages: list[CaseMessage]
    notes: list[CaseNoteOut]
    draft: list[str]
    hidden: int


class DoneOut(BaseModel):
    """What an act came to. ``id``: of the message or note that was made."""

    case: str
    status: str
    id: str | None = None
