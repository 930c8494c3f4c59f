"""Barriers, adjustments and languages are heard in plain words of every language."""

from __future__ import annotations

import pytest

from actions.action_change_language import NOT_OURS, wanted_language
from actions.bin_day import says_missed
from actions.heard import heard_adjustments, heard_barriers
from bot.safety import SafetyCheck, shipped_safety_check

CHECK = shipped_safety_check()


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
        ("ma haysto internet", "no_internet"),
        ("немає інтернету вдома", "no_internet"),
        ("ما عندي نت", "no_internet"),
    ],
)
def test_barriers(text: str, barrier: str) -> None:
    assert barrier in {one.value for one in heard_barriers(text, CHECK)}


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
        ("потрібен перекладач", "interpreter"),
        ("turjubaan ayaan u baahanahay", "interpreter"),
        ("braille", "accessible_format"),
        ("an easy read version", "accessible_format"),
        ("fersiwn hawdd ei ddarllen", "accessible_format"),
    ],
)
@pytest.mark.parametrize("language", ["en", "uk", "so"])
def test_adjustments(text: str, adjustment: str, language: str) -> None:
    assert adjustment in {one.value for one in heard_adjustments(text, CHECK, language)}


def test_an_unknown_need_is_not_guessed() -> None:
    assert heard_adjustments("something special", CHECK, "en") == frozenset()


def test_a_language_without_phrases_is_no_error() -> None:
    empty = SafetyCheck({})
    assert heard_adjustments("потрібен перекладач", empty, "uk") == frozenset()
    assert {one.value for one in heard_barriers("немає", empty)} == {"not_confident"}
    assert wanted_language("українською", "en", empty) is None


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


@pytest.mark.parametrize(
    ("text", "now", "wanted"),
    [
        ("Cymraeg", "en", "cy"),
        ("yn Gymraeg plis", "en", "cy"),
        ("in English please", "cy", "en"),
        ("Saesneg", "cy", "en"),
        ("polski / Polish", "en", "pl"),
        ("Pwyleg", "cy", "pl"),
        ("română", "en", "ro"),
        ("اردو", "en", "ur"),
        ("roman urdu please", "en", "ur-Latn"),
        ("urdu in english letters", "ur", "ur-Latn"),
        ("ਪੰਜਾਬੀ", "en", "pa"),
        ("বাংলা", "en", "bn"),
        ("بالعربية من فضلك", "en", "ar"),
        ("af soomaali", "en", "so"),
        ("português", "en", "pt"),
        ("中文", "en", "zh"),
        ("українською", "ar", "uk"),
        ("англійською", "uk", "en"),
        ("ENGLISH", "bn", "en"),
        ("my english is bad, polish please", "en", "pl"),
        ("i speak spanish, no english", "en", NOT_OURS),
        ("can i change the language pls", "en", None),
        ("/change_language", "cy", None),
    ],
)
def test_languages(text: str, now: str, wanted: str | None) -> None:
    assert wanted_language(text, now, CHECK) == wanted
