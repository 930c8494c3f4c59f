"""Keep how a turn ended: replies, turn record, handoff and outbox in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.approval import CONFIRM
from bot.bidi import hold_numbers
from bot.conversation import Conversation
from bot.feedback import YES, Feedback
from bot.follow_up import put_follow_ups
from bot.guarded import of_team
from bot.handoff import ASSISTANT_DOWN, Handoff, HandoffStatus, withdraw
from bot.message import Message
from bot.outcome import APPEALED, Outcome
from bot.ports import DESK, POST, Parcel, UnitOfWork
from bot.turn_record import TurnRecord
from bot.turn_state import Ending, HandoffWanted, Turn, TurnParts
from bot.understanding import Understanding


@dataclass(frozen=True)
class Kept:
    """How a turn ended: what was said, in order, and its record. ``record`` is None for a message
    that was answered before and whose record is no longer held."""

    said: list[Message]
    record: TurnRecord | None


def keep_turn(parts: TurnParts, turn: Turn, ending: Ending) -> Kept:
    """Store everything the turn brought about, once whatever was answered twice, then wake the
    pages that watch it."""
    with parts.store.begin() as work:
        if not work.messages.mark_answered(turn.message.id):
            return kept_before(work, turn.message)  # another process was quicker
        said = _keep_replies(parts, work, turn, ending)
        conversation = _changed(parts, turn, ending)
        work.conversations.save(conversation)
        _keep_handoff(parts, work, turn, ending)
        _keep_appeal(parts, work, turn, conversation)
        record = _record(parts, turn, ending, conversation)
        work.records.add_turn(record)
        put_follow_ups(work, ending.follow_ups, parts.clock.now())
        for case in ending.council_cases:
            work.council_cases.add(case)
        if ending.earlier_consent is not None:
            work.consents.answer(conversation.id, ending.earlier_consent, parts.clock.now())
        if ending.got is not None:
            keep_feedback(parts, work, Feedback(conversation.id, ending.got, parts.clock.now()))
        work.commit()
    parts.live.changed([turn.conversation.id, DESK, *([POST] if turn.is_sms else [])])
    return Kept(said, record)


def keep_feedback(parts: TurnParts, work: UnitOfWork, said: Feedback) -> None:
    """What the citizen said of how it went; their first yes is an outcome."""
    before = work.feedback.of(said.conversation_id)
    work.feedback.put(replace(said, comment=said.comment or (before.comment if before else "")))
    if before is None and said.got == YES:
        outcome = Outcome(parts.new_id(), said.conversation_id, "resolved", "citizen", said.at)
        work.records.add_outcome(outcome)


def kept_before(work: UnitOfWork, message: Message) -> Kept:
    """How the turn of an answered message ended: its record is the first one made after its
    replies."""
    said = work.messages.replies_to(message.id)
    turns = work.records.turns_of(message.conversation_id) if said else []
    return Kept(said, next((turn for turn in turns if turn.at >= said[-1].at), None))


def _keep_replies(parts: TurnParts, work: UnitOfWork, turn: Turn, ending: Ending) -> list[Message]:
    said = []
    for reply in ending.replies:
        message = Message(
            id=parts.new_id(),
            conversation_id=turn.conversation.id,
            sender=reply.sender,
            text=hold_numbers(reply.text, reply.lang),
            lang=reply.lang,
            at=parts.clock.now(),
            buttons=reply.buttons,
        )
        said.append(message)
    work.messages.add(*said, in_reply_to=turn.message.id)
    if turn.is_sms and said:
        in_danger = ending.name.startswith("safety_")
        put_sms(parts, work, [m.id for m in said], even_if_stopped=in_danger)
    return said


def put_sms(
    parts: TurnParts, work: UnitOfWork, message_ids: list[str], *, even_if_stopped: bool = False
) -> None:
    """One parcel for the whole turn, so that a turn's replies arrive in order. Help in danger
    goes out ``even_if_stopped``."""
    payload = {"message_ids": message_ids, "even_if_stopped": even_if_stopped}
    parcel = Parcel(parts.new_id(), "sms", payload)
    work.outbox.put(parcel, parts.clock.now())


def _changed(parts: TurnParts, turn: Turn, ending: Ending) -> Conversation:
    conversation = replace(turn.conversation, last_at=parts.clock.now())
    if ending.told is not None:
        conversation = replace(conversation, told=ending.told)
    if ending.handoff is not None:
        conversation = replace(conversation, desk_waits=None)  # it has it now
    if ending.circumstances is not None:
        conversation = replace(conversation, circumstances=ending.circumstances)
    if ending.language and (ending.language_chosen or not conversation.language_chosen):
        conversation = replace(
            conversation,
            language=ending.language,
            language_chosen=conversation.language_chosen or ending.language_chosen,
        )
    return conversation


def _keep_handoff(parts: TurnParts, work: UnitOfWork, turn: Turn, ending: Ending) -> None:
    """Open a handoff, call one off, or make the open one urgent. An agent may have claimed it
    while the turn ran: then it is left as the agent has it."""
    held = work.handoffs.open_of(turn.conversation.id)
    now = parts.clock.now()
    if held is None:
        if ending.handoff is not None:
            parts.keep_case(work, _new_handoff(parts, turn, ending.handoff))
            if ending.name != "handed_to_confirm":  # the assistant still has it
                _keep_handed_over(parts, work, turn)
    elif ending.handoff is not None and (ending.raise_urgency or held.way == CONFIRM):
        raised = _as_raised(held, ending.handoff, danger=ending.raise_urgency)
        work.handoffs.save(raised, was=held)
        if held.way == CONFIRM:  # until now the assistant had it
            _keep_handed_over(parts, work, turn)
    elif ending.handoff is not None and held.reasons == (ASSISTANT_DOWN,):
        # The citizen has now asked for a person: they get one, even with the assistant back.
        work.handoffs.save(_as_wanted(held, ending.handoff), was=held)
    elif ending.withdraw_handoff and _is_as_it_was(held, turn):
        work.handoffs.save(withdraw(held, now), was=held)


def _is_as_it_was(held: Handoff, turn: Turn) -> bool:
    """Whether nobody has taken the case, or taken it and passed it on, while the turn ran."""
    was = turn.handoff
    return held.status is HandoffStatus.WAITING and was is not None and held.reasons == was.reasons


def _keep_handed_over(parts: TurnParts, work: UnitOfWork, turn: Turn) -> None:
    now = parts.clock.now()
    over = Outcome(parts.new_id(), turn.conversation.id, "handed_over", "system", now)
    work.records.add_outcome(over)


def _as_raised(held: Handoff, wanted: HandoffWanted, *, danger: bool) -> Handoff:
    """The case with danger in it, or with a request for a person where a yes was waited for, its
    place in the queue kept. Once an agent has it, it stays theirs; but a yes cannot end it any
    more, or nobody would have what the citizen said since."""
    raised = replace(
        held,
        urgency=wanted.urgency if danger else held.urgency,
        way=wanted.way if held.way == CONFIRM else held.way,
        reasons=tuple(dict.fromkeys((*wanted.reasons, *held.reasons))),
    )
    if danger and held.status is HandoffStatus.WAITING:
        return replace(of_team(raised, wanted.team), way=wanted.way)
    return raised  # who would have confirmed it deals with what was spoken of


def _as_wanted(held: Handoff, wanted: HandoffWanted) -> Handoff:
    """The case of an outage as the case that is wanted now, its place in the queue kept; once an
    agent has it, only why."""
    if held.status is not HandoffStatus.WAITING:
        return replace(held, reasons=wanted.reasons)
    return replace(
        of_team(held, wanted.team),
        urgency=wanted.urgency,
        way=wanted.way,
        reasons=wanted.reasons,
        summary={**held.summary, **wanted.summary},
        contact={**held.contact, **wanted.contact},
    )


def _keep_appeal(
    parts: TurnParts, work: UnitOfWork, turn: Turn, conversation: Conversation
) -> None:
    """Note it where the citizen asks for another channel than the one they were sent to."""
    asked = conversation.circumstances.asked_channel
    if asked is None or asked is turn.conversation.circumstances.asked_channel:
        return
    turns = work.records.turns_of(conversation.id)
    sent = [one.route_channel for one in turns if one.route_channel]
    if sent and sent[-1] != asked.value:
        now = parts.clock.now()
        outcome = Outcome(parts.new_id(), conversation.id, APPEALED, "citizen", now)
        work.records.add_outcome(outcome)


def _new_handoff(parts: TurnParts, turn: Turn, wanted: HandoffWanted) -> Handoff:
    return Handoff(
        id=parts.new_id(),
        conversation_id=turn.conversation.id,
        team=wanted.team,
        urgency=wanted.urgency,
        way=wanted.way,
        reasons=wanted.reasons,
        asked_at=parts.clock.now(),
        summary=wanted.summary,
        contact=wanted.contact,
    )


def _record(parts: TurnParts, turn: Turn, ending: Ending, conversation: Conversation) -> TurnRecord:
    made = ending.understanding or Understanding()
    route = ending.route or {}
    told = conversation.circumstances
    now = parts.clock.now()
    return TurnRecord(
        id=parts.new_id(),
        conversation_id=conversation.id,
        turn=turn.number,
        at=now,
        medium=conversation.medium.value,
        language=conversation.language,
        ending=ending.name,
        intent=made.intent,
        kind=made.kind,
        service=made.service or route.get("service"),
        lgsl=made.lgsl,
        confidence=made.confidence if ending.understanding else None,
        fallback=made.fallback,
        misunderstood=ending.misunderstood,
        asked_channel=told.asked_channel.value if told.asked_channel else None,
        barriers=tuple(sorted(b.value for b in told.barriers)),
        adjustments=tuple(sorted(a.value for a in told.adjustments)),
        route_channel=route.get("channel"),
        route_way=route.get("way"),
        route_reasons=tuple(route.get("reasons") or ()),
        route_alternatives=tuple(route.get("alternatives") or ()),
        policy_version=route.get("policy_version"),
        model_version=ending.model_version,
        ms=max(0.0, (now - turn.started_at).total_seconds() * 1000),  # a clock may be set back
        lsoa=ending.lsoa,
        answer_not_taken=ending.answer_not_taken,
        nothing_found=ending.nothing_found,
    )
