"""Write what the product is made of: a CycloneDX list of every package in both locks.

.venv/bin/python -m scripts.write_sbom sbom.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("fairway", "rasa")


def sbom(version: str) -> dict[str, Any]:
    """A CycloneDX 1.5 document: name, version, package URL and hashes of every package."""
    components = [one for lock in LOCKS for one in components_of(lock)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "fairway", "version": version,
                          "licenses": [{"license": {"id": "Apache-2.0"}}]},
        },
        "components": components,
    }  # fmt: skip


def components_of(lock: str) -> list[dict[str, Any]]:
    """The packages of one lock. ``fairway:lock`` says in which of the two environments each is."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    found = []
    for stanza in re.split(r"^(?=\w)", text, flags=re.M)[1:]:
        head = re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", stanza)
        if head is None:
            raise ValueError(f"{lock}.lock: {stanza[:60]!r} pins nothing")
        name, version = head[1].lower(), head[2]
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", stanza)
        purl = f"pkg:pypi/{name}@{version}"
        found.append(
            {
                "type": "library",
                "bom-ref": f"{lock}/{purl}",
                "name": name,
                "version": version,
                "purl": purl,
                "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
                "properties": [{"name": "fairway:lock", "value": lock}],
            }
        )
    return found


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.M)
    document = sbom(version[1] if version else "0")
    Path(sys.argv[1]).write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    print(f"wrote {len(document['components'])} packages to {sys.argv[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
