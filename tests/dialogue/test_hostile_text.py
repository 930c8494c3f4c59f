"""Text written to break the understanding, or to keep it busy: none raises, none takes long."""

import random
import time

import pytest

from bot.files.live_model import live_model
from nlu.parser import load_parser

LONGEST = 0.2
"""Seconds of processor time; the clock would count what else the machine does."""
CHANCE = random.Random(7)
WORDS = "my bin at 12 mill lane SY1 2AS on 3 june at 5pm £35 07700 900123"
HOSTILE = {
    "one letter": "x" * 10_000,
    "words": " ".join(CHANCE.choices(WORDS.split(" "), k=2500)),
    "every plane": "".join(chr(CHANCE.randrange(0x20, 0x110000)) for _ in range(10_000)),
    "binary": bytes(CHANCE.randrange(256) for _ in range(10_000)).decode("latin-1"),
    "nothing": "\0" * 10_000,
    "half characters": "\ud800" * 10_000,
    "digits": "1 " * 5000,
    "dates": "1/2/26 " * 1400,
    "money": "£1,000 " * 1400,
    "postcodes": "SY1 2AS " * 1250,
    "signs": "," * 10_000,
    "pictures": "😀" * 10_000,
    "no spaces": "我的垃圾桶" * 2000,
    "one that is eighteen": "ﷺ" * 10_000,
    "marks": "a" + "\u0301" * 9999,
}


@pytest.fixture(scope="module")
def parse(models):
    return load_parser(live_model(models).path)


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_understood_or_not_but_soon(parse, what):
    text = HOSTILE[what][:10_000]
    taken = []
    for _ in range(2):  # the first may load something
        began = time.process_time()
        parsed = parse(text, {"medium": "web"})
        taken.append(time.process_time() - began)
    assert parsed["intent"]["name"]
    assert min(taken) <= LONGEST


@pytest.mark.parametrize(
    "text", ["2", "12", "0", "07700 900123", "24/11/2026", "£5", "?!", "10:30"]
)
def test_without_a_letter_nobody_is_in_danger(parse, text):
    for language in ("en", "cy", "so"):
        parsed = parse(text, {"medium": "web", "language": language})
        assert not parsed["intent"]["name"].startswith("crisis"), parsed["intent"]
