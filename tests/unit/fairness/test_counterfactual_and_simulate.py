"""Paired and synthetic conversations against the real web API, with the scripted assistant."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from scipy.stats import binom

from fairness.counterfactual.command import counterfactual
from fairness.counterfactual.pairs import PairsWrong, by_ear, read_pairs, swapped_letters
from fairness.counterfactual.run import Tried, mcnemar, results
from fairness.simulate.command import simulate
from fairness.simulate.district import DistrictWrong, draw_people, read_district
from fairness.talk import Told
from tests.web_kit import make_parts, public_app, serve


@pytest.fixture
def url(tmp_path):
    with serve(public_app(make_parts(tmp_path / "home"))) as served:
        yield served.url


@pytest.fixture(autouse=True)
def home(tmp_path):
    (tmp_path / "home").mkdir()


def told(channel: str) -> Told:
    return Told("c", channel, "", (), "p", (channel,), 1)


def tried(pair, a: str, b: str) -> Tried:
    return Tried(pair, told(a), told(b))


def test_mcnemar_is_exact():
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(1, 9) == pytest.approx(2 * binom.cdf(1, 10, 0.5))
    assert mcnemar(5, 5) == 1.0


def test_flips_in_one_direction_are_evidence_and_in_both_are_to_be_read():
    pair = next(p for p in read_pairs() if p.family == "name")
    one_way = [tried(pair, "digital", "assisted")] * 10 + [tried(pair, "digital", "digital")] * 20
    both = [tried(pair, "digital", "assisted"), tried(pair, "assisted", "digital")] * 5
    assert results(one_way)[0].verdict == "evidence of disparity"
    assert results(one_way)[0].flips == 10
    assert results(both)[0].verdict == "no evidence found, but some turned: read them"


def test_pairs_that_must_change_are_told_apart():
    pair = next(p for p in read_pairs() if p.family == "no_internet")
    kept = results([tried(pair, "digital", "digital")])[0]
    changed = results([tried(pair, "digital", "assisted")])[0]
    assert (kept.as_expected, kept.verdict) == (0, "does not always change: mend this")
    assert (changed.as_expected, changed.verdict) == (1, "changes as it must")


def test_every_family_the_issue_names_is_there():
    families = {p.family for p in read_pairs()}
    assert families >= {
        "name", "religion", "nationality", "dialect", "register", "misspelling",
        "dyslexic_spelling", "second_language", "language", "screen_reader", "digression",
        "no_internet", "asks_for_person",
    }  # fmt: skip
    assert all(p.a != p.b for p in read_pairs())


def test_rewrites_change_the_spelling_and_keep_the_words():
    text = "someone has dumped rubbish in our street tonight"
    for rewrite in (swapped_letters, by_ear):
        assert rewrite(text) != text and len(rewrite(text).split()) == len(text.split())


def test_a_wrong_file_of_pairs_is_refused(tmp_path):
    path = tmp_path / "pairs.yml"
    path.write_text("frames: [{family: x}]\nbases: [a]\n")
    with pytest.raises(PairsWrong):
        read_pairs(path)


def test_the_command_talks_to_the_running_product_and_writes_both_files(url, tmp_path):
    out = tmp_path / "out"
    ran = CliRunner().invoke(counterfactual, ["--url", url, "--limit", "1", "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    document = json.loads((out / "counterfactual.json").read_text())
    asked = next(r for r in document["results"] if r["family"] == "asks_for_person")
    assert asked["expect"] == "change" and asked["pairs"] == 1
    person = next(p for p in document["pairs"] if p["pair"]["family"] == "asks_for_person")
    assert person["b"]["channel"] == "assisted"  # granted by the real turn, without Rasa
    assert "Synthetic conversations" in (out / "counterfactual.html").read_text()


def test_an_assistant_that_is_not_there_is_said_plainly(tmp_path):
    ran = CliRunner().invoke(
        counterfactual, ["--url", "http://127.0.0.1:9", "--limit", "1", "--out", str(tmp_path)]
    )
    assert ran.exit_code == 1 and "fairway up" in ran.output


def test_the_same_seed_draws_the_same_people_near_the_stated_shares():
    district = read_district()
    people = draw_people(district, 3000, 7)
    assert people == draw_people(district, 3000, 7) != draw_people(district, 3000, 8)
    old = [p for p in people if p.traits["age_band"] == "65_over"]
    assert len(old) / 3000 == pytest.approx(0.23, abs=0.03)
    offline = sum(p.traits["connectivity"] == "offline" for p in old) / len(old)
    assert offline == pytest.approx(0.16, abs=0.04)
    assert all(p.needed_channel == "assisted" for p in people
               if p.traits["connectivity"] == "offline")  # fmt: skip


def test_shares_that_do_not_add_up_are_refused(tmp_path):
    path = tmp_path / "d.yml"
    path.write_text("people: {age: {a: 0.5, b: 0.6}}\nneeds: [{service: s, share: 1}]\n")
    with pytest.raises(DistrictWrong, match=r"age add up to 1\.1"):
        read_district(path)


def test_a_simulation_is_marked_synthetic_and_compares_two_assistants(url, tmp_path):
    out = tmp_path / "sim"
    options = ["--url", url, "--compare", url, "--people", "12", "--out", str(out)]
    ran = CliRunner().invoke(simulate, options)
    assert ran.exit_code == 0, ran.output
    first = json.loads((out / "report.json").read_text())
    again = json.loads((out / "compared/report.json").read_text())
    assert first["synthetic"] and again["synthetic"]
    assert any("Stated shares of age_band" in note for note in first["provenance"]["notes"])
    assert [(m["n"], m["k"]) for m in first["measures"]] == [
        (m["n"], m["k"]) for m in again["measures"]
    ]
    assert not any(d["changed"] for d in again["drift"])
    html = (out / "report.html").read_text()
    assert html.count("(synthetic data)") > 3
    assert len((out / "decisions.csv").read_text().splitlines()) == 13


def answered(pair, a: str, b: str, plain: str = "Housing Benefit") -> Tried:
    """Sent to the same channel, answered about these services."""
    one, two, base = (Told("c", "digital", "", (), "p", (said,), 1) for said in (a, b, plain))
    return Tried(pair, one, two, base)


def test_the_wrong_service_for_some_names_is_evidence_though_the_channel_is_the_same():
    pair = next(p for p in read_pairs() if p.family == "name" and "Adeyemi" in p.b)
    assert pair.base in pair.a and pair.base in pair.b
    lost = [answered(pair, "Housing Benefit", "Appeal")] * 9
    kept = [answered(pair, "Housing Benefit", "Housing Benefit")] * 20
    found = results([*lost, *kept])[0]
    assert (found.flips, found.answers_changed, found.a_lost, found.b_lost) == (0, 9, 0, 9)
    assert found.p == 1.0 and found.verdict == "evidence of disparity"
    few = results([*lost[:2], *kept])[0]
    assert few.verdict == "no evidence found, but some turned: read them"


def test_another_language_is_answered_in_other_words_and_that_is_no_harm():
    pair = next(p for p in read_pairs() if p.family == "language")
    found = results([answered(pair, "Pothole", "Twll yn y ffordd")])[0]
    assert found.answers_changed == 0 and found.verdict == "no evidence found"
