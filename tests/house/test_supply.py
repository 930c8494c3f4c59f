"""What the product is made of, and what is known against it."""

from __future__ import annotations

import datetime

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from scripts.audit_dependencies import RISKS, accepted, audit, read
from scripts.write_sbom import components_of, sbom

TODAY = datetime.date(2026, 11, 29)


def test_the_list_of_parts_is_valid_and_whole() -> None:
    import json

    document = sbom("0.1.0")
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(document)) is None
    names = {(one["properties"][0]["value"], one["name"]) for one in document["components"]}
    assert {("fairway", "fastapi"), ("rasa", "rasa"), ("rasa", "tensorflow")} <= names
    assert all(one["hashes"] for one in document["components"])
    assert len({one["bom-ref"] for one in document["components"]}) == len(document["components"])


def test_every_risk_that_is_taken_says_why_and_until_when() -> None:
    for risk in yaml.safe_load(RISKS.read_text("utf-8")):
        assert len(risk["why"]) > 60
        assert risk["package"] in {one["name"] for one in components_of("rasa")}
    assert accepted(TODAY) == {"CVE-2024-3660"}
    with pytest.raises(ValueError, match="looked at again"):
        accepted(datetime.date(2099, 1, 1))


def test_a_package_that_could_not_be_looked_up_does_not_count_as_safe() -> None:
    skipped = {"name": "a", "skip_reason": "not found"}
    bad = {"name": "b", "version": "1", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"]}]}
    found = read("fairway", {"dependencies": [skipped, bad]})
    assert (found.looked_up, found.not_looked_up) == (1, 1)
    assert found.found == (("b", "1", ("PYSEC-1", "CVE-1")),)


@pytest.mark.slow
@pytest.mark.timeout(1300)
@pytest.mark.parametrize("lock", ["fairway", "rasa"])
def test_nothing_is_known_against_what_is_pinned(lock: str) -> None:
    audited = audit(lock)
    assert audited.looked_up, "the lists of vulnerabilities cannot be reached from here"
    known = accepted(datetime.date.today())
    assert [one for one in audited.found if not known & set(one[2])] == []
