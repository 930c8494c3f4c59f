"""Whatever is said in whatever order: an answer, a way to a person, slots that fit in JSON."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.actions.driver import start_talk

TEXTS = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from(
        (
            "SY1 2AS",
            "ZZ9 9ZZ",
            "1",
            "2",
            "yes",
            "no",
            "skip",
            "back",
            "cancel",
            "07700 900123",
            "Castle Gates, Shrewsbury",
            "no, number 12",
            "my bin was missed",
            "cymraeg",
            "i need bsl",
            "no internet",
            "пропустити",
            "haan ji",
            "polski",
            "نعم",
        )
    ),
)
INTENTS = st.sampled_from(
    (
        "service_pothole",
        "service_bin_collection",
        "service_library",
        "service_bulky_waste",
        "service_care_assessment",
        "service_homelessness",
        "service_council_tax_bill",
        "service_of_tomorrow",
        "human",
        "face_to_face",
        "digital_barrier",
        "adjustment",
        "why",
        "something_else",
        "change_language",
        "crisis_child",
        "elsewhere_tax",
        "elsewhere_utilities",
        "status",
        "affirm",
        "deny",
        "greet",
        "nlu_fallback",
        "nlu_fallback",
        "nlu_fallback",
    )
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, INTENTS, st.floats(0, 1)), min_size=1, max_size=10),
    st.sampled_from(("web", "sms")),
)
def test_every_conversation_is_answered(turns: list[tuple[str, str, float]], medium: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        talk = start_talk(Path(folder), medium=medium)
        for text, intent, confidence in turns:
            heard = talk.say(text, intent, confidence)
            assert "error_unexpected" not in heard.keys, (text, intent)
            talk.slots = json.loads(json.dumps(talk.slots))
