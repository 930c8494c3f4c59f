"""An approval mode: what the assistant wants to say about a service waits for an agent's yes.

What it has *done* is done (a report that was sent is sent), and its questions do not wait: they
say nothing that could be wrong. Danger, a person who is asked for and a failed turn go their usual
way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.handoff import Handoff
from bot.message import Button, Message, Reply, Sender, button_from_json
from bot.need import Urgency
from bot.opening_words import opening_in_words
from bot.outcome_rules import ASKING
from bot.turn_state import Ending, HandoffWanted, Turn, TurnParts, say
from bot.wanted_by_desk import wanted_by_desk

CONFIRM = "confirm"
"""The way of a case that wants no more than a yes."""
REASON = "need_confirmed"
DRAFT = "draft"
"""Where the case's summary keeps what the assistant wants to say."""
DRAFT_FOR = "draft_for"
"""And the id of the message that it answers: it is no answer to a later one."""


def hold_for_approval(turn: Turn, parts: TurnParts, ending: Ending) -> Ending:
    """``ending`` itself, or one that keeps its answer back until an agent has confirmed it."""
    service = _service_of(ending)
    team = parts.confirmed_by(service) if service else None
    said = tuple(reply for reply in ending.replies if reply.sender is Sender.ASSISTANT)
    if team is None or ending.handoff or ending.name == ASKING or not said:
        return ending
    wanted = HandoffWanted(
        team=team,
        urgency=Urgency.ROUTINE.value,
        way=CONFIRM,
        reasons=(REASON,),
        summary={
            **(ending.told or {}),
            "service": service,
            DRAFT: [_as_json(r) for r in said],
            DRAFT_FOR: turn.message.id,
        },
    )
    kept = tuple(reply for reply in ending.replies if reply.sender is not Sender.ASSISTANT)
    wait = _wait(turn, parts, ending.language)
    return replace(ending, name="handed_to_confirm", replies=(*kept, wait), handoff=wanted)


def draft_of(handoff: Handoff) -> tuple[Reply, ...]:
    """What waits for a yes; nothing where nothing does."""
    return tuple(_reply(one) for one in handoff.summary.get(DRAFT) or () if handoff.way == CONFIRM)


def is_outdated(handoff: Handoff, messages: Iterable[Message]) -> bool:
    """Whether something was asked after what the draft answers, by the citizen or for the desk."""
    asked = [m.id for m in messages if m.sender is Sender.CITIZEN or wanted_by_desk(m)]
    return asked[-1:] != [handoff.summary.get(DRAFT_FOR)]


def without_draft(summary: Mapping[str, Any]) -> dict[str, Any]:
    """What the citizen has told, which the draft is no part of."""
    return {name: value for name, value in summary.items() if name not in (DRAFT, DRAFT_FOR)}


def _service_of(ending: Ending) -> str:
    """The service in hand: of the form that is being answered, else of the message."""
    told = str((ending.told or {}).get("service") or "")
    made = ending.understanding
    return told or (made.service if made and made.service else "")


def _wait(turn: Turn, parts: TurnParts, language: str | None) -> Reply:
    opens = turn.availability.next_open
    key = "confirm_wait_closed" if opens else "confirm_wait"
    spoken, medium = language or turn.language, turn.conversation.medium.value
    when = opening_in_words(opens, parts.replies, spoken, medium)
    reply = say(parts, turn, key, language, next_open=when)
    title = parts.replies.say("button_something_else", reply.lang, "web")
    return replace(reply, buttons=(Button(title, "/something_else"),))


def _as_json(reply: Reply) -> dict[str, Any]:
    buttons = [button.as_json() for button in reply.buttons]
    return {"text": reply.text, "lang": reply.lang, "buttons": buttons}


def _reply(one: Mapping[str, Any]) -> Reply:
    buttons: Iterable[Mapping[str, str]] = one.get("buttons") or ()
    made = tuple(map(button_from_json, buttons))
    return Reply(str(one["text"]), str(one["lang"]), Sender.ASSISTANT, made)
