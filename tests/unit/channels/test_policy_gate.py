"""A changed routing policy goes live only if nobody of the stated district fares worse."""

from __future__ import annotations

import json

import pytest

from bot.files.policy import load_policy
from channels.gates import admitted_policy
from channels.settings import ROOT, load_settings
from fairness.policy_gate import people_of_district, why_not

SHIPPED = ROOT / "bot" / "routing_policy.yml"
WITHOUT_INTERNET = (
    "barriers: [no_internet, no_device, no_data, cannot_read_well, not_confident, cannot_use_phone]"
)


def changed(tmp_path, *pairs):
    text = SHIPPED.read_text("utf-8").replace("2026-11-23.1", "trial")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "policy.yml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def home(tmp_path):
    settings = load_settings({"FAIRWAY_HOME": str(tmp_path / "home")})
    assert admitted_policy(settings).reasons == ()  # the shipped one, at the first start
    return settings


@pytest.fixture
def check(home):
    """The gate of the product, for a policy in another file."""
    return lambda wanted, overruled=None: admitted_policy(home, overruled, wanted=wanted)


def log_of(home):
    lines = (home.home / "policy" / "gate.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_policy_that_forgets_those_without_internet_is_kept_out(home, check, tmp_path):
    worse = changed(tmp_path, (WITHOUT_INTERNET, "barriers: [cannot_read_well]"))
    found = check(worse)
    assert found.policy.version == "2026-11-23.1"
    said = " ".join(found.reasons)
    assert "false digital for connectivity offline" in said and "age_band 65_over" in said
    assert log_of(home)[-1]["admitted"] is False
    assert check(worse).reasons  # and still at the next start


def test_it_goes_live_with_a_name_and_a_reason_which_are_kept(home, check, tmp_path):
    worse = changed(tmp_path, (WITHOUT_INTERNET, "barriers: [cannot_read_well]"))
    by = {"by": "A. Lead", "reason": "a trial of a day"}
    assert check(worse, by).policy.version == "trial"
    assert log_of(home)[-1]["overruled"] == by and log_of(home)[-1]["reasons"]
    assert check(worse).policy.version == "trial"


def test_a_policy_that_hurts_nobody_goes_live_by_itself(home, check, tmp_path):
    kinder = changed(tmp_path, ("failed_turns: 2", "failed_turns: 1"))
    assert check(kinder).policy.version == "trial" and not check(kinder).reasons
    assert [entry["admitted"] for entry in log_of(home)] == [True, True]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("more_time, bsl]", "more_time]", "who tells us bsl is sent to"),
        ("[no_internet, no_device, no_data,", "[no_internet, no_device,", "who tells us no_data"),
        ("kinds: [relational]", "urgencies: [urgent]", "relational, routine need"),
        ("urgencies: [urgent]", "kinds: [relational]", "information, urgent need"),
        (
            "at_least: face_to_face",
            "at_least: assisted",
            "home_visit is sent to assisted, not",
        ),
    ],
)
def test_a_policy_that_forgets_any_one_circumstance_is_kept_out(check, tmp_path, old, new, says):
    """Though nobody of the synthetic district has it."""
    reasons = check(changed(tmp_path, (old, new))).reasons
    assert any(says in reason for reason in reasons), reasons


def test_nobody_is_told_apart_by_chance():
    people = people_of_district()
    digital, person = (lambda _: "digital"), (lambda _: "assisted")
    assert why_not(people, digital, digital) == ()
    assert why_not(people, digital, person) == ()  # fewer false digital, and none denied more
    assert any("everyone" in line for line in why_not(people, person, digital))


def test_the_policy_read_back_is_the_one_that_was_let_in(home):
    kept = load_policy(home.home / "policy" / "admitted.yml")
    assert kept == load_policy(SHIPPED)
