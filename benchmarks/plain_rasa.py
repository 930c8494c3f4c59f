"""Plain Rasa on the same phrases: what ``rasa init`` sets up, with one reply an intent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

# The pipeline and policies that `rasa init` of Rasa 3.6 writes as its defaults.
CONFIG = """\
recipe: default.v1
assistant_id: plain
language: en
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
- name: EntitySynonymMapper
- name: ResponseSelector
  epochs: 100
  constrain_similarities: true
- name: FallbackClassifier
  threshold: 0.3
  ambiguity_threshold: 0.1
policies:
- name: MemoizationPolicy
- name: RulePolicy
- name: UnexpecTEDIntentPolicy
  max_history: 5
  epochs: 100
- name: TEDPolicy
  max_history: 5
  epochs: 100
  constrain_similarities: true
"""


def write_project(folder: Path, phrases: Mapping[str, Sequence[str]]) -> None:
    """A Rasa project in ``folder``: ``phrases`` is intent → training phrases."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(CONFIG, "utf-8")
    (folder / "credentials.yml").write_text("rest:\n", "utf-8")
    (folder / "endpoints.yml").write_text("{}\n", "utf-8")
    _write(folder / "domain.yml", _domain(list(phrases)))
    _write(folder / "data" / "nlu.yml", _nlu(phrases))
    _write(folder / "data" / "stories.yml", _stories(list(phrases)))


def _write(path: Path, data: Mapping[str, object]) -> None:
    text = yaml.safe_dump({"version": "3.1", **data}, allow_unicode=True, sort_keys=False)
    path.write_text(text, "utf-8")


def _domain(intents: Sequence[str]) -> Mapping[str, object]:
    return {
        "intents": list(intents),
        "responses": {f"utter_{i}": [{"text": f"This is about {i}."}] for i in intents},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def _nlu(phrases: Mapping[str, Sequence[str]]) -> Mapping[str, object]:
    return {
        "nlu": [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
            for intent, texts in phrases.items()
        ]
    }


def _stories(intents: Sequence[str]) -> Mapping[str, object]:
    def step(intent: str) -> list[Mapping[str, str]]:
        return [{"intent": intent}, {"action": f"utter_{intent}"}]

    return {
        "stories": [{"story": f"ask {i}", "steps": step("greet") + step(i)} for i in intents],
        "rules": [{"rule": f"answer {i}", "steps": step(i)} for i in intents],
    }
