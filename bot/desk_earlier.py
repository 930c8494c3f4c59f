"""What the same citizen wrote before, for the agent who has their case, if the citizen says yes.

Two things link conversations, and nothing else does: the number that texts come from, and a
reference of ours given together with the phone number that was left with it. Either alone proves
too little on the web: references are read out and printed, and numbers are known to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.conversation import Conversation
from bot.desk_parts import DeskParts, case_in_hand, find_case, log, must_hold, say
from bot.earlier_consent import NO, YES, Consent
from bot.errors import BadInput, HandoffNotYours
from bot.guarded import is_guarded, may_read
from bot.handoff import Handoff
from bot.message import Button, Medium, Message, Sender
from bot.staff import LogEntry, Staff
from bot.staff_ports import StaffWork

NUMBER, REFERENCE = "number", "reference"
"""How an earlier conversation is linked."""
_REFERENCES = re.compile(r"\b(?=[A-Z\d-]*\d)[A-Z\d][A-Z\d-]{2,79}\b", re.IGNORECASE)
MOST_REFERENCES = 50
LAST_DIGITS = 10
"""Of a phone number: +44 7700 900123 and 07700 900123 are one."""


class NothingLinked(BadInput):
    """Nothing links this citizen to earlier conversations, so there is nothing to ask about."""


class ConsentMissing(HandoffNotYours):
    """The citizen has not said yes to that. Ask them on the case's page first."""


@dataclass(frozen=True)
class Earlier:
    """A conversation from before. ``how`` it is linked; ``hidden``: it led to a safeguarding case
    that the reader may not open."""

    id: str
    started_at: datetime
    medium: Medium
    services: tuple[str, ...]
    how: str
    hidden: bool


def ask_for_earlier(parts: DeskParts, who: Staff, handoff_id: str) -> None:
    """The citizen is asked, in fixed words and their language; they choose an answer, or say a
    clear yes or no (``bot.clear_yes``). Who has said yes in this conversation is not asked again.

    Raises NothingLinked, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        must_hold(case.handoff, who)
        work, conversation = case.work, case.conversation
        held = work.consents.of(conversation.id)
        if held and held.said_yes:
            return
        if conversation.medium is not Medium.SMS and not links_of(work, conversation):
            raise NothingLinked
        _ask(parts, work, who, conversation)
        work.consents.put(Consent(conversation.id, who.username, parts.turn.clock.now()))
        log(parts, work, who, "earlier_asked", case.handoff)


def _ask(parts: DeskParts, work: StaffWork, who: Staff, conversation: Conversation) -> None:
    lang, medium = conversation.language, conversation.medium.value
    words = parts.turn.replies
    buttons = tuple(
        Button(words.say(key, lang, "web"), payload)
        for key, payload in (("button_earlier_yes", YES), ("button_earlier_no", NO))
    )
    text = words.say("earlier_ask", lang, medium, agent=who.first_name)
    say(parts, work, conversation, text, lang, Sender.SYSTEM, buttons=buttons)


def see_earlier(parts: DeskParts, who: Staff, handoff_id: str) -> list[Earlier]:
    """The earlier conversations, the latest first. That they were looked at is logged each time.

    Raises ConsentMissing, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    with parts.store.begin() as work:
        handoff, conversation = _agreed(work, who, handoff_id)
        found = _earlier(work, who, conversation)
        _look(parts, work, who, handoff, "earlier_listed", number=len(found))
        work.commit()
    return found


def read_earlier(
    parts: DeskParts, who: Staff, handoff_id: str, conversation_id: str
) -> tuple[Earlier, list[Message]]:
    """One of them with what was said. Logged each time.

    Raises ConsentMissing (also for one that is hidden or not this citizen's), HandoffUnknown,
    CaseRestricted, HandoffNotYours.
    """
    with parts.store.begin() as work:
        handoff, conversation = _agreed(work, who, handoff_id)
        found = {one.id: one for one in _earlier(work, who, conversation) if not one.hidden}
        if conversation_id not in found:
            raise ConsentMissing
        said = work.messages.of(conversation_id)
        _look(parts, work, who, handoff, "earlier_read", conversation=conversation_id)
        work.commit()
    return found[conversation_id], said


def links_of(work: StaffWork, conversation: Conversation) -> Mapping[str, str]:
    """Ids of earlier conversations → how they are linked."""
    linked = {}
    for other in _by_reference(work, conversation):
        linked[other] = REFERENCE
    if conversation.address:
        before = work.conversations.all_at(conversation.address)
        linked |= {one.id: NUMBER for one in before if one.started_at < conversation.started_at}
    linked.pop(conversation.id, None)
    return linked


def _by_reference(work: StaffWork, conversation: Conversation) -> list[str]:
    said = (m.text for m in work.messages.of(conversation.id) if m.sender is Sender.CITIZEN)
    references = _named_in(said)
    phones = _phones(work, conversation) if references else set()
    if not phones:
        return []
    found = {case.conversation_id for case in work.council_cases.named(references)}
    others = (work.conversations.get(one) for one in sorted(found))
    return [one.id for one in others if one and _phones(work, one) & phones]


def _named_in(texts: Iterable[str]) -> list[str]:
    found = {one for text in texts for one in _REFERENCES.findall(text)}
    return sorted({*found, *(one.upper() for one in found)})[:MOST_REFERENCES]


def _phones(work: StaffWork, conversation: Conversation) -> set[str]:
    """Numbers that the citizen texts from or has left, as they are compared."""
    given = [conversation.address, conversation.told.get("Phone")]
    for handoff in work.handoffs.of(conversation.id):
        given += [handoff.contact.get("phone"), handoff.summary.get("Phone")]
    digits = ("".join(c for c in str(one) if c.isdecimal()) for one in given if one)
    return {one[-LAST_DIGITS:] for one in digits if len(one) >= LAST_DIGITS}


def _agreed(work: StaffWork, who: Staff, handoff_id: str) -> tuple[Handoff, Conversation]:
    handoff, conversation = find_case(work, who, handoff_id)
    must_hold(handoff, who)
    consent = work.consents.of(conversation.id)
    if consent is None or not consent.said_yes:
        raise ConsentMissing
    return handoff, conversation


def _earlier(work: StaffWork, who: Staff, conversation: Conversation) -> list[Earlier]:
    linked = links_of(work, conversation)
    held = [one for one in map(work.conversations.get, linked) if one is not None]
    made = [
        Earlier(
            id=one.id,
            started_at=one.started_at,
            medium=one.medium,
            services=_services(work, one),
            how=linked[one.id],
            hidden=_is_hidden(work, who, one),
        )
        for one in held
    ]
    return sorted(made, key=lambda one: one.started_at, reverse=True)


def _services(work: StaffWork, conversation: Conversation) -> tuple[str, ...]:
    turns = work.records.turns_of(conversation.id)
    return tuple(dict.fromkeys(turn.service for turn in turns if turn.service))


def _is_hidden(work: StaffWork, who: Staff, conversation: Conversation) -> bool:
    cases = work.handoffs.of(conversation.id)
    return any(is_guarded(case) and not may_read(who, case) for case in cases)


def _look(
    parts: DeskParts, work: StaffWork, who: Staff, handoff: Handoff, action: str, **detail: object
) -> None:
    entry = LogEntry(parts.turn.clock.now(), who.username, action, handoff.id, detail)
    work.staff_log.write(entry)
