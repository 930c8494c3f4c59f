"""An attacker with two reports, or with all margins, learns no count under the threshold."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from fairness.report.as_csv import as_csv
from fairness.report.as_json import as_json
from fairness.rounding import P_STEPS, p_step, to_base
from fairness.tables import TableColumns, read_table
from tests.unit.fairness.kit import report_on

THRESHOLD, BASE = 10, 5
PEOPLE = {"x": 120, "y": 38, "z": 7}


def people(seed: int, more: int = 0) -> list[tuple[str, str, str]]:
    """A window of conversations; ``more`` members of group y came in the days after it."""
    dice = random.Random(seed)
    rows = [
        (who, dice.choice(["old", "young"]), dice.choice(["yes", "no"]))
        for who, number in PEOPLE.items()
        for _ in range(number)
    ]
    return rows + [("y", "old", "yes")] * more


def report(tmp_path: Path, rows, name: str) -> dict:
    path = tmp_path / name
    path.write_text("who,age,ok\n" + "".join(",".join(r) + "\n" for r in rows))
    units = read_table(path, TableColumns("ok", ("yes",), ("who", "age")))
    return as_json(report_on(units, threshold=THRESHOLD))


def cells(document: dict) -> dict[frozenset, dict]:
    return {frozenset(m["group"].items()): m for m in document["measures"]}


def true_sizes(rows) -> dict[frozenset, int]:
    found: dict[frozenset, int] = {}
    for who, age, _ in rows:
        for group in ({}, {"who": who}, {"age": age}, {"who": who, "age": age}):
            found[frozenset(group.items())] = found.get(frozenset(group.items()), 0) + 1
    return found


def what_is_possible(published: dict[frozenset, dict], wanted: frozenset) -> tuple[float, float]:
    """The range an attacker is left with: every sum holds, each size is within its rounding."""
    places = sorted(published, key=sorted)
    sums, bounds = [], []
    for whole in places:
        for column in ("who", "age"):
            parts = [p for p in places if len(p) == len(whole) + 1 and whole < p
                     and column in dict(p - whole)]  # fmt: skip
            if parts:
                sums.append([(p in parts) - (p == whole) for p in places])
    for place in places:
        n = published[place]["n"]
        bounds.append((0, 200) if n is None else (max(0, n - BASE / 2), n + BASE / 2))
    ends = []
    for sign in (1, -1):
        goal = [sign * (p == wanted) for p in places]
        solved = linprog(goal, A_eq=np.array(sums, float), b_eq=np.zeros(len(sums)), bounds=bounds)
        assert solved.success
        ends.append(sign * solved.fun)
    return ends[0], ends[1]


@pytest.mark.parametrize("seed", range(4))
def test_subtracting_margins_recovers_no_small_cell(tmp_path, seed):
    rows = people(seed)
    published = cells(report(tmp_path, rows, "a.csv"))
    small = {place: n for place, n in true_sizes(rows).items() if n < THRESHOLD}
    assert small
    for place in small:
        assert published[place]["status"] == "suppressed"
        assert all(published[place][k] is None for k in ("n", "k", "value", "low", "high"))
        low, high = what_is_possible(published, place)
        assert high - low >= BASE - 1


@pytest.mark.parametrize("more", [1, 2, 3, 4, 6, 9])
def test_two_overlapping_windows_do_not_say_how_many_came_between(tmp_path, more):
    first = cells(report(tmp_path, people(1), "a.csv"))
    second = cells(report(tmp_path, people(1, more), "b.csv"))
    recovered = set()
    for place, before in first.items():
        after = second[place]
        if before["n"] is None or after["n"] is None:
            continue
        for m in (before, after):  # nothing but multiples of the base, and what follows from them
            assert m["n"] % BASE == 0 and m["k"] % BASE == 0
            assert m["value"] == m["k"] / m["n"]
        low, high = after["n"] - before["n"] - BASE + 1, after["n"] - before["n"] + BASE - 1
        assert low <= true_sizes(people(1, more))[place] - true_sizes(people(1))[place] <= high
        recovered.add(high - low)
    assert recovered == {2 * (BASE - 1)}  # never a single possible value


def test_no_exact_p_value_or_statistic_is_published(tmp_path):
    document = report(tmp_path, people(2), "a.csv")
    for row in (*document["comparisons"], *document["omnibus"]):
        assert row["p"] in (None, *P_STEPS) and row["p_adjusted"] in (None, *P_STEPS)
    assert all(row["statistic"] is None for row in document["omnibus"])
    assert document["provenance"]["units"] % BASE == 0


def test_the_csv_tables_hide_what_the_json_hides(tmp_path):
    document = report(tmp_path, people(3), "a.csv")
    hidden = [m for m in document["measures"] if m["status"] == "suppressed"]
    lines = as_csv(document)["measures.csv"].splitlines()
    assert hidden
    assert sum(line.split(",")[6:8] == ["", ""] for line in lines if "suppressed" in line) in (
        len(hidden), 0,
    )  # fmt: skip
    assert sum("suppressed" in line for line in lines) == len(hidden)


def test_the_steps():
    assert [to_base(n, 5) for n in (0, 2, 2.5, 7, 8, 12)] == [0, 0, 5, 5, 10, 10]
    assert [p_step(p) for p in (None, 0.0, 0.003, 0.05, 0.051, 1.0)] == [
        None, 0.001, 0.01, 0.05, 0.1, 1.0,
    ]  # fmt: skip
