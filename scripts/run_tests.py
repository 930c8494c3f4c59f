"""Run the tests in their three groups, count them, and fail if any group fails.

- quick: both cores, Python 3.11 (everything the other two do not take)
- rasa: what runs inside Rasa, on its Python 3.10
- live: journeys through real processes and a real browser, one at a time

With ``--train`` the model is trained (if its inputs changed) while the quick group runs, which
needs none. A group runs even when an earlier one failed. In CI a skipped test is a failure: what a
developer's machine may lack (PostgreSQL, say), CI must have.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var/test-results"
TRAINING = RESULTS / "training.log"
RASA_TESTS = ("tests/dialogue", "tests/unit/bot/rasa", "tests/unit/nlu")
LIVE_TESTS = ("tests/journeys", "tests/browser")
# Rasa 3.6 itself warns a lot; there a warning is an error only when our own code gives it.
RASA_WARNINGS = "filterwarnings=ignore\nerror:::bot\\.\nerror:::nlu\\."


@dataclass(frozen=True)
class Group:
    """A group of tests that one pytest runs: its name, its Python, and pytest's arguments."""

    name: str
    python: Path
    arguments: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(description="Run Fairway's tests.")
    parser.add_argument("--slow", action="store_true", help="only the tests marked slow")
    parser.add_argument("--train", action="store_true", help="train beside the quick tests")
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    quick, *others = groups(asked.slow)
    training = start_training() if asked.train else None
    failed = [] if passes(quick, counts, none_is_fine=asked.slow) else [quick.name]
    if training and not is_trained(training):
        failed.append("training; without a model the other tests cannot run")
        others = []
    failed += [g.name for g in others if not passes(g, counts, none_is_fine=asked.slow)]
    if os.environ.get("CI") and counts["skipped"]:
        failed.append(f"skipped ({counts['skipped']} tests; in CI every test must run)")
    if failed:
        print("✗ failed: " + ", ".join(failed), file=sys.stderr)
    print(f"\n{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return bool(failed)


def start_training() -> subprocess.Popen[bytes]:
    """``fairway train``, its words kept for later: two programs' lines would mix."""
    print("Training the model beside the quick tests, if its inputs changed.", flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TRAINING.open("wb") as log:
        command = [str(ROOT / ".venv/bin/fairway"), "train"]
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )


def is_trained(training: subprocess.Popen[bytes]) -> bool:
    """Wait for the training, print what it said, and tell whether it ended well."""
    print("\n— training", flush=True)
    code = training.wait()
    print(TRAINING.read_text("utf-8", errors="replace"), flush=True)
    return code == 0


def groups(slow: bool) -> list[Group]:
    """The groups, with the folders that exist."""
    main, rasa = ROOT / ".venv/bin/python", ROOT / ".venv-rasa/bin/python"
    apart = tuple(f"--ignore={folder}" for folder in (*RASA_TESTS, *LIVE_TESTS))
    mark = ("-m", "slow") if slow else ()
    quick = Group("quick", main, ("tests", *apart, *mark, "-n", "1" if slow else "2"))
    own_warnings = ("-o", RASA_WARNINGS, "--disable-warnings")
    inside_rasa = Group("rasa", rasa, (*existing(RASA_TESTS), *mark, *own_warnings))
    live = Group("live", main, (*existing(LIVE_TESTS), *mark))
    return [quick, inside_rasa, live]


def existing(folders: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(folder for folder in folders if (ROOT / folder).is_dir())
    return found or (folders[0],)  # pytest then says that it is missing, and fails


def passes(group: Group, counts: Counter[str], none_is_fine: bool) -> bool:
    """Run one group and add its results to ``counts``."""
    print(f"\n— {group.name} tests", flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = RESULTS / f"{group.name}.xml"
    results.unlink(missing_ok=True)
    command = [str(group.python), "-m", "pytest", *group.arguments, "-q", f"--junitxml={results}"]
    code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    if results.exists():
        counts.update(count(results))
    return code == 0 or (code == 5 and none_is_fine)  # 5: no test was collected


def count(results: Path) -> Counter[str]:
    """How many tests passed, failed (errors too) and were skipped, from pytest's own file."""
    suite = next(ElementTree.parse(results).getroot().iter("testsuite"))
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return Counter(passed=total - failed - skipped, failed=failed, skipped=skipped)


if __name__ == "__main__":
    sys.exit(main())
