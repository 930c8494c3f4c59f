"""Find a Chromium for the browser tests; install one when asked to and allowed to.

Run as a script it prints the path; ``--install`` tries to install one first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.say import Trouble, report

# The shell is the same engine without the browser's own windows, which take time of the processor.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
)
MAC_APPS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
REMEDY = (
    "install Chromium (Debian: apt-get install chromium; macOS: brew install --cask chromium; "
    "or: .venv/bin/python -m playwright install chromium)."
)


def find_chromium() -> Path:
    """Return the browser's path; raise Trouble when there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    for app in MAC_APPS:
        if app.exists():
            return app
    if kept := _kept_by_playwright():
        return kept
    raise Trouble("There is no Chromium here, which the browser tests need.", REMEDY)


def install_chromium() -> Path:
    """Return the browser's path, after installing one if need be; raise Trouble."""
    try:
        return find_chromium()
    except Trouble:
        _install_package() or _install_with_playwright()
        return find_chromium()


def _kept_by_playwright() -> Path | None:
    caches = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    if asked := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        caches.insert(0, Path(asked))
    for cache in caches:
        for name in ("chrome", "Chromium", "Google Chrome for Testing"):
            for found in sorted(cache.glob(f"chromium-*/chrome-*/**/{name}"), reverse=True):
                if found.is_file() and os.access(found, os.X_OK):
                    return found
    return None


def _install_package() -> bool:
    """Debian's package, where we may: as root, as in a container or in CI."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
    wanted = [[*install, name] for name in ("chromium-headless-shell", "chromium")]
    if any(_worked(one, quiet) for one in wanted):
        return True
    updated = _worked(["apt-get", "update", "-q"], quiet)
    return updated and any(_worked(one, quiet) for one in wanted)


def _install_with_playwright() -> bool:
    return _worked([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _worked(command: list[str], environment: dict[str, str]) -> bool:
    ran = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    return ran.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="install one if there is none")
    try:
        print(install_chromium() if parser.parse_args().install else find_chromium())
    except Trouble as trouble:
        return report(trouble)
    return 0


if __name__ == "__main__":
    sys.exit(main())
