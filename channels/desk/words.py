"""The desk's words for codes, and how it writes times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.council import LONDON

REASONS: Mapping[str, str] = {
    "safety_suicide": "Danger: spoke of suicide or self-harm",
    "safety_danger_to_life": "Danger: someone's life is at risk",
    "safety_abuse": "Danger: spoke of abuse",
    "safety_child": "Danger: a child may be at risk",
    "safety_danger": "Danger to life",
    "citizen_asked_assisted": "Asked for a person",
    "citizen_asked_face_to_face": "Asked to come in",
    "citizen_asked_digital": "Asked to do it online",
    "citizen_asked_interpreter": "Asked for an interpreter",
    "citizen_asked_bsl": "Asked for British Sign Language",
    "citizen_asked_large_print": "Asked for large print",
    "citizen_asked_accessible_format": "Asked for Braille, audio or easy read",
    "citizen_asked_text_relay": "Asked for text relay",
    "citizen_asked_step_free": "Asked for step-free access",
    "citizen_asked_home_visit": "Asked for a home visit",
    "citizen_asked_more_time": "Asked for more time",
    "barrier_no_internet": "Has no internet",
    "barrier_no_device": "Has no device",
    "barrier_no_data": "Has no mobile data",
    "barrier_cannot_read_well": "Finds reading hard",
    "barrier_not_confident": "Is not confident online",
    "barrier_cannot_use_phone": "Cannot use the phone",
    "need_relational": "A talk, not a form",
    "need_urgent": "Urgent need",
    "need_not_online": "Cannot be done online",
    "need_confirmed": "Confirm the assistant's answer",
    "need_back_to_desk": "Back from the assistant's questions, as the desk asked",
    "need_had_a_person": "A colleague has had it before",
    "need_served_online": "Can be done online",
    "unsure_failed_turns": "The assistant did not understand, twice",
    "availability_closed": "Wrote out of hours",
    "availability_long_wait": "The wait was long",
    "availability_no_place_near": "There is no place near them",
    "error_assistant_down": "The assistant was not working",
    "error_council_down": "A council system was not working",
    "error_council_refused": "A council system refused the request",
    "error_council_nonsense": "A council system gave no sense",
    "error_unexpected": "Something went wrong",
    "error_not_delivered": "Our text messages do not arrive: call or write",
}
BARRIERS: Mapping[str, str] = {
    key.removeprefix("barrier_"): text for key, text in REASONS.items() if key.startswith("barrier")
}
ADJUSTMENTS: Mapping[str, str] = {
    "interpreter": "Interpreter",
    "bsl": "British Sign Language",
    "large_print": "Large print",
    "accessible_format": "Braille, audio or easy read",
    "text_relay": "Text relay",
    "step_free": "Step-free access",
    "home_visit": "Home visit",
    "more_time": "More time",
}
WAYS: Mapping[str, str] = {
    "talk_to_person": "Answer here",
    "urgent_person": "Answer now",
    "call_back": "Call them back",
    "leave_message": "Answer when you can",
    "home_visit": "Arrange a home visit",
    "appointment": "Arrange an appointment",
    "confirm": "Confirm or answer yourself",
}
OUTCOMES: Mapping[str, str] = {
    "resolved": "Resolved",
    "advice_given": "Advice given",
    "referred": "Referred to someone else",
    "appointment_made": "Appointment made",
    "no_answer": "No answer from the citizen",
}
STATES: Mapping[str, str] = {
    "waiting": "Waiting",
    "claimed": "With an agent",
    "returned": "Given back or called off",
}
"""What an open case, or one without an outcome, is found under."""
PRESENCES: Mapping[str, str] = {"available": "Available", "busy": "Busy", "away": "Away"}
AWAY_REASONS = ("On the phone", "On a break", "In a meeting", "Training", "Finishing a case")
NOTE_KINDS: Mapping[str, str] = {
    "note": "Note",
    "transfer": "Passed on",
    "referred": "Referred",
    "silence": "Sent back",
    "offered": "Asked first",
    "looked_again": "Looked at again",
}
GOT: Mapping[str, str] = {"yes": "Yes", "partly": "In part", "no": "No"}
"""Whether citizens got what they needed, in their own view."""
OPENED: Mapping[str, str] = {"case_opened": "opened it", "case_refused": "was refused"}
"""Entries of the staff log that say who looked at a case."""
URGENCIES: Mapping[str, str] = {"urgent": "Urgent", "soon": "Soon", "routine": "Routine"}
SYSTEMS: Mapping[str, str] = {
    "open311": "Reports",
    "cases": "Cases",
    "appointments": "Appointments",
    "email": "Sent by email",
}
"""The council's systems that references come from."""
CASE_STATES: Mapping[str, str] = {
    "open": "With the team.",
    "looking": "The team is looking into it.",
    "planned": "The work is planned or has begun.",
    "fixed": "Fixed.",
    "duplicate": "The same as another report.",
    "not_ours": "Not for the council to fix.",
    "no_action": "No more will be done on it.",
    "closed": "Closed.",
    "booked": "Booked.",
}
CASE_PROBLEMS: Mapping[str, str] = {
    "silent": "The system did not answer in time. How it is we do not know just now.",
    "unknown": "The system does not know this reference, or does not yet.",
    "nowhere": "It went by email: no system can be asked how it is.",
}
LINKED: Mapping[str, str] = {
    "number": "from the same phone number",
    "reference": "the citizen gave its reference and the phone number left with it",
}
"""How an earlier conversation was found to be the same citizen's."""
CHANNELS: Mapping[str, str] = {
    "digital": "Online",
    "assisted": "With a person",
    "face_to_face": "Face to face",
}
MEDIUMS: Mapping[str, str] = {"web": "Web chat", "sms": "Text message"}
SENDERS: Mapping[str, str] = {
    "citizen": "Citizen",
    "assistant": "Assistant",
    "agent": "Agent",
    "system": "Notice",
}


def words_for(code: str, among: Mapping[str, str]) -> str:
    """The words for ``code``; one that is new is at least made readable."""
    return among.get(code) or plain(code)


def plain(code: str) -> str:
    """``housing_options`` → ``Housing options``. Text that is no code stays as it is."""
    if code.replace("_", "").isalnum() and code == code.lower() and code.isascii():
        code = code.replace("_", " ").strip()
        return code[:1].upper() + code[1:]
    return code


def how_long(since: datetime, now: datetime) -> str:
    """``12 min``, ``1 h 5 min``, ``2 days``."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{minutes // (24 * 60)} days"


def clock_time(moment: datetime, now: datetime) -> str:
    """``09:42`` today, ``21 Nov 09:42`` before, in London."""
    local, today = moment.astimezone(LONDON), now.astimezone(LONDON)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}"
