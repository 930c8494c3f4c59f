"""What is taken out of a citizen's words, and what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairness.redact import redact

SAID = [
    ("ring me on 07700 900123 please", "07700", "please"),
    ("my email is jo.bloggs+x@example.org.uk thanks", "jo.bloggs", "thanks"),
    ("my name is James Wilson, bin not taken", "Wilson", "bin not taken"),
    ("Fy enw i yw Siân Rees. Dim bin", "Rees", "Dim bin"),
    ("nazywam się Agnieszka Kowalczyk, kosz", "Kowalczyk", "kosz"),
    ("I live at 14 Oak Tree Lane and the light is out", "Oak Tree", "light is out"),
    ("its SY1 2AS near the school", "2AS", "near the school"),
    ("NI number QQ 12 34 56 C for benefits", "12 34 56", "for benefits"),
    ("card 4929 1234 5678 9012 was charged", "9012", "was charged"),
    ("born 03/04/1961 need a bus pass", "1961", "need a bus pass"),
    ("This is Mohammed Hussain about council tax", "Hussain", "about council tax"),
    ("Mrs Okafor here, flooded again", "Okafor", "flooded again"),
    ("see https://example.org/me?id=9", "example.org", "see"),
]


@pytest.mark.parametrize(("text", "gone", "stays"), SAID)
def test_s10_what_says_who_they_are_goes_and_the_need_stays(text, gone, stays):
    told = redact(text)
    assert gone not in told and stays in told and "[" in told


def test_what_they_told_in_a_form_goes_wherever_it_stands():
    told = redact("tell Priya i called, priya's bin", ["Priya", "01743 555"])
    assert "riya" not in told and "bin" in told


@pytest.mark.parametrize(
    "text", ["my bin was not collected", "dw i eisiau siarad â rhywun", "it has been 3 weeks",
             "bill for £120.50 is wrong", "this is a disgrace", "میرا کوڑا نہیں اٹھایا گیا"],
)  # fmt: skip
def test_ordinary_words_stay_as_they_are(text):
    assert redact(text) == text


@given(st.text(max_size=200))
def test_any_text_can_be_redacted_and_twice_is_as_good_as_once(text):
    once = redact(text)
    assert isinstance(once, str)
    assert redact(once).count("[email]") >= once.count("[email]")
