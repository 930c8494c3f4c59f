"""Barriers and adjustments are heard in plain words of both languages."""

from __future__ import annotations

import pytest

from actions.action_change_language import wanted_language
from actions.bin_day import says_missed
from actions.heard import heard_adjustments, heard_barriers


@pytest.mark.parametrize(
    ("text", "barrier"),
    [
        ("I've got no internet", "no_internet"),
        ("sdim rhyngrwyd da fi", "no_internet"),
        ("i dont have a computer", "no_device"),
        ("run out of data", "no_data"),
        ("I can't read very well", "cannot_read_well"),
        ("methu darllen yn dda", "cannot_read_well"),
        ("im no good with computers", "not_confident"),
        ("I am deaf and cant use the phone", "cannot_use_phone"),
        ("this is too much for me", "not_confident"),
    ],
)
def test_barriers(text: str, barrier: str) -> None:
    assert barrier in {one.value for one in heard_barriers(text)}


@pytest.mark.parametrize(
    ("text", "adjustment"),
    [
        ("i need a BSL signer", "bsl"),
        ("do you have an interpreter", "interpreter"),
        ("angen cyfieithydd", "interpreter"),
        ("can i have it in large print", "large_print"),
        ("print bras os gwelwch yn dda", "large_print"),
        ("I use Relay UK", "text_relay"),
        ("I'm in a wheelchair", "step_free"),
        ("can someone come to my house", "home_visit"),
        ("i need a bit more time", "more_time"),
    ],
)
def test_adjustments(text: str, adjustment: str) -> None:
    assert adjustment in {one.value for one in heard_adjustments(text)}


def test_an_unknown_need_is_not_guessed() -> None:
    assert heard_adjustments("something special") == frozenset()


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("my bin wasn't emptied", True),
        ("you missed us", True),
        ("the lorry never came", True),
        ("methwyd casglu'r bin", True),
        ("when is my bin day", False),
        ("bin collection dates", False),
    ],
)
def test_a_missed_bin_is_heard(text: str, missed: bool) -> None:
    assert says_missed(text) is missed


def test_languages() -> None:
    assert wanted_language("Cymraeg", "en") == "cy"
    assert wanted_language("in English please", "cy") == "en"
    assert wanted_language("/change_language", "cy") == "en"
    assert wanted_language("polski / Polish", "en") is None
