"""The language of a message: heard where it can be, kept where it cannot."""

import numpy as np
import pytest

from nlu.components.language_identifier import LanguageIdentifier, without_names
from tests.unit.nlu.conftest import understood


def heard(component, text, **metadata):
    return understood(component, text, **metadata).get("language")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("there is a hole in my road", "en"),
        ("mae twll mawr yn y ffordd", "cy"),
        ("when is the library open", "en"),
        ("ble mae'r llyfrgell yn y dref", "cy"),
    ],
)
@pytest.mark.parametrize("known", [None, "en", "cy"])
def test_a_sentence_tells_its_language_whatever_came_before(trained, text, language, known):
    assert heard(trained(LanguageIdentifier), text, language=known) == language


@pytest.mark.parametrize(
    ("shares", "language"),
    [
        ({"ur-Latn": 0.6, "pa": 0.35, "en": 0.05}, "ur-Latn"),  # one of two, and not English
        ({"ur-Latn": 0.6, "en": 0.4}, "en"),
        ({"ur-Latn": 0.4, "pa": 0.3, "pl": 0.25, "en": 0.05}, "en"),
        ({"ur-Latn": 0.85, "en": 0.15}, "ur-Latn"),
    ],
)
def test_in_doubt_between_two_others_it_is_not_the_one_so_far(trained, shares, language):
    component = trained(LanguageIdentifier)
    heard, sure = component._guess("mujhe madad chahiye abhi", None, Sure(shares))
    assert heard == language and sure == pytest.approx(max(shares.values()))


class Sure:
    """A model that is sure of what it is told, whatever the text."""

    def __init__(self, shares):
        self.labels, self.shares = tuple(shares), shares

    def scores(self, text):
        return np.log(list(self.shares.values()))


def test_a_chosen_language_stays(trained):
    metadata = {"language": "cy", "language_chosen": True}
    assert heard(trained(LanguageIdentifier), "there is a hole in my road", **metadata) == "cy"


@pytest.mark.parametrize("text", ["na", "ok", "12", "SY1 2AS", "07700 900123", "😀", "?"])
@pytest.mark.parametrize("known", ["en", "cy"])
def test_what_tells_no_language_keeps_the_one_known(trained, text, known):
    assert heard(trained(LanguageIdentifier), text, language=known) == known


def test_without_any_sign_it_is_english(trained):
    assert heard(trained(LanguageIdentifier), "12") == "en"


def test_a_payload_keeps_the_language(trained):
    assert heard(trained(LanguageIdentifier), "/affirm", language="cy") == "cy"


def test_names_of_streets_are_not_listened_to():
    text = "12 Heol y Bont, SY1 2AS is where it is"
    entities = [
        {"entity": "address", "start": 0, "end": 14},
        {"entity": "postcode", "start": 16, "end": 23},
    ]
    assert without_names(text, entities).split() == [",", "is", "where", "it", "is"]
    assert "yfory" in without_names("yfory", [{"entity": "date", "start": 0, "end": 5}])
