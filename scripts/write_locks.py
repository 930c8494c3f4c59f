"""Write both lock files anew from pyproject.toml: exact versions and hashes, no addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "fairway": ["pyproject.toml", "--group", "dev", "--python-version", "3.11"],
    "rasa": ["--group", "rasa", "--python-version", "3.10"],
}
FLAGS = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--upgrade"]


def main() -> int:
    for name, what in LOCKS.items():
        lock = f"requirements/{name}.lock"
        uv = str(Path(sys.executable).parent / "uv")
        command = [uv, "pip", "compile", *what, *FLAGS, "-q", "-o", lock]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            return done.returncode
        print(f"wrote {lock}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
