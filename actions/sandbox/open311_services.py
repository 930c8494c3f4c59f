"""The kinds of report the sandbox council takes, in the asker's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Services = Mapping[str, Mapping[str, Any]]


def load_services(path: Path) -> Services:
    """service_code → the service, with every text still in every language."""
    services = json.loads(path.read_text(encoding="utf-8"))["services"]
    return {service["service_code"]: service for service in services}


def in_language(value: Any, language: str) -> Any:
    """The same value with each ``{"en": …, "cy": …}`` replaced by one text."""
    if isinstance(value, list):
        return [in_language(item, language) for item in value]
    if isinstance(value, dict) and set(value) == {"en", "cy"}:
        return value.get(language, value["en"])
    if isinstance(value, dict):
        return {key: in_language(item, language) for key, item in value.items()}
    return value


def summary(service: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A service as ``services.json`` lists it."""
    shown = {key: v for key, v in service.items() if key not in {"attributes", "service_notice"}}
    return dict(in_language(shown, language))


def definition(service: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A service as ``services/{code}.json`` defines it."""
    attributes = in_language(service["attributes"], language)
    return {"service_code": service["service_code"], "attributes": attributes}
