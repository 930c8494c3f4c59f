"""Run the tests in their groups, count them, and fail if any group fails.

- quick: three at once, Python 3.11 (everything the others do not take)
- rasa: what runs inside Rasa, on its Python 3.10
- journeys, browser: through real processes and a real browser

With ``--train`` the model is trained first (if its inputs changed); the others need it: journeys,
then rasa and browser beside each other. The quick group needs none and runs beside all of them, at
a lower priority, so that it fills what they leave of the processor and never keeps them waiting:
real processes and browsers have time-outs. Their files lie
in memory where there is room, for thousands of small databases wait for the disk. What a group says
is printed when it ends. A group runs even when an earlier one failed. In CI a skipped test is a
failure: what a developer's machine may lack (PostgreSQL, say), CI must have.

Up to three tests that failed while a dozen processes shared the processor are run once more, alone.
Those that then pass are called unsteady, by name, at the end: each is to be mended. More than three
failures are no accident and stand.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var/test-results"
RASA_TESTS = ("tests/dialogue", "tests/unit/bot/rasa", "tests/unit/nlu")
LIVE_TESTS = ("tests/journeys", "tests/browser")
MEMORY, ROOM = Path("/dev/shm"), 8 * 2**30
"""Where files are kept in memory, and the bytes that must be free there and in memory."""
MOST_REPEATED = 3
"""Failed tests, of all groups together, up to which they are run once more."""
BEAT = 30.0
"""Seconds after which it is said what is still running."""
# Rasa 3.6 itself warns a lot; there a warning is an error only when our own code gives it.
RASA_WARNINGS = "filterwarnings=ignore\nerror:::bot\\.\nerror:::nlu\\."


@dataclass(frozen=True)
class Group:
    """A group of tests that one pytest runs: its name, its Python, pytest's arguments, how they are
    spread over processes, and whether the other groups go first."""

    name: str
    python: Path
    arguments: tuple[str, ...]
    spread: tuple[str, ...] = ()
    gives_way: bool = False


Needed = tuple[Future[bool], ...]


@dataclass
class Results:
    """What the groups have come to so far."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    to_repeat: dict[str, set[str]] = field(default_factory=dict)
    """Group -> its failed tests."""
    unsteady: set[str] = field(default_factory=set)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run Fairway's tests.")
    parser.add_argument("--slow", action="store_true", help="only the tests marked slow")
    parser.add_argument("--train", action="store_true", help="train beside the quick tests")
    asked = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = run_all(asked.slow, asked.train)
    counts, failed = results.counts, results.failed
    if os.environ.get("CI") and counts["skipped"]:
        failed.append(f"skipped ({counts['skipped']} tests; in CI every test must run)")
    if results.unsteady:
        print("unsteady, passed when run alone: " + ", ".join(sorted(results.unsteady)))
    if failed:
        print("✗ failed: " + ", ".join(failed), file=sys.stderr)
    print(f"\n{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return bool(failed)


def run_all(slow: bool, train: bool) -> Results:
    """Run everything, each as soon as what it needs is there."""
    results, (quick, inside_rasa, journeys, browser) = Results(), groups(slow)
    with ThreadPoolExecutor(8) as pool:
        trained = pool.submit(is_trained) if train else _yes()
        tested = pool.submit(run, quick, results, none_is_fine=slow)
        groups_left: list[Future[bool]] = []
        for one in (journeys, inside_rasa, browser):
            needed: Needed = (trained, *groups_left[:1])
            if slow:  # slow ones measure: one by one
                needed = (trained, tested, *groups_left)
            groups_left.append(pool.submit(_after, needed, one, results, slow))
        for each in (tested, *groups_left):
            each.result()
        if not slow:
            repeat(results, [quick, inside_rasa, journeys, browser])
        if not trained.result():
            results.failed.append("training; without a model the other tests cannot run")
    return results


def _yes() -> Future[bool]:
    done: Future[bool] = Future()
    done.set_result(True)
    return done


def _after(needed: Needed, group: Group, results: Results, slow: bool) -> bool:
    """Run ``group`` when all that is needed is over, unless there is no model: the first."""
    wait(needed)
    return needed[0].result() and run(group, results, none_is_fine=slow)


def is_trained() -> bool:
    """Run ``fairway train`` and tell whether it ended well."""
    command = [str(ROOT / ".venv/bin/fairway"), "train"]
    return _run_and_tell("training", command) == 0


def run(group: Group, results: Results, none_is_fine: bool) -> bool:
    """Run one group and add to ``results``; always True, as a thing others wait for."""
    file = RESULTS / f"{group.name}.xml"
    file.unlink(missing_ok=True)
    first = ("nice", "-n", "5") if group.gives_way else ()
    command = [*first, *_pytest(group, file), *group.spread]
    code = _run_and_tell(group.name, command)
    with _lock:
        if file.exists():
            results.counts.update(count(file))
        if code != 0 and not (code == 5 and none_is_fine):  # 5: no test was collected
            results.failed.append(group.name)
        if code == 1 and file.exists():  # of tests; any other code is of pytest itself
            results.to_repeat[group.name] = failed_in(file)
    return True


def _pytest(group: Group, file: Path) -> tuple[str, ...]:
    kept = f"cache_dir={RESULTS / f'{group.name}.cache'}"  # what failed: its own, for several run
    return (str(group.python), "-m", "pytest", *group.arguments, "-q", "-o", kept,
            f"--junitxml={file}")  # fmt: skip


def repeat(results: Results, groups: list[Group]) -> None:
    """Run failed tests once more, alone, if they are few; those that pass count as passed, and as
    unsteady."""
    if sum(len(names) for names in results.to_repeat.values()) > MOST_REPEATED:
        return
    for group in groups:
        if failed := results.to_repeat.get(group.name):
            _once_more(results, group, failed)


def _once_more(results: Results, group: Group, failed: set[str]) -> None:
    name = f"{group.name}-again"
    file = RESULTS / f"{name}.xml"
    file.unlink(missing_ok=True)
    code = _run_and_tell(name, [*_pytest(group, file), "--lf", "--lfnf=none"])
    if code != 0 or not file.exists() or count(file) != Counter(passed=len(failed)):
        return
    results.counts.update(passed=len(failed), failed=-len(failed))
    results.failed.remove(group.name)
    results.unsteady |= failed


_lock = threading.Lock()


def _run_and_tell(name: str, command: list[str]) -> int:
    """The exit code; what the command says is printed at its end, for several run at once."""
    log, began = RESULTS / f"{name}.log", time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **in_memory()}, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        with _beating(name, log):
            code = process.wait()
    with _lock:
        print(f"\n— {name}, {time.monotonic() - began:.0f} s", flush=True)
        print(log.read_text("utf-8", errors="replace"), flush=True)
    return code


def in_memory(folder: Path = MEMORY, room: int = ROOM) -> dict[str, str]:
    """pytest's setting for files in ``folder``, if that is there and has ``room`` bytes."""
    try:
        free = shutil.disk_usage(folder).free
        available = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text())
    except OSError:
        return {}
    found = min(free, int(available[1]) * 1024 if available else 0)
    return {"PYTEST_DEBUG_TEMPROOT": str(folder)} if found >= room else {}


@contextmanager
def _beating(name: str, log: Path) -> Iterator[None]:
    """Say now and then that it is still running, and how far it is."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            reached = re.findall(rb"\[ *(\d+)%\]", log.read_bytes())
            with _lock:
                print(f"… {name}" + (f" {int(reached[-1])} %" if reached else ""), flush=True)

    print(f"… {name} begins", flush=True)
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def groups(slow: bool) -> list[Group]:
    """The groups, with the folders that exist."""
    main, rasa = ROOT / ".venv/bin/python", ROOT / ".venv-rasa/bin/python"
    apart = tuple(f"--ignore={folder}" for folder in (*RASA_TESTS, *LIVE_TESTS))
    mark = ("-m", "slow") if slow else ()
    both = ("-n", "1" if slow else "2")
    # One more than there are cores: these wait for servers and disks a third of their time.
    three = ("-n", "1" if slow else "3")
    quick = Group("quick", main, ("tests", *apart, *mark), three, gives_way=not slow)
    own_warnings = ("-o", RASA_WARNINGS, "--disable-warnings")
    inside_rasa = Group("rasa", rasa, (*existing(RASA_TESTS), *mark, *own_warnings))
    journeys = Group("journeys", main, (*existing(LIVE_TESTS[:1]), *mark))
    by_file = ("--dist", "loadfile")  # what a file's tests share is made once
    browser = Group("browser", main, (*existing(LIVE_TESTS[1:]), *mark), (*both, *by_file))
    return [quick, inside_rasa, journeys, browser]


def existing(folders: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(folder for folder in folders if (ROOT / folder).is_dir())
    return found or (folders[0],)  # pytest then says that it is missing, and fails


def count(results: Path) -> Counter[str]:
    """How many tests passed, failed (errors too) and were skipped, from pytest's own file."""
    suite = next(ElementTree.parse(results).getroot().iter("testsuite"))
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return Counter(passed=total - failed - skipped, failed=failed, skipped=skipped)


def failed_in(results: Path) -> set[str]:
    """The names of the tests that failed or broke, from pytest's own file."""
    cases = ElementTree.parse(results).getroot().iter("testcase")
    wrong = (c for c in cases if c.find("failure") is not None or c.find("error") is not None)
    return {f"{case.get('classname')}::{case.get('name')}" for case in wrong}


if __name__ == "__main__":
    sys.exit(main())
