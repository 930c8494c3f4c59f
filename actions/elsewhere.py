"""What other bodies deal with, as in ``data/elsewhere.yml``: passports, benefits, the police."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import BadFile
from bot.files.yaml_lines import YamlFile, read_yaml

DATA = Path(__file__).parent / "data" / "elsewhere.yml"
_KNOWN = ("body", "names", "url")


@dataclass(frozen=True)
class Elsewhere:
    """Who deals with a matter. ``body`` is its name, empty where it is whoever the citizen
    has a contract with; ``names`` are language → name where a language has its own."""

    url: str
    body: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """The body's name in ``language``."""
        return self.names.get(language, self.body)


def load_elsewhere(path: Path = DATA) -> Mapping[str, Elsewhere]:
    """Matter → who deals with it. Raises BadFile naming file, line and remedy."""
    file = read_yaml(path)
    if not isinstance(file.data, dict) or not file.data:
        raise BadFile(path, 1, "there is no matter in it", "Write  matter:  and its url under it.")
    return {str(matter): _elsewhere(file, str(matter)) for matter in file.data}


def _elsewhere(file: YamlFile, matter: str) -> Elsewhere:
    entry = file.data[matter]
    if not isinstance(entry, dict):
        raise file.bad((matter,), f"{matter} has nothing under it", "Write its body and url.")
    for key in entry:
        if key not in _KNOWN:
            remedy = f"Use one of: {', '.join(_KNOWN)}."
            raise file.bad((matter, key), f"unknown key {key!r}", remedy)
    names = entry.get("names", {})
    if not isinstance(names, dict):
        raise file.bad((matter, "names"), "names must be languages and names", "Write  en: name.")
    return Elsewhere(
        url=_url(file, matter, entry),
        body=_text(file, (matter, "body"), entry.get("body", "")),
        names={str(lang): _text(file, (matter, "names", lang), names[lang]) for lang in names},
    )


def _url(file: YamlFile, matter: str, entry: Mapping[str, Any]) -> str:
    url = _text(file, (matter, "url"), entry.get("url", ""))
    if not url.startswith("https://"):
        raise file.bad((matter, "url"), f"{matter} has no web address", "Write  url: https://…")
    return url


def _text(file: YamlFile, place: tuple[str, ...], value: Any) -> str:
    if not isinstance(value, str) or (not value.strip() and place[-1] not in ("url", "body")):
        raise file.bad(place, f"{place[-1]} is not text", "Put it in quotes.")
    return value.strip()
