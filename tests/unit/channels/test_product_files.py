"""A language without a catalogue is not offered, and the start says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errors import BadFile
from channels.product_files import read_council, read_files
from channels.settings import ROOT

SHIPPED = (ROOT / "bot" / "council.yml").read_text("utf-8")


def council_file(folder: Path, languages: str) -> Path:
    """The shipped council with other languages."""
    before, _, rest = SHIPPED.partition("languages:")
    _, _, after = rest.partition("\n\n")
    path = folder / "council.yml"
    path.write_text(f"{before}languages: {languages}\n\n{after}", "utf-8")
    return path


def test_a_language_without_a_catalogue_is_left_out_and_named(tmp_path, caplog):
    path = council_file(tmp_path, "{en: English, xx: Martian, cy: Cymraeg}")
    assert dict(read_files(path).council.languages) == {"en": "English", "cy": "Cymraeg"}
    [warning] = caplog.messages
    assert "'xx'" in warning and "bot/replies/xx.po" in warning and str(path) in warning


def test_a_council_without_any_language_of_ours_is_refused(tmp_path):
    with pytest.raises(BadFile, match="no language in it has a catalogue"):
        read_files(council_file(tmp_path, "{xx: Martian}"))


def test_bank_holidays_of_the_councils_part_of_the_kingdom_are_kept(tmp_path):
    path = tmp_path / "council.yml"
    days = "bank_holidays: scotland\nclosed_on: [2026-12-24]\n"
    path.write_text(SHIPPED + days, "utf-8")
    holidays = read_council(path).holidays
    assert {date(2026, 12, 25), date(2026, 11, 30), date(2026, 12, 24)} <= holidays
    path.write_text(SHIPPED + days.replace("scotland", "england-and-wales"), "utf-8")
    assert date(2026, 11, 30) not in read_council(path).holidays  # Saint Andrew's Day


@pytest.mark.parametrize("wrong", ["bank_holidays: mars", "closed_on: soon", "closed_on: [soon]"])
def test_days_off_that_cannot_be_read_are_refused(tmp_path, wrong):
    path = tmp_path / "council.yml"
    path.write_text(f"{SHIPPED}{wrong}\n", "utf-8")
    with pytest.raises(BadFile):
        read_council(path)
