"""What the names of intents say: which service, and which kind of message."""

from __future__ import annotations

SERVICE_PREFIX = "service_"
CRISIS_PREFIX = "crisis_"
ELSEWHERE_PREFIX = "elsewhere_"
FALLBACK = "nlu_fallback"
DANGER_IN_FORM = 0.4
"""The confidence from which danger that only the model hears interrupts a form. Words of the first
check (bot/safety.py) always do."""
WISHES = frozenset({"human", "face_to_face", "digital_barrier"})
"""How the citizen wants, or is able, to be served: what is said of a service beside it can wait."""
NAMED_KINDS = frozenset(
    {"human", "face_to_face", "digital_barrier", "adjustment", "crisis", "out_of_scope"}
)


def service_of(intent: str) -> str | None:
    """The card id in ``service_<id>``, or None when the intent is no service."""
    return intent[len(SERVICE_PREFIX) :] if intent.startswith(SERVICE_PREFIX) else None


def danger_of(intent: str) -> str | None:
    """The kind of danger in ``crisis_<kind>``, or None when the intent is no danger."""
    return intent[len(CRISIS_PREFIX) :] if intent.startswith(CRISIS_PREFIX) else None


def elsewhere_of(intent: str) -> str | None:
    """The matter in ``elsewhere_<matter>``, which another body deals with, or None."""
    return intent[len(ELSEWHERE_PREFIX) :] if intent.startswith(ELSEWHERE_PREFIX) else None


def kind_of(intent: str) -> str:
    """``service``, one of the named kinds, or ``smalltalk``.

    A message that was not understood, or that another body deals with, counts as
    ``out_of_scope``.
    """
    if intent.startswith(SERVICE_PREFIX):
        return "service"
    if danger_of(intent):
        return "crisis"
    if intent == FALLBACK or elsewhere_of(intent):
        return "out_of_scope"
    return intent if intent in NAMED_KINDS else "smalltalk"
