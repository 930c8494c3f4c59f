"""Small groups are hidden, and what would give them away."""

import pytest

from fairness.disclosure import hidden_places, recoverable, sums_between
from fairness.tables import TableColumns, read_table
from tests.unit.fairness.kit import report_on


def at(**names):
    return frozenset(names.items())


def test_nothing_small_nothing_hidden():
    assert hidden_places({at(): 30, at(a="x"): 20, at(a="y"): 10}, 10) == frozenset()


def test_one_small_group_takes_the_next_smallest_with_it():
    sizes = {at(): 125, at(a="x"): 100, at(a="y"): 20, at(a="z"): 5}
    assert hidden_places(sizes, 10) == {at(a="y"), at(a="z")}


def test_two_small_ones_that_together_are_small_take_a_third():
    sizes = {at(): 105, at(a="x"): 70, at(a="y"): 30, at(a="z"): 3, at(a="w"): 2}
    assert hidden_places(sizes, 10) == {at(a="y"), at(a="z"), at(a="w")}


def test_empty_groups_stay():
    sizes = {at(): 100, at(a="x"): 60, at(a="y"): 40, at(a="z"): 0}
    assert hidden_places(sizes, 10) == frozenset()


def test_everyone_is_hidden_when_everyone_is_few():
    sizes = {at(): 7, at(a="x"): 4, at(a="y"): 3}
    assert hidden_places(sizes, 10) == set(sizes)


def test_a_group_hidden_for_company_is_not_given_away_by_its_parts():
    sizes = {
        at(): 150, at(a="x"): 120, at(a="y"): 25, at(a="z"): 5,
        at(b="p"): 80, at(b="q"): 70,
        at(a="x", b="p"): 60, at(a="x", b="q"): 60,
        at(a="y", b="p"): 15, at(a="y", b="q"): 10,
        at(a="z", b="p"): 5, at(a="z", b="q"): 0,
    }  # fmt: skip
    hidden = hidden_places(sizes, 10)
    assert at(a="z", b="p") in hidden and at(a="z") in hidden
    assert not recoverable(set(hidden), sums_between(sizes))


def test_the_attack_finds_what_a_bridge_gives_away():
    """Two or more hidden in every sum is not enough: a bridge between cycles is determined."""
    rows, columns = "abcd", "pqrs"
    sizes = {at(): 0.0}
    for r in rows:
        sizes[at(r=r)] = 0.0
    for c in columns:
        sizes[at(c=c)] = 0.0
    for r in rows:
        for c in columns:
            sizes[at(r=r, c=c)] = 20.0
    hidden = {
        at(r=r, c=c)
        for r, c in [("a", "p"), ("a", "q"), ("b", "p"), ("b", "q"), ("b", "r"),
                     ("c", "r"), ("c", "s"), ("d", "r"), ("d", "s")]
    }  # fmt: skip
    assert recoverable(hidden, sums_between(sizes)) == {at(r="b", c="r")}


def odds(write, groups):
    """Equalised odds over ``groups``: (selected, of so many) with truth yes, then with truth no."""
    rows = ["said,true,who"]
    for who, kinds in groups.items():
        for true, (selected, n) in zip(("yes", "no"), kinds, strict=True):
            rows += [f"yes,{true},{who}"] * selected + [f"no,{true},{who}"] * (n - selected)
    columns = TableColumns("said", ("yes",), ("who",), truth="true", truth_positive=("yes",))
    units = read_table(write("\n".join(rows) + "\n"), columns)
    report = report_on(units, threshold=10, rounding=1)
    (figure,) = (f for f in report.summary if f.name == "equalized_odds_difference")
    return figure


def test_equalised_odds_give_no_hidden_group_away(write):
    figure = odds(write, {"a": ((40, 50), (3, 3)), "b": ((164, 200), (30, 300))})
    assert (figure.value, figure.low, figure.high) == (None, None, None)
    assert "fewer than two groups" in figure.reason


@pytest.mark.parametrize("more", [0, 8])
def test_equalised_odds_and_their_interval_are_of_groups_shown_in_both(write, more):
    """Nine groups or fewer are counted by fairlearn, more by our own counts."""
    shown = {"c": ((160, 200), (60, 200)), "d": ((140, 200), (20, 200))}
    shown |= {f"e{n}": ((150, 200), (40, 200)) for n in range(more)}
    figure = odds(write, {"a": ((5, 50), (3, 3)), "b": ((45, 50), (29, 30)), **shown})
    assert figure.value == pytest.approx(0.2)
    assert 0.1 < figure.low < figure.value < figure.high < 0.35
    assert figure.reason == "left out, with figures for one kind of truth: a, b"


def test_few_people_are_hidden_however_much_they_weigh(write):
    rows = ["o,g,w"]
    rows += [f"{'yn'[i % 2]},{who},{weight}" for who, n, weight in
             (("a", 40, 2.5), ("b", 30, 3.5), ("rare", 4, 900.5)) for i in range(n)]  # fmt: skip
    columns = TableColumns("o", ("y",), ("g",), weight="w")
    units = read_table(write("\n".join(rows) + "\n"), columns)
    cells = {c.group.get("g"): c for c in report_on(units, threshold=10).measures}
    assert {g: c.status for g, c in cells.items()} == {
        None: "estimated", "a": "estimated", "b": "suppressed", "rare": "suppressed",
    }  # fmt: skip
    assert "fewer than 10" in cells["rare"].reason and "worked out" in cells["b"].reason
    assert (cells["rare"].n, cells["rare"].people) == (None, None)
    told = report_on(units, references={"g": "a"}).comparisons
    rare = next(c for c in told if c.group == {"g": "rare"})
    assert rare.verdict == "not_estimable" and "has 4 where" in rare.reason


def test_what_another_table_hides_is_hidden_with_its_company():
    sizes = {at(): 125, at(a="x"): 60, at(a="y"): 40, at(a="z"): 25}
    assert hidden_places(sizes, 10, [at(a="y"), at(a="w")]) == {at(a="y"), at(a="z")}
