"""Train and ask one pipeline, alone in its process: ``nlu/benchmark.py`` starts it.

    python -m nlu.benchmark_one fairway|rasa_default FOLDER

Reads ``FOLDER/job.json``, writes ``FOLDER/answers.json``: labels, confidences (0 to 1), and
costs: training seconds, milliseconds a message, both by the clock and of the processor (all
threads), which is the truer where other work runs beside it, and peak resident memory in MB
(10^6 bytes).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.rasa.quiet import make_logs_quiet
from nlu.parser import load_parser

OURS = """\
recipe: default.v1
assistant_id: benchmark
language: en
pipeline:
- name: nlu.components.uk_entities.UkEntities
- name: nlu.components.language_identifier.LanguageIdentifier
- name: nlu.components.intent_classifier.IntentClassifier
  threshold: 0.0
"""
THEIRS = """\
recipe: default.v1
assistant_id: benchmark
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
"""
"""The understanding of ``rasa init``, without its threshold, which would hide confidences."""
CONFIGS = {"fairway": OURS, "rasa_default": THEIRS}


def main() -> int:
    name, folder = sys.argv[1], Path(sys.argv[2])
    make_logs_quiet()
    job = json.loads((folder / "job.json").read_text("utf-8"))
    os.environ.update(RASA_TELEMETRY_ENABLED="false", RASA_MAX_CACHE_SIZE="0")
    config, data = write_project(folder, CONFIGS[name], job["train"])
    began, worked = time.perf_counter(), time.process_time()
    model = _train(config, data, folder)
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    sys.stderr.write(f"{name}: trained in {seconds:.0f} s; asking {len(job['test'])} messages…\n")
    answers = ask(model, job["test"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    answers["costs"] |= {
        "training_seconds": seconds,
        "training_cpu_seconds": worked,
        "peak_memory_mb": peak,
    }
    (folder / "answers.json").write_text(json.dumps(answers), "utf-8")
    return 0


def write_project(folder: Path, config: str, train: Mapping[str, Any]) -> tuple[Path, Path]:
    """Config and training data as Rasa reads them. Labels get names that Rasa takes."""
    phrases: dict[str, list[str]] = {}
    for text, label in zip(train["texts"], train["labels"], strict=True):
        phrases.setdefault(label, []).append(" ".join(text.split()))
    blocks = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)}
        for label, texts in phrases.items()
    ]
    settings, data = folder / "config.yml", folder / "nlu.yml"
    settings.write_text(config, "utf-8")
    text = yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False)
    data.write_text(text, "utf-8")
    return settings, data


def _train(config: Path, data: Path, folder: Path) -> Path:
    from rasa.model_training import train_nlu

    made = train_nlu(str(config), str(data), str(folder), fixed_model_name="model")
    return Path(str(made))


def ask(model: Path, texts: Sequence[str]) -> dict[str, Any]:
    """Every message's label and confidence, asked one at a time."""
    parse = load_parser(model)
    parse(texts[0], {})  # the first one loads what is loaded late
    labels, sure, times, works = [], [], [], []
    for text in texts:
        began, worked = time.perf_counter(), time.process_time()
        intent = parse(text, {}).get("intent") or {}
        times.append((time.perf_counter() - began) * 1000)
        works.append((time.process_time() - worked) * 1000)
        labels.append(intent.get("name"))
        sure.append(float(intent.get("confidence") or 0.0))
    timed, worked_for = sorted(times), sorted(works)
    costs = {
        "ms_p50": _at(timed, 0.5),
        "ms_p95": _at(timed, 0.95),
        "cpu_ms_p50": _at(worked_for, 0.5),
    }
    return {"labels": labels, "confidences": sure, "costs": costs}


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    sys.exit(main())
