"""What an agent does with a case: take it, answer, close it, or give it back.

Each is one transaction: the case, what the citizen is told, the text message to send and
the line in the staff log are kept together or not at all.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bot.conversation import Conversation
from bot.council import LONDON
from bot.desk_offer import must_be_free_for
from bot.desk_parts import (
    NOTE_LIMIT,
    CaseRestricted,
    DeskParts,
    case_in_hand,
    client_id,
    find_case,
    log,
    must_hold,
    say,
    tell,
)
from bot.desk_reach import cases_held
from bot.errors import BadInput, HandoffError, MessageTooLong
from bot.feedback import PAYLOADS
from bot.handoff import Handoff, claim, close, give_back
from bot.message import MAX_CHARACTERS, Button, Message, Sender, clean_text
from bot.need import Channel, Urgency
from bot.outcome import Outcome
from bot.staff import Staff
from bot.staff_ports import StaffWork

__all__ = [
    "CapacityReached",
    "CaseRestricted",
    "DeskParts",
    "answer_citizen",
    "call_off_promises",
    "claim_case",
    "close_case",
    "find_case",
    "give_back_case",
    "had_a_person",
    "must_have_room",
]

COUNTED_AS_RESOLVED = ("resolved", "advice_given", "referred", "appointment_made")


class CapacityReached(HandoffError):
    """You have as many cases as you can take at once. Close or pass on one of them first."""


class FollowUpPast(BadInput):
    """The day to look at it again has to be after today. Choose a later one."""


def claim_case(
    parts: DeskParts, who: Staff, handoff_id: str, *, shared_account: bool = False
) -> Handoff:
    """The case, taken by ``who``; the citizen is told by whom.

    ``shared_account``: many agents act as ``who``, and their own platform says how much each can
    take: one person's capacity says nothing about them.
    Raises HandoffUnknown, CaseRestricted, HandoffTaken, HandoffOffered, CapacityReached.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        work, handoff, now = case.work, case.handoff, parts.turn.clock.now()
        claimed = claim(handoff, who.username, now)
        if claimed == handoff:
            return handoff
        must_be_free_for(work, who, handoff, now)
        if not shared_account:
            must_have_room(work, who, handoff)
        work.handoffs.save(claimed, was=handoff)
        tell(parts, work, case.conversation, "handoff_claimed", agent=who.first_name)
        log(parts, work, who, "case_claimed", claimed)
    return claimed


def answer_citizen(
    parts: DeskParts,
    who: Staff,
    handoff_id: str,
    raw: str,
    language: str | None = None,
    form_id: str | None = None,
) -> Message:
    """Say ``raw`` to the citizen, on the web or by text. A form sent twice is one message.

    ``language`` is what it is written in, the conversation's unless said.
    Raises MessageEmpty, MessageTooLong, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    text = clean_text(raw)
    if len(text) > MAX_CHARACTERS:
        raise MessageTooLong
    with case_in_hand(parts, who, handoff_id) as case:
        held = _sent_before(case.work, case.conversation, form_id)
        if held is not None:
            return held
        must_hold(case.handoff, who)
        lang = language or case.conversation.language
        work, conversation = case.work, case.conversation
        message = say(parts, work, conversation, text, lang, Sender.AGENT, form_id)
        work.conversations.save(replace(conversation, last_at=message.at))
        log(parts, work, who, "case_answered", case.handoff, message=message.id)
    return message


def close_case(
    parts: DeskParts,
    who: Staff,
    handoff_id: str,
    outcome_code: str,
    note: str = "",
    follow_up_on: date | None = None,
) -> Handoff:
    """The case, finished. The citizen is told, and the assistant answers from then on.

    ``follow_up_on`` is a day on which somebody looks at it again; the citizen is told that too.
    Raises HandoffUnknown, CaseRestricted, HandoffNotYours, FollowUpPast, ValueError (unknown
    outcome).
    """
    with case_in_hand(parts, who, handoff_id) as case:
        work, now = case.work, parts.turn.clock.now()
        closed = close(case.handoff, who.username, outcome_code, note.strip()[:NOTE_LIMIT], now)
        closed = replace(closed, follow_up_on=_day_ahead(follow_up_on, now))
        work.handoffs.save(closed, was=case.handoff)
        work.conversations.save(had_a_person(case.conversation))
        call_off_promises(work, closed, now)
        if outcome_code in COUNTED_AS_RESOLVED:
            outcome = Outcome(parts.turn.new_id(), closed.conversation_id, "resolved", "agent", now)
            work.records.add_outcome(outcome)
        if closed.follow_up_on:
            day = f"{closed.follow_up_on:%d/%m/%Y}"
            tell(parts, work, case.conversation, "handoff_follow_up", date=day)
        _tell_closed(parts, work, case.conversation, asks=outcome_code != "no_answer")
        log(parts, work, who, "case_closed", closed, outcome=outcome_code)
    return closed


def _tell_closed(
    parts: DeskParts, work: StaffWork, conversation: Conversation, *, asks: bool
) -> None:
    """The case is over; and, of who was there, whether they got what they needed: in one message,
    for by text each costs."""
    words, lang = parts.turn.replies, conversation.language
    medium = conversation.medium.value
    text = words.say("handoff_closed", lang, medium)
    buttons: tuple[Button, ...] = ()
    if asks:
        text = f"{text}\n\n{words.say('closing_ask', lang, medium)}"
        titles = {payload: f"button_got_{got}" for payload, got in PAYLOADS.items()}
        buttons = tuple(Button(words.say(key, lang, "web"), p) for p, key in titles.items())
    say(parts, work, conversation, text, lang, Sender.SYSTEM, buttons=buttons)


def give_back_case(parts: DeskParts, who: Staff, handoff_id: str, note: str = "") -> Handoff:
    """The case, returned to the assistant with a note for whoever has it next.

    Raises HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        now = parts.turn.clock.now()
        returned = give_back(case.handoff, who.username, note.strip()[:NOTE_LIMIT], now)
        case.work.handoffs.save(returned, was=case.handoff)
        case.work.conversations.save(had_a_person(case.conversation))
        call_off_promises(case.work, returned, now)
        tell(parts, case.work, case.conversation, "handoff_returned")
        log(parts, case.work, who, "case_returned", returned)
    return returned


def had_a_person(conversation: Conversation) -> Conversation:
    """The conversation once a person is done with it: the wish for one was granted, what was not
    understood is dealt with, and what comes next is routed anew. A wish that the citizen has had
    kept for next time stays."""
    told = replace(conversation.circumstances, failed_turns=0)
    if told.asked_channel is Channel.ASSISTED and not told.remember:
        told = replace(told, asked_channel=None)
    return replace(conversation, circumstances=told)


def must_have_room(work: StaffWork, who: Staff, handoff: Handoff) -> None:
    """Raises CapacityReached when ``who`` holds as many cases as they can; danger passes."""
    if handoff.urgency == Urgency.URGENT.value:
        return
    if cases_held(work).get(who.username, 0) >= who.capacity:
        raise CapacityReached


def call_off_promises(work: StaffWork, handoff: Handoff, now: datetime) -> None:
    """A case that is over needs no call. One whose window has passed stays broken."""
    for promise in work.promises.of(handoff.id):
        if promise.is_open:
            work.promises.save(replace(promise, called_off_at=now))


def _day_ahead(day: date | None, now: datetime) -> date | None:
    if day is not None and day <= now.astimezone(LONDON).date():
        raise FollowUpPast
    return day


def _sent_before(
    work: StaffWork, conversation: Conversation, form_id: str | None
) -> Message | None:
    if not form_id:
        return None
    return work.messages.accepted_as(conversation.id, client_id(form_id))
