"""Find HAProxy for the tests of several processes; install it when asked to and allowed to.

Run as a script it prints the path; ``--install`` tries to install it first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.say import Trouble, report

PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
REMEDY = "install HAProxy (Debian: apt-get install haproxy; macOS: brew install haproxy)."


def find_haproxy() -> Path:
    """The program's path; raise Trouble when there is none."""
    if found := shutil.which("haproxy", path=PLACES):
        return Path(found)
    raise Trouble("There is no HAProxy here, which several processes need before them.", REMEDY)


def install_haproxy() -> Path:
    """The path, after installing Debian's package where we may: as root, as in CI."""
    try:
        return find_haproxy()
    except Trouble:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            _apt("install", "-y", "-q", "--no-install-recommends", "haproxy") or (
                _apt("update", "-q")
                and _apt("install", "-y", "-q", "--no-install-recommends", "haproxy")
            )
        return find_haproxy()


def _apt(*arguments: str) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    ran = subprocess.run(
        ["apt-get", *arguments], env=quiet, stdin=subprocess.DEVNULL, stdout=sys.stderr
    )
    return ran.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="install it if there is none")
    try:
        print(install_haproxy() if parser.parse_args().install else find_haproxy())
    except Trouble as trouble:
        return report(trouble)
    return 0


if __name__ == "__main__":
    sys.exit(main())
