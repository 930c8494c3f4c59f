"""Read YAML and keep the line of every key, so that an error can point at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from bot.errors import BadFile

Place = tuple[Any, ...]
"""Where a value sits: the keys and indexes that lead to it."""


@dataclass(frozen=True)
class YamlFile:
    """``data`` is plain JSON-like data (dates stay text); ``lines``: place → line number."""

    path: Path
    data: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of ``place``, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def bad(self, place: Place, problem: str, remedy: str) -> BadFile:
        """The error for what sits at ``place``."""
        return BadFile(self.path, self.line(place), problem, remedy)


def read_yaml(path: Path) -> YamlFile:
    """The file's data with its lines.

    Raises BadFile when it cannot be read, is no YAML, or names a key twice.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(path, None, "cannot be read", "Save it as UTF-8 text.") from error
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or "is not YAML")
        remedy = "Check its indents, colons and quotes."
        raise BadFile(path, mark.line + 1 if mark else None, problem, remedy) from error
    lines: dict[Place, int] = {}
    return YamlFile(path, _value(node, (), lines, path), lines)


def _compose(text: str) -> yaml.Node | None:
    """libyaml is ten times as quick; what is wrong with a file, PyYAML's own reader says better."""
    quick = getattr(yaml, "CSafeLoader", None)
    if quick is not None:
        try:
            return yaml.compose(text, Loader=quick)
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _value(node: yaml.Node | None, place: Place, lines: dict[Place, int], path: Path) -> Any:
    if node is None:
        return None
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, path)
    if isinstance(node, yaml.SequenceNode):
        return [_value(n, (*place, i), lines, path) for i, n in enumerate(node.value)]
    return _scalar(node, path)


def _mapping(
    node: yaml.MappingNode, place: Place, lines: dict[Place, int], path: Path
) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise BadFile(path, line, "a key must be plain text", "Write it as  name: value.")
        key = key_node.value
        if key in found:
            raise BadFile(path, line, f"{key!r} is there twice", "Take one of the two out.")
        lines[(*place, key)] = line
        found[key] = _value(value_node, (*place, key), lines, path)
    return found


def _scalar(node: yaml.Node, path: Path) -> Any:
    """A text, number, yes/no or nothing; a date stays the text that was written."""
    if node.tag.endswith((":timestamp", ":binary")):
        return node.value
    try:
        return SafeConstructor().construct_object(node)
    except yaml.YAMLError as error:
        line = node.start_mark.line + 1
        raise BadFile(path, line, "cannot read this value", "Put it in quotes.") from error
