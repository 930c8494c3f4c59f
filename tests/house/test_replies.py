"""House rules for what Fairway says: every key, in every language, plain, and short on SMS."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pytest
import smsutil

from actions.elsewhere import load_elsewhere
from bot.files.cards import load_cards
from bot.files.catalogues import load_catalogues, missing, placeholders
from bot.files.council import load_council
from bot.files.policy import load_policy
from bot.need import Adjustment, Barrier, Channel, NeedKind, Urgency

# textstat 0.7.4 imports pkg_resources, which today's setuptools has dropped. It is only used
# for word lists that the Flesch-Kincaid grade does not need.
sys.modules.setdefault("pkg_resources", types.ModuleType("pkg_resources"))
import textstat  # noqa: E402

ROOT = Path(__file__).parents[2]
REPLIES = load_catalogues(ROOT / "bot" / "replies")
ENGLISH = REPLIES.texts["en"]
OTHERS = sorted(set(REPLIES.languages) - {"en"})

HARDEST_GRADE = 5.0
LONGEST_SMS = 306
"""GSM-7 characters: two parts."""
WORST = {
    "council": "Shropshire Council",
    "phone": "0345 678 9000",
    "service": "Housing and homelessness help",
    "current": "Housing and homelessness help",
    "url": "https://www.shropshire.gov.uk/bins-and-recycling/report-a-missed-bin",
    "place": "Shrewsbury Library, Castle Gates, Shrewsbury SY1 2AS",
    "name": "Market Drayton library",
    "reference": "SC-2026-1234567",
    "postcode": "SY11 2BB",
    "number": "07700 900123",
    "next_open": "Wednesday 09:00",
    "agent": "Alexandria",
    "relay": "18001 0345 678 9000",
    "when": "Wednesday 24 September, 10:00",
    "question": "Is there more that helps us find it?",
    "date": "24/11/2026",
    "metres": "100",
    "miles": "12.3",
    "body": "Department for Work and Pensions (DWP)",
    "state": "We knew of it. Both are now one report.",
    "languages": ", ".join(load_council(ROOT / "bot" / "council.yml").languages.values()),
}
_CARRIES = frozenset(
    {"lines", "notice", "sentence", "reason", "notes", "pending", "opening", "languages"}
)
"""Places that carry a list or a council system's own words: how long those are is not ours."""
_NAMES_OF_DAYS = re.compile(r"^(month|weekday|weekday_short|opening|label)_|^date_today$")
"""One word each; a grade of one word says nothing, and June has no plainer name."""


def _cases(texts: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    return sorted(texts)


@pytest.mark.parametrize("language", OTHERS)
def test_every_reply_is_there_in_every_language(language: str) -> None:
    assert missing(REPLIES, language) == []
    assert set(ENGLISH) == set(REPLIES.texts[language])


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_places(language: str) -> None:
    texts = REPLIES.texts[language]
    wrong = [w for w in set(ENGLISH) & set(texts) if _places(texts[w]) != _places(ENGLISH[w])]
    assert wrong == []


def _places(text: str) -> list[str]:
    """Every place, and how often it is there."""
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_what_it_is_and_that_nobody_has_checked_it(language: str) -> None:
    header = (ROOT / "bot" / "replies" / f"{language}.po").read_text("utf-8")[:600]
    assert f'"Language: {language}\\n"' in header
    written = " ".join(header.replace("#", " ").split())
    assert "machine-written, awaiting review by a native speaker" in written


@pytest.mark.parametrize("language", OTHERS)
def test_the_word_that_brings_english_back_is_told(language: str) -> None:
    assert "ENGLISH" in REPLIES.texts[language]["language_changed", ""]


def test_the_shipped_council_offers_every_language_english_and_welsh_first() -> None:
    offered = load_council(ROOT / "bot" / "council.yml").languages
    assert list(offered)[:2] == ["en", "cy"]
    assert set(offered) == set(REPLIES.languages)


@pytest.mark.parametrize(("key", "medium"), _cases(dict(ENGLISH)))
def test_L1_english_is_plain(key: str, medium: str) -> None:
    if _NAMES_OF_DAYS.match(key):
        return
    text = re.sub(r"\{\w+\}", "this", ENGLISH[key, medium])
    assert textstat.flesch_kincaid_grade(text) <= HARDEST_GRADE


@pytest.mark.parametrize("key", sorted({key for key, _ in ENGLISH}))
@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_L3_every_text_message_fits(language: str, key: str) -> None:
    text = REPLIES.texts[language].get((key, "sms")) or REPLIES.texts[language][key, ""]
    if placeholders(text) & _CARRIES:
        text = re.sub(r"\{(%s)\}" % "|".join(_CARRIES), "", text)  # noqa: UP031
    said = text.format_map({**dict.fromkeys(placeholders(text), ""), **WORST})
    parts = smsutil.split(said)
    if language == "en":
        assert not said or smsutil.is_valid_gsm(said), f"{key} has letters that double the price"
        assert sum(len(part.content) for part in parts.parts) <= LONGEST_SMS
    else:
        assert len(parts.parts) <= 6


def _code(enum: str, value: str) -> str:
    return f"{enum}_{value}"


REASONS = sorted(
    {
        *(_code("barrier", b.value) for b in Barrier),
        *(_code("citizen_asked", a.value) for a in Adjustment),
        *(_code("citizen_asked", c.value) for c in Channel),
        *(_code("need", k.value) for k in NeedKind),
        *(_code("need", u.value) for u in Urgency),
        *re.findall(
            r'"((?:safety|citizen_asked|barrier|need|unsure|availability|error)_[a-z_]+)"',
            "".join(
                (ROOT / path).read_text("utf-8")
                for path in ("bot/routing.py", "bot/turn_steps.py", "actions/trouble.py")
            ),
        ),
        *(f"safety_{kind}" for kind in ("suicide", "danger_to_life", "abuse", "child", "crisis")),
    }
    - {"error_too_long", "error_no_words", "error_passed_on", "error_person_asked"}
    - {"need_served"}
)


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_can_be_explained(code: str) -> None:
    assert REPLIES.has(f"reason_{code}")


KEYS = sorted(
    {
        key
        for path in [*(ROOT / "actions").glob("*.py"), *(ROOT / "bot").glob("*.py")]
        for key in re.findall(
            r'(?:\.say\(|say\(parts, turn,|\.text\(|\.button\(|key=|Say\()\s*"([a-z_0-9]+)"',
            path.read_text("utf-8"),
        )
    }
)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_the_code_says_is_in_the_catalogue(key: str) -> None:
    assert REPLIES.has(key)


def test_the_parts_put_together_from_codes_are_all_there() -> None:
    ways = ("talk_to_person", "call_back", "leave_message", "urgent_person")
    part = ("morning", "afternoon", "evening", "day", "day_with_break", "day_and_evening")
    mixed = ("day_and_evening_with_break", "afternoon_and_evening", "morning_and_evening", "ask")
    keys = [
        *(f"route_assisted_{way}" for way in ways),
        *(f"adjustment_{one.value}" for one in Adjustment),
        *(f"opening_{one}" for one in (*part, *mixed)),
        *(f"weekday_{n}" for n in range(7)),
        *(f"weekday_short_{n}" for n in range(7)),
        *(f"month_{n}" for n in range(1, 13)),
        *(f"call_back_booked{end}" for end in ("", "_same", "_closed", "_same_closed")),
    ]
    assert [key for key in keys if not REPLIES.has(key)] == []


def test_every_matter_of_another_body_says_whose_it_is() -> None:
    domain = (ROOT / "bot" / "rasa" / "domain.yml").read_text("utf-8")
    matters = set(re.findall(r"^  - elsewhere_(\w+):", domain, re.MULTILINE))
    assert matters and matters == set(load_elsewhere())


def test_the_shipped_files_are_read() -> None:
    assert load_cards(ROOT / "bot" / "services")
    assert load_policy(ROOT / "bot" / "routing_policy.yml")


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("safety_suicide", ("999", "116 123", "111", "85258")),
        ("safety_danger_to_life", ("999", "0800 111 999")),
        ("safety_abuse", ("999", "55", "0808 2000 247", "0808 80 10 800")),
        ("safety_child", ("999", "0808 800 5000", "0800 1111")),
    ],
)
@pytest.mark.parametrize("language", ["en", *OTHERS])
@pytest.mark.parametrize("medium", ["web", "sms"])
def test_L4_crisis_texts_have_every_number(
    language: str, medium: str, key: str, numbers: tuple[str, ...]
) -> None:
    text = REPLIES.say(key, language, medium)
    assert [number for number in numbers if number not in text] == []


@pytest.mark.parametrize("key", ["error_assistant_down", "face_to_face_without_assistant"])
@pytest.mark.parametrize("language", ["en", *OTHERS])
@pytest.mark.parametrize("medium", ["web", "sms"])
def test_while_only_the_first_check_listens_the_answer_names_999(
    language: str, medium: str, key: str
) -> None:
    assert "999" in REPLIES.say(key, language, medium, phone="0345 000 0000", place="Library")
