"""``--config FILE.yml``: the audit's options by name, so that a long command is one short file."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
import yaml

_PATHS = ("table", "decisions", "out", "previous", "harm-weights", "areas")


def read_config(context: click.Context, option: click.Parameter, path: Path | None) -> None:
    """Take the options in ``path`` as defaults. Paths in it start from its own folder.

    Raises click's error naming the key and what could have been meant.
    """
    if path is None:
        return
    known = {_name(p): p.name for p in context.command.params if p.name != "config"}
    held: dict[str, Any] = {}
    for key, value in _mapping(path).items():
        name = str(key).replace("_", "-")
        if name not in known:
            near = get_close_matches(name, list(known), 1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            listed = ", ".join(sorted(known))
            raise click.BadParameter(f"{path}: unknown key {key!r}.{meant} Use: {listed}.")
        held[str(known[name])] = _plain(name, value, path.parent)
    context.default_map = {**(context.default_map or {}), **held}


def _mapping(path: Path) -> dict[Any, Any]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise click.BadParameter(f"{path}: it cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise click.BadParameter(f"{path}{line}: this is not YAML. Check its colons.") from None
    if not isinstance(data, dict):
        raise click.BadParameter(f"{path}: write one option a line, such as  outcome: Admit.")
    return data


def _plain(name: str, value: Any, folder: Path) -> Any:
    """As it would stand on the command line. YAML reads a bare yes or no as true or false."""
    if name in _PATHS:
        return str(folder / str(value))
    if name == "reference":
        return [f"{k}={v}" for k, v in value.items()] if isinstance(value, dict) else value
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, bool) else str(value)


def _name(option: click.Parameter) -> str:
    return option.opts[0].lstrip("-")
