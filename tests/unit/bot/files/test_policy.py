"""The routing policy is read, and a broken one says where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadFile
from bot.files.policy import load_policy
from bot.need import (
    Adjustment,
    Availability,
    Barrier,
    Channel,
    Circumstances,
    Need,
    NeedKind,
    Urgency,
)
from bot.routing import Doors, decide_route

SHIPPED = Path(__file__).parents[4] / "bot" / "routing_policy.yml"


def test_the_shipped_policy_is_read() -> None:
    policy = load_policy(SHIPPED)
    assert policy.version
    assert policy.long_wait_minutes == 20
    first = policy.rules[0]
    assert first.at_least is Channel.ASSISTED
    assert Barrier.NO_INTERNET in first.barriers
    assert any(r.kinds == {NeedKind.RELATIONAL} for r in policy.rules)
    assert any(r.urgencies == {Urgency.URGENT} for r in policy.rules)
    assert any(r.failed_turns == 2 for r in policy.rules)
    assert any(
        r.at_least is Channel.FACE_TO_FACE and Adjustment.HOME_VISIT in r.adjustments
        for r in policy.rules
    )


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("rules: []\n", 1, "no version"),
        ('version: "1"\nrules: []\n', 2, "no rules"),
        ('version: "1"\nrules:\n  - at_least: assisted\n', 3, "no condition"),
        ('version: "1"\nrules:\n  - barriers: [no_data]\n', 3, "no at_least"),
        ('version: "1"\nrules:\n  - at_least: phone\n    failed_turns: 2\n', 3, "'phone'"),
        ('version: "1"\nrules:\n  - at_least: assisted\n    barriers: [no_cat]\n', 4, "'no_cat'"),
        ('version: "1"\nrules:\n  - at_least: assisted\n    barriers: no_data\n', 4, "a list"),
        ('version: "1"\nrules:\n  - at_least: assisted\n    failed_turns: 0\n', 4, "whole number"),
        ('version: "1"\nlong_wait_minutes: soon\nrules:\n  - {}\n', 4, "no condition"),
        ('version: "1"\nrules:\n  - at_least: assisted\n    barrier: [no_data]\n', 4, "'barrier'"),
        ('version: "1"\ncolour: red\n', 2, "'colour'"),
        ("- a\n", 1, "block of keys"),
        ('version: "1"\nrules: [\n', 3, ""),
    ],
)
def test_a_broken_policy_names_file_line_and_remedy(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(text)
    with pytest.raises(BadFile) as caught:
        load_policy(path)
    assert caught.value.line == line
    assert caught.value.path == path
    assert says in caught.value.problem
    assert caught.value.remedy


def test_a_missing_policy_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="gone.yml"):
        load_policy(tmp_path / "gone.yml")


PATIENT = """version: "1"
rules:
  - at_least: assisted
    failed_turns: 2
"""


def _load(tmp_path: Path, text: str):
    path = tmp_path / "policy.yml"
    path.write_text(text)
    return load_policy(path)


def test_points_lead_to_a_person(tmp_path: Path) -> None:
    policy = _load(
        tmp_path,
        PATIENT
        + "weights:\n  - points: 2\n    barriers: [no_data]\n  - points: -1\n"
        + "    kinds: [information]\nassisted_from: 2\nface_to_face_from: 5\n",
    )
    assert (policy.weights[0].points, policy.assisted_from, policy.face_to_face_from) == (2, 2, 5)
    told = Circumstances(barriers=frozenset({Barrier.NO_DATA}))
    for kind, channel in (
        (NeedKind.TRANSACTIONAL, Channel.ASSISTED),
        (NeedKind.INFORMATION, Channel.DIGITAL),
    ):
        decision = decide_route(Need(kind=kind), told, Availability(), Doors(), policy)
        assert decision.channel is channel
    assert (
        "barrier_no_data"
        in decide_route(
            Need(kind=NeedKind.TRANSACTIONAL), told, Availability(), Doors(), policy
        ).reasons
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            "weights:\n  - points: 3\n    barriers: [no_data]\n  - points: -2\n"
            "    adjustments: [bsl]\nassisted_from: 3\n",
            "no_data is taken nearer to digital by bsl",
        ),
        (
            "weights:\n  - points: 3\n    kinds: [transactional]\n  - points: -1\n"
            "    failed_turns: 1\nassisted_from: 3\n",
            "nearer to digital by 1 misunderstandings",
        ),
    ],
)
def test_a_policy_that_breaks_the_ratchet_is_refused_with_a_citizen(
    tmp_path: Path, more: str, says: str
) -> None:
    with pytest.raises(BadFile) as caught:
        _load(tmp_path, PATIENT + more)
    assert "the ratchet" in caught.value.problem and says in caught.value.problem
    assert caught.value.line == 5 and caught.value.remedy


def test_a_policy_that_lets_nobody_through_to_a_person_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="not understood 2 times in a row is kept online"):
        _load(tmp_path, PATIENT.replace("failed_turns: 2", "barriers: [no_data]"))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("weights: 3\n", "must be a list"),
        ("weights:\n  - points: 2\n", "no condition"),
        ("weights:\n  - points: many\n    barriers: [no_data]\n", "whole number"),
        ("weights:\n  - points: 2\n    barriers: [no_data]\n", "lead nowhere"),
        ("assisted_from: 4\nface_to_face_from: 2\n", "less than"),
        ("assisted_from: 0\n", "whole number"),
    ],
)
def test_points_that_cannot_be_read_are_refused(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(BadFile) as caught:
        _load(tmp_path, PATIENT + more)
    assert says in caught.value.problem and caught.value.remedy
