"""A word reaches the other side soon. Slow: it needs the machine to itself."""

from __future__ import annotations

import click
import pytest

from benchmarks.live_update import GOAL, KINDS, measure

pytestmark = pytest.mark.slow


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_a_live_update_takes_at_most_300_ms_with_200_open_conversations(kind, tmp_path, capsys):
    found = measure(kind, tmp_path).p95()
    with capsys.disabled():
        click.echo({name: f"{seconds * 1000:.0f} ms" for name, seconds in found.items()})
    assert {name: seconds for name, seconds in found.items() if seconds > GOAL} == {}
