"""pyproject.toml: each dependency has its reason; tests are strict."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PROJECT = tomllib.loads(TEXT)
REQUIREMENT = re.compile(r'^    "[A-Za-z][\w.-]*(\[\w+\])?([<>=~!].*)?",(?P<comment>.*)$')


def test_every_dependency_says_why_it_is_there() -> None:
    listed = TEXT[TEXT.index("dependencies = [") : TEXT.index("[tool.uv]")]
    lines = [m for line in listed.splitlines() if (m := REQUIREMENT.match(line))]
    groups = PROJECT["dependency-groups"].values()
    declared = len(PROJECT["project"]["dependencies"])
    declared += sum(isinstance(item, str) for group in groups for item in group)
    assert len(lines) == declared
    for line in lines:
        assert re.match(r"\s+# \S.{12,}", line["comment"]), line[0]


# Not imported by name: SQLAlchemy loads the one, FastAPI the other.
LOADED_BY_OTHERS = {"psycopg", "python-multipart"}
IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "govuk-bank-holidays": "govuk_bank_holidays",
    "notifications-python-client": "notifications_python_client",
    "opentelemetry-exporter-otlp-proto-http": "opentelemetry.exporter",
    "opentelemetry-sdk": "opentelemetry.sdk",
    "pillow": "PIL",
    "prometheus-client": "prometheus_client",
    "pyyaml": "yaml",
    "rasa-sdk": "rasa_sdk",
    "scikit-learn": "sklearn",
}


def test_every_dependency_is_used() -> None:
    rooms = ("actions", "bot", "channels", "fairness")
    code = "\n".join(p.read_text("utf-8") for room in rooms for p in (ROOT / room).rglob("*.py"))
    for requirement in PROJECT["project"]["dependencies"]:
        name = re.split(r"[\[<>=~!]", requirement)[0]
        module = IMPORTED_AS.get(name, name)
        used = re.search(rf"^\s*(?:import|from) {module}\b", code, re.M)
        assert used or name in LOADED_BY_OTHERS, name


def test_pytest_is_strict() -> None:
    options = PROJECT["tool"]["pytest"]["ini_options"]
    assert {"--strict-markers", "--strict-config"} <= set(options["addopts"])
    assert options["filterwarnings"][0] == "error"
    assert options["xfail_strict"] is True
    assert options["timeout"] <= 300


def test_excepted_warnings_are_narrow() -> None:
    for exception in PROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"][1:]:
        action, message, category, module, *_ = [*exception.split(":"), "", "", ""]
        assert action in ("ignore", "default")
        assert message or (category and module), f"{exception} is too wide"


def test_types_are_strict() -> None:
    mypy = PROJECT["tool"]["mypy"]
    assert mypy["strict"] is True
    assert set(mypy["packages"]) >= {"bot", "nlu", "actions", "channels", "fairness"}


def test_the_licence_is_the_one_declared() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")
