"""How much of what independent writers sent the first check hears, language by language.

Their messages are the training phrases of ``*_i.yml``: the writers had seen no phrase of the check,
which was mended after reading them. So these are no figures of what strangers write (see
docs/understanding.md for those), but what was won stays won.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.safety import check_safety

DATA = Path(__file__).parents[3] / "nlu" / "data"
HEARD = {  # language: (dangers heard at least, look-alikes that may ring)
    "ar": (86, 0), "bn": (84, 0), "cy": (71, 0), "en": (250, 2),
    "pa": (86, 0), "pl": (71, 0), "pt": (71, 0),
    "ro": (71, 0), "so": (81, 0), "uk": (71, 0),
    "ur": (87, 0), "ur-Latn": (87, 0), "zh": (89, 0),
}  # fmt: skip
"""Of 71 dangers and more, and 40 look-alikes and more, in each."""


def messages(language: str, file: str) -> list[str]:
    """The phrases of one file."""
    blocks = yaml.safe_load((DATA / language / file).read_text("utf-8"))["nlu"]
    return [line[2:] for block in blocks for line in block["examples"].splitlines()]


@pytest.mark.parametrize("language", HEARD)
def test_the_first_check_hears_as_much_as_it_did(language):
    silent = [text for text in messages(language, "crisis_i.yml") if not check_safety(text)]
    heard = len(messages(language, "crisis_i.yml")) - len(silent)
    assert heard >= HEARD[language][0], silent


@pytest.mark.parametrize("language", HEARD)
def test_no_more_look_alikes_ring_than_did(language):
    rings = [text for text in messages(language, "lookalike_i.yml") if check_safety(text)]
    assert len(rings) <= HEARD[language][1], rings


def test_every_language_with_phrases_is_held_to_it():
    assert HEARD.keys() == {path.parent.name for path in DATA.glob("*/crisis_i.yml")}


@pytest.mark.parametrize(
    "text",
    [
        "waters gone and i can feel the feet",
        "wife is having the baby here on the bathroom floor",
        "my grandad with alzheimers got out in his slippers its snowing",
        "there's water up to my nan's bed and she's stuck",
        "kid has got drain cleaner in his eyes",
        "toddler hanging out of a third floor window",
        "hes trying to kick the front door in",
        "hear gunshots by the shops",
    ],
)
def test_danger_in_other_words_of_the_same_kinds_is_heard(text):
    assert check_safety(text)


@pytest.mark.parametrize(
    "text",
    [
        "the recycling bin is blue, is that for paper",
        "do you offer unconscious bias training",
        "the market is dying on its feet",
        "i shot a video of the fly tipping",
        "the water has gone off again, a burst main",
        "i am having a baby in march and need to register the birth",
        "my mum fell last year and wants a rail",
        "the council is bleeding money",
        "we push the pram up that hill every day, it is a labour of love",
        "where do i renew my shotgun certificate",
    ],
)
def test_everyday_business_in_the_same_words_is_left_alone(text):
    assert check_safety(text) is None
