"""The steps of a turn. Each looks at the turn and either ends it or leaves it to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.approval import CONFIRM
from bot.clear_yes import clear_answer
from bot.council_case import CouncilCase, council_cases
from bot.earlier_consent import NO, YES
from bot.errors import AssistantUnavailable
from bot.feedback import PAYLOADS
from bot.follow_up import follow_ups
from bot.handoff import ASSISTANT_DOWN, HandoffStatus
from bot.helper import ASKED_BY, SOMEBODY_ELSE
from bot.message import MAX_CHARACTERS, Button, Reply, Sender, has_words
from bot.need import Channel, Circumstances, Need, Urgency
from bot.opening_words import opening_in_words
from bot.outcome_rules import ASKING
from bot.passport import FORGET, KEEP, forgotten, kept, passport_word
from bot.replies import FALLBACK_LANGUAGE
from bot.routing import Doors, RoutingDecision, decide_route
from bot.turn_state import Ending, HandoffWanted, Topic, Turn, TurnParts, say
from bot.understanding import Answer

CONTACT_CENTRE, SAFEGUARDING = "contact_centre", "safeguarding"
MISUNDERSTOOD_LIMIT = 2


def answer_desk(turn: Turn, parts: TurnParts) -> Ending | None:
    """An agent wants a service's questions asked: these are our words, which no rule for citizens'
    words is for."""
    if turn.message.sender is not Sender.SYSTEM:
        return None
    return Ending("handed_passed_on") if turn.handoff else ask_assistant(turn, parts)


def answer_danger(turn: Turn, parts: TurnParts) -> Ending | None:
    """Danger to life: fixed words with numbers and an urgent handoff, whatever else is going on."""
    finding = parts.safety.danger(turn.message.text, turn.language)
    if finding is None:
        return None
    language = turn.language if turn.conversation.language_chosen else finding.language
    decision = _route(turn, parts, turn.conversation.circumstances, danger=True)
    replies = [say(parts, turn, f"safety_{finding.kind}", language)]
    if turn.handoff is None or turn.handoff.way == CONFIRM:  # nobody was promised a person yet
        replies.append(say(parts, turn, "route_assisted_urgent_person", language))
    reasons = (f"safety_{finding.kind}",)
    return Ending.with_route(
        f"safety_{finding.kind}",
        decision,
        replies=tuple(replies),
        language=language,
        raise_urgency=True,
        handoff=HandoffWanted(SAFEGUARDING, Urgency.URGENT.value, decision.way, reasons),
    )


def answer_passport(turn: Turn, parts: TurnParts) -> Ending | None:
    """KEEP and FORGET, by text, whoever has the case: what they need is the citizen's to say."""
    word = passport_word(turn.message.text) if turn.is_sms else None
    told = turn.conversation.circumstances
    if word == KEEP and not (told.adjustments or told.barriers or told.asked_channel):
        return Ending("answered_passport", (say(parts, turn, "passport_nothing"),))
    if word == KEEP:
        reply = say(parts, turn, "passport_kept")
        return Ending("answered_passport", (reply,), circumstances=kept(told))
    if word == FORGET:
        reply = say(parts, turn, "passport_forgotten")
        return Ending("answered_passport", (reply,), circumstances=forgotten(told))
    return None


def answer_earlier_consent(turn: Turn, parts: TurnParts) -> Ending | None:
    """Yes or no to an agent who wants to read what was said before, chosen or in clear words right
    after the question. It is no answer to anything else, whoever has the case by now."""
    yes = {YES: True, NO: False}.get(turn.sent)
    if yes is None and YES in turn.just_asked:
        yes = clear_answer(turn.message.text, turn.language)
    if yes is None:
        return None
    reply = say(parts, turn, "earlier_said_yes" if yes else "earlier_said_no")
    return Ending("answered_earlier", (reply,), earlier_consent=yes)


def answer_closing_question(turn: Turn, parts: TurnParts) -> Ending | None:
    """Whether they got what they needed, asked when their case was closed. Who did not is offered
    a person again. Only the answers on offer count: "no thanks" wants no more help."""
    got = PAYLOADS.get(turn.sent)
    if got is None:
        return None
    thanks = say(parts, turn, "closing_thanks" if got == "yes" else "closing_sorry")
    return Ending("answered_closing", (_with_ways_on(thanks, turn, parts),), got=got)


def pass_to_agent(turn: Turn, parts: TurnParts) -> Ending | None:
    """A person has it or will have it: the assistant stays silent.

    While nobody has claimed it the citizen may call it off; a handoff made only because
    the assistant was down is tried on the assistant again. Where an answer only waits for a yes,
    a plain request for a person is granted as at any other time.
    """
    if turn.handoff is None:
        return None
    waiting = turn.handoff.status is HandoffStatus.WAITING
    if waiting and turn.sent == "/something_else":
        return Ending(
            "answered_handoff_withdrawn",
            (_with_ways_on(say(parts, turn, "handoff_withdrawn"), turn, parts),),
            withdraw_handoff=True,
            circumstances=replace(turn.conversation.circumstances, asked_channel=None),
        )
    if waiting and (turn.sent == "/why" or parts.safety.asks_why(turn.message.text)):
        return Ending("answered_why", (_why(turn, parts, turn.handoff.reasons),))
    if waiting and turn.handoff.reasons == (ASSISTANT_DOWN,):
        return None
    if turn.handoff.way == CONFIRM and (asked := answer_plain_request(turn, parts)):
        return asked  # a yes to the assistant's answer is no person
    replies = (say(parts, turn, "handoff_passed_on"),) if waiting and turn.number % 3 == 0 else ()
    return Ending("handed_passed_on", replies)


def answer_unreadable(turn: Turn, parts: TurnParts) -> Ending | None:
    """Too long, or nothing but signs: say so, with another way to get help."""
    if len(turn.message.text) > MAX_CHARACTERS:
        reply = say(parts, turn, "error_too_long", limit=MAX_CHARACTERS)
        return Ending("refused_too_long", (_with_ways_on(reply, turn, parts),))
    if not turn.sent.startswith("/") and not has_words(turn.message.text):
        reply = say(parts, turn, "error_no_words")
        return Ending("refused_no_words", (_with_ways_on(reply, turn, parts),))
    return None


def answer_plain_request(turn: Turn, parts: TurnParts) -> Ending | None:
    """A plain request for a person is granted at once, with no assistant in between."""
    request = parts.safety.request(turn.message.text, turn.language)
    wants_person = turn.sent == "/human" or (request and request.channel is Channel.ASSISTED)
    if not wants_person:
        return None
    language = turn.language
    if request and turn.sent != "/human" and _speaks_otherwise(turn, request.language):
        language = request.language
    asked = replace(turn.conversation.circumstances, asked_channel=Channel.ASSISTED)
    decision = _route(turn, parts, asked)
    return Ending.with_route(
        "handed_citizen_asked",
        decision,
        replies=(_person_is_coming(turn, parts, decision, language),),
        handoff=_handoff(turn, parts, decision),
        circumstances=asked,
        language=language,
    )


def _speaks_otherwise(turn: Turn, language: str) -> bool:
    """Whether the message changes the language of the conversation. PERSON does not: the
    replies of every language tell people to type it."""
    is_keyword = language == FALLBACK_LANGUAGE and len(turn.message.text.split()) == 1
    return not turn.conversation.language_chosen and not is_keyword


def ask_assistant(turn: Turn, parts: TurnParts) -> Ending:
    """Rasa answers, or a person is asked to when it cannot. Barriers named in passing count,
    whatever the message is about."""
    turn = _with_barriers_heard(turn, parts)
    told, answers = turn.conversation.circumstances, []
    try:
        for message_id, text in (*turn.missed, (turn.message.id, _for_assistant(turn, parts))):
            answer = parts.assistant.ask(
                turn.conversation,
                message_id,
                text,
                told,
                turn.availability,
                for_desk=turn.message.sender is Sender.SYSTEM,
            )
            told = _circumstances(told, answer)
            answers.append(answer)
    except AssistantUnavailable:
        return _without_assistant(turn, parts)
    return _from_answers(turn, parts, answers, told)


def _with_barriers_heard(turn: Turn, parts: TurnParts) -> Turn:
    if turn.message.sender is not Sender.CITIZEN:
        return turn
    known = turn.conversation.circumstances
    heard = parts.safety.barriers(turn.message.text)
    told = replace(known, barriers=known.barriers | heard)
    return replace(turn, conversation=replace(turn.conversation, circumstances=told))


def _for_assistant(turn: Turn, parts: TurnParts) -> str:
    """A face-to-face request plain enough is sent on as the intent it is; so is ENGLISH."""
    if turn.sent.startswith("/"):
        return turn.sent
    if turn.language != FALLBACK_LANGUAGE and parts.safety.wants_english(turn.message.text):
        return "/change_language"
    request = parts.safety.request(turn.message.text, turn.language)
    if request and request.channel is Channel.FACE_TO_FACE:
        return "/face_to_face"
    return turn.sent


def _without_assistant(turn: Turn, parts: TurnParts) -> Ending:
    asked = replace(turn.conversation.circumstances, asked_channel=Channel.ASSISTED)
    # The citizen has not asked for it: neither they nor the audit may be told so.
    decision = replace(_route(turn, parts, asked), reasons=(ASSISTANT_DOWN,))
    key, values = "error_assistant_down", {"phone": parts.council_phone}
    if _for_assistant(turn, parts) == "/face_to_face":
        key, values = "face_to_face_without_assistant", {"place": parts.main_place}
    wanted = None
    if turn.handoff is None:
        wanted = replace(_handoff(turn, parts, decision), reasons=(ASSISTANT_DOWN,))
    return Ending.with_route(
        ASSISTANT_DOWN, decision, replies=(say(parts, turn, key, **values),), handoff=wanted
    )


def _from_answers(
    turn: Turn, parts: TurnParts, answers: list[Answer], circumstances: Circumstances
) -> Ending:
    """The ending of all ``answers``, the last one this message's, those before to what an outage
    had left unanswered: whatever any of them granted is granted."""
    answer = answers[-1]
    replies = tuple(
        Reply(said.text, said.lang, Sender.ASSISTANT, said.buttons)
        for one in answers
        for said in one.said
    )
    if turn.helper_heard:
        replies = (say(parts, turn, "helper_noted"), *replies)
    granting = _granting(answers)
    wanted = _handoff_from(granting) if granting else None
    if wanted is None and circumstances.failed_turns >= MISUNDERSTOOD_LIMIT:
        decision = _route(turn, parts, circumstances)
        wanted = _handoff(turn, parts, decision)
        replies = (*replies, say(parts, turn, "misunderstood_twice"))
    elif not replies:
        replies = (_with_ways_on(say(parts, turn, "error_no_words"), turn, parts),)
    routes, languages = (granting or answer).events_of("route"), answer.events_of("language")
    language = answer.understanding.language or turn.language
    return Ending(
        name="handed_assistant" if wanted else _answered(answer),
        replies=replies,
        handoff=wanted,
        withdraw_handoff=turn.handoff is not None and wanted is None,
        circumstances=circumstances,
        language=str(languages[-1]["language"]) if languages else language,
        language_chosen=bool(languages),
        understanding=answer.understanding,
        route=routes[-1] if routes else None,
        misunderstood=bool(answer.events_of("misunderstood")),
        told=next((told for one in reversed(answers) if (told := _told(one)) is not None), None),
        follow_ups=follow_ups(
            (event for one in answers for event in one.events),
            turn.conversation.id,
            turn.started_at,
        ),
        model_version=answer.model_version,
        lsoa=_area(answer),
        answer_not_taken=bool(answer.events_of("answer_not_taken")),
        nothing_found=bool(answer.events_of("nothing_found")),
        council_cases=_council_cases(turn, answers),
    )


def _council_cases(turn: Turn, answers: list[Answer]) -> tuple[CouncilCase, ...]:
    service = str((_told(answers[-1]) or {}).get("service") or "")[:60]
    events = (event for one in answers for event in one.events)
    return council_cases(events, turn.conversation.id, service, turn.started_at)


def _area(answer: Answer) -> str | None:
    """The small area of the last postcode that was looked up, as its own code."""
    codes = [str(event.get("lsoa") or "") for event in answer.events_of("area")]
    known = [code for code in codes if code.isalnum() and len(code) <= 12]
    return known[-1] if known else None


def _answered(answer: Answer) -> str:
    """Whether the turn ended with a question: who is silent then has left in the middle."""
    told = answer.events_of("told")
    return ASKING if told and told[-1].get("asking") else "answered_assistant"


def _circumstances(known: Circumstances, answer: Answer) -> Circumstances:
    """What is known of the citizen after ``answer``."""
    told = answer.events_of("circumstances")
    failed = known.failed_turns
    if told:
        reported = Circumstances.from_json({**known.as_json(), **told[-1]})
        known = replace(reported, barriers=reported.barriers | known.barriers)
        failed = known.failed_turns if "failed_turns" in told[-1] else failed
    return replace(known, failed_turns=failed + 1 if answer.events_of("misunderstood") else 0)


def _granting(answers: list[Answer]) -> Answer | None:
    """The answer that hands over to a person: an urgent one, else the newest."""
    granting = [one for one in reversed(answers) if one.events_of("handoff")]
    return max(granting, key=_is_urgent, default=None)  # the first of equals


def _is_urgent(answer: Answer) -> bool:
    return bool(answer.events_of("handoff")[-1].get("urgency") == Urgency.URGENT.value)


def _handoff_from(answer: Answer) -> HandoffWanted:
    event = answer.events_of("handoff")[-1]
    return HandoffWanted(
        team=str(event.get("team") or CONTACT_CENTRE),
        urgency=str(event.get("urgency") or Urgency.ROUTINE.value),
        way=str(event.get("way") or "talk_to_person"),
        reasons=tuple(str(r) for r in event.get("reasons") or ()),
        summary=_mapping(event.get("summary")),
        contact=_mapping(event.get("contact")),
    )


def _told(answer: Answer) -> Mapping[str, Any] | None:
    events = answer.events_of("told")
    return _mapping(events[-1].get("summary")) if events else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _why(turn: Turn, parts: TurnParts, reasons: tuple[str, ...]) -> Reply:
    """The reasons for a handoff in plain words, as far as there are words for them."""
    keys = [f"reason_{code}" for code in reasons if parts.replies.has(f"reason_{code}")]
    if not keys:
        return say(parts, turn, "why_nothing_yet")
    medium = turn.conversation.medium.value
    lines = "\n".join(f"- {parts.replies.say(key, turn.language, medium)}" for key in keys)
    return say(parts, turn, "why_reasons", lines=lines, version=parts.policy.version)


def _route(
    turn: Turn, parts: TurnParts, circumstances: Circumstances, *, danger: bool = False
) -> RoutingDecision:
    return decide_route(
        Need(), circumstances, turn.availability, Doors(), parts.policy, danger=danger
    )


def _handoff(turn: Turn, parts: TurnParts, decision: RoutingDecision) -> HandoffWanted:
    """A handoff to those who deal with what was spoken of, with everything the citizen has told
    us, so that nothing is asked again."""
    topic = parts.topic_of(str(turn.conversation.told.get("service") or ""))
    topic = topic or Topic(CONTACT_CENTRE, Urgency.ROUTINE.value)
    return HandoffWanted(
        topic.team,
        topic.urgency,
        decision.way,
        decision.reasons,
        summary=_told_by(turn),
    )


def _told_by(turn: Turn) -> Mapping[str, Any]:
    if not turn.conversation.circumstances.for_other:
        return turn.conversation.told
    return {**turn.conversation.told, ASKED_BY: SOMEBODY_ELSE}


def _person_is_coming(
    turn: Turn, parts: TurnParts, decision: RoutingDecision, language: str
) -> Reply:
    key = f"route_assisted_{decision.way}"
    opens, medium = turn.availability.next_open, turn.conversation.medium.value
    when = opening_in_words(opens, parts.replies, language, medium)
    reply = say(parts, turn, key, language, next_open=when)
    title = parts.replies.say("button_something_else", language, "web")
    return replace(reply, buttons=(Button(title, "/something_else"),))


def _with_ways_on(reply: Reply, turn: Turn, parts: TurnParts) -> Reply:
    """The same reply with a person and a place on offer: no answer is digital-only."""
    titles = (("button_person", "/human"), ("button_come_in", "/face_to_face"))
    buttons = tuple(Button(parts.replies.say(k, reply.lang, "web"), p) for k, p in titles)
    return replace(reply, buttons=buttons)
