"""Agreement of coders, and what is taken for the truth about need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from bot.need_codes import NEEDS, NeedCode, agreed, waiting_for
from fairness.agreement import agreement_notes, agreement_of, kappa, truths

AT = datetime(2026, 3, 2, tzinfo=UTC)


def code(name, coder, need, minute=0):
    return NeedCode(name, coder, need, AT + timedelta(minutes=minute))


def test_fleiss_published_table_of_a_hundred_patients():
    """Fleiss, Statistical Methods (1981): two raters, three diagnoses; kappa .676, s.e. .088."""
    table = np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    found = kappa(table)
    assert found.kappa == pytest.approx(0.676, abs=5e-4)
    assert (found.high - found.kappa) / 1.959964 == pytest.approx(0.088, abs=5e-4)


@example([[1, 1, 0], [0, 0, 0], [0, 0, 0]])  # one of the two says the same of everything
@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=3, max_size=3))
def test_it_agrees_with_statsmodels(rows):
    table = np.array(rows, float)
    found = kappa(table)
    if found.kappa is None:
        return
    with np.errstate(invalid="ignore", divide="ignore"):  # their z, which is not compared
        theirs = cohens_kappa(table)
    assert found.kappa == pytest.approx(theirs.kappa, abs=1e-9)
    if theirs.var_kappa > 0:
        assert found.low == pytest.approx(max(-1, theirs.kappa_low), abs=1e-9)


def test_its_interval_covers():
    dice = np.random.default_rng(4)
    p = np.array([[0.35, 0.05, 0.0], [0.05, 0.3, 0.05], [0.02, 0.03, 0.15]])
    truth = kappa(p * 1_000_000).kappa
    held = 0
    for _ in range(500):
        found = kappa(dice.multinomial(150, p.ravel()).reshape(3, 3))
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 500 <= 0.975


def test_all_alike_without_variety_says_nothing_about_chance():
    found = kappa(np.diag([20.0, 0, 0]))
    assert (found.pairs, found.alike, found.kappa) == (20, 20, None)


def test_only_what_two_agree_on_is_the_truth_and_a_third_decides():
    codes = [code("same", "ann", "assisted"), code("same", "bob", "assisted"),
             code("split", "ann", "digital"), code("split", "bob", "assisted"),
             code("alone", "ann", "digital"),
             code("unsure", "ann", "unsure"), code("unsure", "bob", "unsure")]  # fmt: skip
    assert truths(codes) == {"same": "assisted"}
    assert agreement_of(codes).pairs == 3
    sample = ["alone", "same", "split", "unsure", "untouched"]
    assert waiting_for("ann", sample, codes) == ("untouched",)
    assert waiting_for("bob", sample, codes) == ("alone", "untouched")
    assert waiting_for("cat", sample, codes) == ("alone", "split", "unsure", "untouched")
    decided = [*codes, code("split", "cat", "assisted", 5)]
    assert truths(decided)["split"] == "assisted"
    assert "split" not in waiting_for("dan", sample, decided)


@given(st.lists(st.sampled_from(NEEDS), max_size=3))
def test_the_truth_is_a_channel_that_two_named(said):
    found = agreed([code("x", str(i), need) for i, need in enumerate(said)])
    assert found is None or (found != "unsure" and said.count(found) >= 2)


def test_a_report_says_how_far_they_agree(council):
    notes = " ".join(agreement_notes([code("a", "x", "digital"), code("a", "y", "digital")]))
    assert "coded alike: 1." in notes and "cannot be told yet" in notes
