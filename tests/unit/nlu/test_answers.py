"""What a model made of each evaluation message is kept in the words the audit reads."""

from __future__ import annotations

import json

from nlu.answers import answers_of, keep_answers

SERVICE = {"text": "my bin", "lang": "en", "variety": "sms", "intent": "service_bin_collection"}
PERSON = {"text": "person please", "lang": "en", "variety": "plain", "intent": "human"}
DANGER = {"text": "help", "lang": "so", "variety": "plain", "crisis": "abuse"}
LOOKALIKE = {"text": "dead battery", "lang": "so", "variety": "plain", "crisis": None}


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
