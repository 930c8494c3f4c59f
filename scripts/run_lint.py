"""Run every static check, all of them even when one fails, and say at the end which did."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = {
    "style (ruff)": ("ruff", "check", "."),
    "types (mypy)": ("mypy",),
    "walls (import-linter)": ("lint-imports",),
    "three doors (every service, web and text)": ("python", "-m", "scripts.check_doors"),
    "replies: plain, short, complete (textstat, smsutil)": (
        "pytest",
        "-q",
        "--no-header",
        "tests/house/test_replies.py",
        "tests/house/test_page_words.py",
    ),
}


def main() -> int:
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    print("✗ lint failed: " + ", ".join(failed) if failed else "✓ lint passed")
    return bool(failed)


def passes(name: str, command: tuple[str, ...]) -> bool:
    """Run one check, saying its name and how long it took."""
    print(f"— {name}", flush=True)
    began = time.monotonic()
    tool, *arguments = command
    code = subprocess.run([BIN / tool, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    print(f"  {'ok' if code == 0 else f'exit code {code}'} in {time.monotonic() - began:.1f} s")
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
