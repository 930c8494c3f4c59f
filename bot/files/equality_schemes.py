"""Read the category schemes in ``bot/equality_schemes``: versioned, because standards change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.equality import PREFER_NOT_TO_SAY, Category, Question, Scheme
from bot.files.schema_errors import check
from bot.files.yaml_lines import YamlFile, read_yaml

FOLDER = Path(__file__).resolve().parent.parent / "equality_schemes"
_LABELS = {"type": "object", "required": ["en"], "additionalProperties": {"type": "string"}}
_CATEGORY = {
    "type": "object",
    "required": ["code", "label"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
        "label": _LABELS,
        "group": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
    },
}
_QUESTION = {
    "type": "object",
    "required": ["id", "label", "categories"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
        "characteristic": {"type": "string"},
        "label": _LABELS,
        "categories": {"type": "array", "minItems": 2, "items": _CATEGORY},
    },
}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["name", "version", "title", "source", "questions"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
        "version": {"type": "string"},
        "title": {"type": "string"},
        "source": {"type": "string"},
        "questions": {"type": "array", "minItems": 1, "items": _QUESTION},
    },
}


def load_schemes(folder: Path = FOLDER) -> dict[str, Scheme]:
    """Every scheme by its id. Raises BadFile naming file, line and remedy."""
    schemes = [load_scheme(path) for path in sorted(folder.glob("*.yml"))]
    return {scheme.id: scheme for scheme in schemes}


def load_scheme(path: Path) -> Scheme:
    """One scheme. Raises BadFile naming file, line and remedy."""
    file = read_yaml(path)
    check(file, SCHEMA)
    data = file.data
    questions = tuple(_question(file, i, q) for i, q in enumerate(data["questions"]))
    return Scheme(data["name"], data["version"], data["title"], data["source"], questions)


def _question(file: YamlFile, number: int, data: Mapping[str, Any]) -> Question:
    codes = [c["code"] for c in data["categories"]]
    for place, code in enumerate(codes):
        if code == PREFER_NOT_TO_SAY or code in codes[:place]:
            where = ("questions", number, "categories", place)
            problem = f"the code {code!r} is taken"
            raise file.bad(where, problem, "Each code once; prefer_not_to_say is always there.")
    categories = tuple(Category(c["code"], c["label"]) for c in data["categories"])
    grouping = {c["code"]: c.get("group", c["code"]) for c in data["categories"]}
    return Question(data["id"], data.get("characteristic", ""), data["label"], categories, grouping)
