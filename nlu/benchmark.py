"""Our understanding beside Rasa's default one, on a table of somebody else's messages.

    python -m nlu.benchmark --train T.csv --test S.csv [--oos [LABEL or FILE.csv]] --json OUT
        [--system NAME] [--write NAME]

Both tables have the columns ``text`` and ``label``. The two pipelines are trained and asked in
the same run, one after the other, each in a process of its own, so that memory and time are
its own. Rasa's default pipeline is what ``rasa init`` writes (DIET, 100 epochs). With ``--system``
only that one is measured, and what OUT holds of the other one on the same tables is kept: DIET may
take an hour, and is the same tomorrow. ``--write`` puts
the table between the marks of that name in ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import BadFile, FairwayError
from bot.wilson import wilson
from nlu.benchmark_tables import OUT_OF_SCOPE, Table, read_tables
from nlu.marked_page import DOCS, write_marked
from nlu.shares import macro_f1

SYSTEMS = ("fairway", "rasa_default")
SAME = ("train_file", "test_file", "labels", "n_train", "n_test", "n_out_of_scope")
"""What two reports on the same tables have in common."""
ROOT = Path(__file__).resolve().parent.parent


class BenchmarkFailed(FairwayError):
    """One of the two pipelines could not be trained or asked. The lines above say why."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Our understanding beside Rasa's default one.")
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--oos", nargs="?", const=OUT_OF_SCOPE, default=None)
    parser.add_argument("--json", dest="out", type=Path, required=True)
    parser.add_argument("--system", choices=SYSTEMS, action="append")
    parser.add_argument("--write", metavar="NAME", help="marks in docs/performance.md")
    asked = parser.parse_args()
    try:
        train, test = read_tables(asked.train, asked.test, asked.oos)
        before = read_report(asked.out)
        report = compare(train, test, asked.system or SYSTEMS)
        report |= {"train_file": asked.train.name, "test_file": asked.test.name}
        report["systems"] = with_kept(report, before)
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
        sys.stdout.write(as_text(report))
        if asked.write:
            write_marked(DOCS / "performance.md", asked.write, as_text(report))
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    return 0


def compare(train: Table, test: Table, systems: Sequence[str] = SYSTEMS) -> dict[str, Any]:
    """The whole report, one entry a system. Raises BenchmarkFailed."""
    with tempfile.TemporaryDirectory(prefix="fairway-benchmark-") as folder:
        measured = [measure(name, train, test, Path(folder) / name) for name in systems]
    return {
        "date": date.today().isoformat(),
        "labels": len(set(train.labels)),
        "n_train": len(train.texts),
        "n_test": len(test.in_scope),
        "n_out_of_scope": len(test.texts) - len(test.in_scope),
        "systems": measured,
    }


def read_report(path: Path) -> dict[str, Any]:
    """What was measured before; nothing where the file is absent. Raises BadFile."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return dict(found) if found["systems"] else {}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, OSError) as error:
        remedy = "Name another file with --json, or take this one away."
        raise BadFile(path, None, f"it is no report of a benchmark ({error})", remedy) from error


def with_kept(report: Mapping[str, Any], before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The systems measured now, and the others of ``before`` where its tables are the same."""
    now = [dict(one) for one in report["systems"]]
    if any(before.get(name) != report.get(name) for name in SAME):
        return now
    names = {one["name"] for one in now}
    kept = [
        {**one, "apart": one.get("apart") or before["date"]}
        for one in before["systems"]
        if one["name"] not in names
    ]
    return sorted(now + kept, key=lambda one: SYSTEMS.index(one["name"]))


def measure(name: str, train: Table, test: Table, folder: Path) -> dict[str, Any]:
    """Train and ask one system in a process of its own."""
    folder.mkdir(parents=True)
    job = {"train": train.as_json(), "test": test.texts}
    (folder / "job.json").write_text(json.dumps(job), "utf-8")
    sys.stderr.write(f"{name}: training on {len(train.texts)} messages…\n")
    command = [sys.executable, "-m", "nlu.benchmark_one", name, str(folder)]
    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
        raise BenchmarkFailed
    answers = json.loads((folder / "answers.json").read_text("utf-8"))
    return {"name": name, **scores(answers, test), **answers["costs"]}


def scores(answers: Mapping[str, Any], test: Table) -> dict[str, Any]:
    """Accuracy with Wilson's 95 % interval and macro-F1 over what is in scope, and how well
    the confidence tells what is out of scope."""
    guessed, sure = answers["labels"], answers["confidences"]
    right = [guessed[i] == test.labels[i] for i in test.in_scope]
    low, high = wilson(sum(right), len(right))
    found = {
        "accuracy": sum(right) / len(right),
        "low": low,
        "high": high,
        "macro_f1": macro_f1([test.labels[i] for i in test.in_scope],
                             [guessed[i] for i in test.in_scope]),
    }  # fmt: skip
    outside = [sure[i] for i in range(len(test.texts)) if i not in set(test.in_scope)]
    if outside:
        inside = [(sure[i], hit) for i, hit in zip(test.in_scope, right, strict=True)]
        found["out_of_scope"] = out_of_scope(inside, outside)
    return found


def out_of_scope(
    inside: Sequence[tuple[float, bool]], outside: Sequence[float], keep: float = 0.90
) -> dict[str, Any]:
    """The share of out-of-scope messages refused at the highest threshold at which the share
    of in-scope messages that are accepted and right stays at ``keep`` or above.

    ``threshold`` None: no threshold keeps so many right.
    """
    kept = sorted((sure for sure, right in inside if right), reverse=True)
    needed = -(-len(inside) * keep // 1)
    if len(kept) < needed:
        return {"threshold": None, "in_scope_accuracy": len(kept) / len(inside), "recall": None}
    threshold = kept[int(needed) - 1]
    refused = sum(sure < threshold for sure in outside)
    low, high = wilson(refused, len(outside))
    accepted = sum(sure >= threshold for sure in kept)
    return {
        "threshold": threshold,
        "in_scope_accuracy": accepted / len(inside),
        "recall": refused / len(outside),
        "low": low,
        "high": high,
    }


def as_text(report: Mapping[str, Any]) -> str:
    """A table for people, in Markdown."""
    head = (
        f"{report['date']}, {report['labels']} labels, {report['n_train']} training and "
        f"{report['n_test']} test messages, {report['n_out_of_scope']} out of scope\n\n"
        "| | accuracy (95 % interval) | macro-F1 | out-of-scope recall | ms p50 / p95 "
        "| processor ms, p50 | training, s | training, processor s | peak memory, MB |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
    )
    rows = "".join(_row(one) for one in report["systems"])
    return head + rows + "".join(_told_apart(one) for one in report["systems"] if "apart" in one)


def _told_apart(one: Mapping[str, Any]) -> str:
    return f"\n{one['name']} was measured on these tables in a run of its own, on {one['apart']}.\n"


def _row(one: Mapping[str, Any]) -> str:
    outside = one.get("out_of_scope") or {}
    recall = outside.get("recall")
    return (
        f"| {one['name']} | {one['accuracy']:.3f} ({one['low']:.3f} to {one['high']:.3f}) "
        f"| {one['macro_f1']:.3f} | {'–' if recall is None else f'{recall:.3f}'} "
        f"| {one['ms_p50']:.1f} / {one['ms_p95']:.1f} "
        f"| {one['cpu_ms_p50']:.1f} "
        f"| {one['training_seconds']:.0f} | {one['training_cpu_seconds']:.0f} "
        f"| {one['peak_memory_mb']:.0f} |\n"
    )


if __name__ == "__main__":
    sys.exit(main())
