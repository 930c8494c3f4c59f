"""The routing policy is read, and a broken one says where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadFile
from bot.files.policy import load_policy
from bot.need import Adjustment, Barrier, Channel, NeedKind, Urgency

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
