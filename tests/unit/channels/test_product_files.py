"""A language without a catalogue is not offered, and the start says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadFile
from channels.product_files import read_files
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
