"""Work in a child process: what it says, and how it fails."""

import click
import pytest

from bot.errors import FairwayError
from channels.commands.child import in_child


class Broken(FairwayError):
    """The file is broken."""


def test_what_it_returns_comes_back_whole():
    assert in_child(lambda: "ŵ" * 100_000) == "ŵ" * 100_000
    assert in_child(lambda: "") == ""


def test_an_error_of_ours_keeps_its_sentence():
    def work() -> str:
        raise Broken

    with pytest.raises(click.ClickException, match="The file is broken"):
        in_child(work)


def test_an_error_nobody_expected_is_no_success(capfd):
    with pytest.raises(click.ClickException, match="without saying why"):
        in_child(lambda: str(1 / 0))
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_the_memory_is_the_childs():
    seen = []
    in_child(lambda: seen.append(1) or "")
    assert seen == []
