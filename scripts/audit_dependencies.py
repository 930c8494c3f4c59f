"""Hold what the locks pin against the public lists of known vulnerabilities.

Those of docs/accepted-risks.yml are known and answered for; any other fails. Where the
lists cannot be reached nothing is said to be safe: the exit code is 2.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("fairway", "rasa")
RISKS = ROOT / "docs" / "accepted-risks.yml"


@dataclass(frozen=True)
class Audited:
    """One lock: how many packages were looked up, how many could not be, and (package, version,
    ids) of each that is vulnerable."""

    lock: str
    looked_up: int
    not_looked_up: int
    found: tuple[tuple[str, str, tuple[str, ...]], ...]


def accepted(today: datetime.date) -> set[str]:
    """Ids that are answered for. Raises ValueError for one whose day has come."""
    ids = set()
    for risk in yaml.safe_load(RISKS.read_text("utf-8")):
        if risk["look_again"] <= today:
            raise ValueError(f"{risk['id']} is to be looked at again; see {RISKS.name}.")
        ids.add(str(risk["id"]))
    return ids


def audit(lock: str) -> Audited:
    """Look every package of a lock up, whatever machine it is for."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        plain, answer = Path(folder) / "lock.txt", Path(folder) / "found.json"
        plain.write_text(re.sub(r"^([\w.-]+==\S+) ;.*\\$", r"\1 \\", text, flags=re.M), "utf-8")
        tool = str(Path(sys.executable).parent / "pip-audit")
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "-f", "json"]
        subprocess.run(
            [tool, "-r", str(plain), *options, "-o", str(answer)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=600,
        )  # fmt: skip
        return read(lock, json.loads(answer.read_text("utf-8")))


def read(lock: str, answer: dict[str, Any]) -> Audited:
    """What pip-audit found."""
    held = answer["dependencies"]
    looked = [one for one in held if "skip_reason" not in one]
    found = tuple(
        (one["name"], one["version"], (v["id"], *v.get("aliases", ())))
        for one in looked
        for v in one["vulns"]
    )
    return Audited(lock, len(looked), len(held) - len(looked), found)


def main() -> int:
    known, code = accepted(datetime.date.today()), 0
    for audited in map(audit, LOCKS):
        new = [f for f in audited.found if not known & set(f[2])]
        print(
            f"{audited.lock}.lock: {audited.looked_up} packages looked up, "
            f"{audited.not_looked_up} could not be; {len(audited.found)} known vulnerabilities, "
            f"{len(new)} not answered for."
        )
        for name, version, ids in new:
            print(f"  {name} {version}: {', '.join(ids)}")
        code = max(code, 1 if new else 2 if not audited.looked_up else 0)
    if code == 2:
        print("✗ The lists of vulnerabilities cannot be reached from here: nothing is known.")
    return code


if __name__ == "__main__":
    sys.exit(main())
