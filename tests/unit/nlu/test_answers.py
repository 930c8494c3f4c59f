"""What a model made of each evaluation message is kept in the words the audit reads."""

from __future__ import annotations

import json

from bot.intents import DANGER_IN_FORM
from nlu.answers import answers_of, is_alarmed, keep_answers

SERVICE = {"text": "my bin", "lang": "en", "variety": "sms", "intent": "service_bin_collection"}
PERSON = {"text": "person please", "lang": "en", "variety": "plain", "intent": "human"}
DANGER = {"text": "help", "lang": "so", "variety": "plain", "crisis": "abuse"}
LOOKALIKE = {"text": "dead battery", "lang": "so", "variety": "plain", "crisis": None}


def test_danger_in_a_form_must_be_more_than_a_guess_unless_a_phrase_names_it():
    def heard(confidence, phrase=None, **more):
        wanted = {**DANGER, **more}
        made = {"kind": "crisis", "crisis": phrase, "confidence": confidence, "wanted": wanted}
        return is_alarmed(made)

    assert heard(0.3) and heard(DANGER_IN_FORM, asks="name")
    assert not heard(DANGER_IN_FORM - 0.01, asks="name")
    assert heard(0.0, phrase="abuse", asks="name")


def test_each_message_has_its_harm_its_group_and_whether_it_was_right(tmp_path):
    made = [
        {
            "text": "my bin",
            "intent": "service_bin_collection",
            "kind": "service",
            "wanted": SERVICE,
        },
        {"text": "person please", "intent": "greet", "kind": "smalltalk", "wanted": PERSON},
        {"text": "help", "intent": "help", "kind": "smalltalk", "wanted": DANGER},
        {"text": "dead battery", "intent": "x", "kind": "smalltalk", "wanted": LOOKALIKE},
    ]
    file = answers_of(tmp_path / "fairway-1.tar.gz")
    assert file.name == "fairway-1.answers.jsonl"
    keep_answers(file, made)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(one["what"], one["lang"], one["variety"], one["right"]) for one in lines] == [
        ("service misunderstood", "en", "sms", True),
        ("wish misunderstood", "en", "plain", False),
        ("danger missed", "so", "plain", False),
        ("false alarm", "so", "plain", True),
    ]
    assert len({one["id"] for one in lines}) == 4 and "bin" not in lines[0]["id"]
