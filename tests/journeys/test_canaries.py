"""S10 and P1: where a citizen's words may be, and that they are gone when they are erased."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from benchmarks.processes import wait_until
from tests.forms_kit import PAGE, Browser

# Each as a citizen would write it. None is a word of the product.
CANARIES = {
    "name": "Zebedee Quillfeather",
    "email": "zebedee.q@canary.example",
    "phone": "07700 900461",
    "address": "17 Kumquat Terrace",
    "insurance": "QQ 12 34 56 C",
    "words": "xylographic wombat",
}
SAID = (
    "hello, my name is {name}",
    "there is a pothole outside {address}, {words}",
    "SY1 2AS",
    "you can email me at {email} or ring {phone}",
    "{insurance} is my number",
    "quux {words} frob",
    "can i talk to a person please, it is about {words}",
    "my number is {phone}",
)


@pytest.fixture
def told(product):
    """A citizen of the page who told everything there is to tell."""
    with httpx.Client(base_url=product.url, trust_env=False, timeout=60) as site:
        browser = Browser(site)
        for text in SAID:
            browser.sends(text.format(**CANARIES))
            assert browser.page.status_code == 200
        yield browser
        if "Your chat has been deleted." not in browser.page.text:
            browser.opens("/privacy/erase")
            browser.sends(path="/privacy/erase")


def spellings(value: str) -> list[bytes]:
    """As it was written, without spaces, in small letters, and as JSON would keep it."""
    without = re.sub(r"\s", "", value)
    return [form.encode() for form in {value, value.lower(), without, without.lower()}]


def files_with_a_canary(folder: Path, leave_out: tuple[str, ...] = ()) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.relative_to(folder).as_posix().startswith(leave_out):
            raw = path.read_bytes()
            hits = [k for k, v in CANARIES.items() if any(form in raw for form in spellings(v))]
            found += [f"{path.relative_to(folder)}: {', '.join(hits)}"] if hits else []
    return found


def test_s10_canaries_are_in_no_log_record_metric_or_report(product, told, tmp_path):
    kept = product.rows("select text from messages where text like '%wombat%'")
    assert kept, "the canaries were never said"
    held = str(product.rows("select summary, contact from handoffs"))
    held += str(product.rows("select told, address from conversations"))
    assert [k for k, v in CANARIES.items() if any(f.decode() in held for f in spellings(v))] == []
    assert files_with_a_canary(product.home / "logs") == []
    assert files_with_a_canary(product.home.parent, leave_out=("home/",)) == []
    sinks = {
        "turn records": str(product.rows("select * from turn_records")),
        "outcomes": str(product.rows("select * from outcomes")),
        "equality answers": str(product.rows("select * from equality_answers")),
        "staff log": str(product.rows("select * from staff_log")),
        "metrics": product.client.get("/metrics").text,
        "readiness": product.client.get("/readyz").text,
    }
    for name, text in sinks.items():
        hits = [k for k, v in CANARIES.items() if any(f.decode() in text for f in spellings(v))]
        assert hits == [], name
    database = f"sqlite:///{product.home / 'fairway.db'}"
    out = tmp_path / "report"
    made = product.run("audit", "--db", database, "--groups", "language", "--out", str(out))
    assert (out / "report.json").exists(), made.stdout + made.stderr
    assert files_with_a_canary(out) == []


def test_p1_erasing_leaves_nothing_in_any_file(product, told):
    apart = ("models/", "sandbox.db")  # the model; and the council's own street system
    assert files_with_a_canary(product.home, apart), "the search would not find them"
    told.opens("/privacy/erase")
    told.sends(path="/privacy/erase")
    assert "Your chat has been deleted." in told.page.text

    def is_clean() -> bool:  # a journal that is being read is emptied by the next checkpoint
        return files_with_a_canary(product.home, apart) == []

    try:
        wait_until(is_clean, 5)
    except TimeoutError:
        pytest.fail("; ".join(files_with_a_canary(product.home, apart)))
    assert told.site.get("/privacy/my-data.json", headers=PAGE).status_code == 404
