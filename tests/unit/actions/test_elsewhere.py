"""Who deals with what the council does not: the shipped file, and errors that name their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.elsewhere import load_elsewhere
from bot.errors import BadFile

GOOD = """\
tax:
  body: HMRC
  names: {cy: CThEF}
  url: https://www.gov.uk/browse/tax
water:
  url: https://www.example.org
"""


def test_names_fall_back_to_the_bodys_own(tmp_path: Path) -> None:
    (tmp_path / "e.yml").write_text(GOOD, "utf-8")
    found = load_elsewhere(tmp_path / "e.yml")
    assert [found["tax"].name(lang) for lang in ("en", "cy", "pl")] == ["HMRC", "CThEF", "HMRC"]
    assert found["water"].body == ""


def test_the_shipped_file_is_read() -> None:
    found = load_elsewhere()
    assert found["police"].name("en").endswith("(call 101)")
    assert not found["utilities"].body


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("  body: HMRC", "  boby: HMRC", 2),
        ("  body: HMRC", "  body: 5", 2),
        ("{cy: CThEF}", "{cy: 5}", 3),
        ("{cy: CThEF}", "CThEF", 3),
        ("https://www.gov", "www.gov", 4),
        ("  url: https://www.example.org", "  - 1", 5),
        ("  url: https://www.example.org", "  body: Water", 5),
        (GOOD, "", 1),
        (GOOD, "- tax", 1),
    ],
)
def test_a_wrong_file_says_where_and_how_to_mend_it(
    tmp_path: Path, old: str, new: str, line: int
) -> None:
    path = tmp_path / "e.yml"
    path.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(BadFile) as caught:
        load_elsewhere(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert caught.value.remedy
