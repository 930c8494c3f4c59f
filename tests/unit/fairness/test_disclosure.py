"""Small groups are hidden, and what would give them away."""

from fairness.disclosure import hidden_places, recoverable, sums_between


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
