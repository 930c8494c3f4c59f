"""Every parser of what others send, with made-up input: seconds here, ten minutes in check-slow.

A parser may refuse, in its own words (a FairwayError); nothing else may come out of it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.gateways.wire import decode
from bot.errors import FairwayError
from bot.files.cards import load_cards
from bot.files.council import load_council
from channels.privacy.schedule import load_schedule
from fairness.csv_file import read_csv
from tests.unit.actions.gateways.test_readers_never_break import JSON, READERS

BRIEFLY, AT_LENGTH = 0.5, 600.0
CARD = (Path(__file__).parents[2] / "bot/services/pothole.yml").read_bytes()
COUNCIL = (Path(__file__).parents[2] / "bot/council.yml").read_bytes()
SCHEDULE = (Path(__file__).parents[2] / "bot/retention.yml").read_bytes()


def spoiled(good: bytes) -> st.SearchStrategy[bytes]:
    """``good`` with a piece of it gone, doubled or replaced."""

    def spoil(parts: tuple[int, int, bytes]) -> bytes:
        start, length, new = parts
        return good[:start] + new + good[start + length :]

    place = st.integers(0, len(good))
    return st.tuples(place, st.integers(0, 60), st.binary(max_size=20) | st.just(b"\t- {[:")).map(
        spoil
    )


csv = st.lists(
    st.lists(st.text(max_size=12) | st.sampled_from(["=1+1", '"', "1,5", "\ufeff"]), max_size=5),
    max_size=8,
).map(lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass"))


def file_parser(name: str, parse: Callable[[Path], object]) -> Callable[[Path, bytes], object]:
    def run(folder: Path, raw: bytes) -> object:
        (folder / name).write_bytes(raw)
        return parse(folder / name)

    return run


PARSERS: dict[str, tuple[st.SearchStrategy, Callable]] = {
    **{
        f"gateway {name}": (JSON, lambda _, v, read=read: read(v)) for name, read in READERS.items()
    },
    "bytes of a council system": (
        st.binary() | st.text().map(lambda t: t.encode("utf-8", "surrogatepass")),
        lambda _, raw: decode(raw, "text/xml" if len(raw) % 2 else "application/json"),
    ),
    "a card": (spoiled(CARD), file_parser("pothole.yml", lambda p: load_cards(p.parent))),
    "a council file": (spoiled(COUNCIL), file_parser("council.yml", load_council)),
    "a retention schedule": (spoiled(SCHEDULE), file_parser("retention.yml", load_schedule)),
    "a CSV file": (csv | st.binary(max_size=200), file_parser("t.csv", read_csv)),
}


FEWEST = 10
"""Inputs, however busy the machine is."""


def run_for(seconds: float, folder: Path, name: str) -> int:
    """Feed a parser for so long, but at least a few inputs; how many it had."""
    inputs, parse = PARSERS[name]
    end, count = time.monotonic() + seconds, [0]

    @settings(
        max_examples=100 if seconds < 10 else 500,  # it ends between two rounds
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(value=inputs)
    def feed(value: object) -> None:
        if count[0] >= FEWEST and time.monotonic() > end:
            return
        count[0] += 1
        with contextlib.suppress(FairwayError):
            parse(folder, value)

    while count[0] < FEWEST or time.monotonic() < end:
        feed()
    return count[0]


@pytest.mark.parametrize("name", PARSERS)
def test_no_input_breaks_a_parser(tmp_path, name):
    assert run_for(BRIEFLY, tmp_path, name) >= FEWEST


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PARSERS)
def test_no_input_breaks_a_parser_in_ten_minutes(tmp_path, name):
    assert run_for(AT_LENGTH, tmp_path, name) > 1000
