"""Our Open311 client against a server that shares nothing with our sandbox council.

The server in ``foreign_open311.py`` follows the specification's published examples. Other
people's servers are tried by hand, with the same command; docs/council-systems.md says which.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from channels.cli import fairway


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Path(__file__).with_name("foreign_open311.py")
    with subprocess.Popen([sys.executable, server], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        yield f"http://127.0.0.1:{int(running.stdout.readline())}"
        running.terminate()


def tried(url: str, form: str, *more: str) -> Result:
    asked = ["try-georeport", url, "--form", form, "--patience", "120", *more]
    return CliRunner().invoke(fairway, asked)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_its_services_are_read_and_a_report_is_sent_and_found_again(url: str, form: str) -> None:
    shown = tried(
        url, form, "--jurisdiction", "city.gov", "--key", "xyz", "--send", "001",
        "--at", "37.76", "-122.46",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.output
    assert "001: Cans left out 24x7. Asks: WHISHETN (singlevaluelist)" in shown.output
    assert "002: Construction plate shifted. Asks: nothing" in shown.output
    assert "reference 29394" in shown.output and "open, the same words" in shown.output
    # It refuses a place to look near, which the specification does not know: asked without.
    assert "within 100 metres: 0" not in shown.output and "within 100 metres: " in shown.output


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_token_becomes_a_reference(url: str, form: str) -> None:
    shown = tried(url, form, "--jurisdiction", "city.gov", "--key", "xyz", "--send", "002")
    assert shown.exit_code == 0, shown.output
    assert "reference 29394" in shown.output and "token 12345" in shown.output


def test_its_refusals_are_passed_on(url: str) -> None:
    assert "jurisdiction_id was not provided" in tried(url, "json").output
    wrong = tried(url, "xml", "--jurisdiction", "city.gov", "--key", "abc", "--send", "002")
    assert wrong.exit_code == 1 and "api_key was not provided or wrong" in wrong.output
