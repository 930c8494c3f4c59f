"""Make the two environments from the two locks. Run by `make setup`; safe to run again.

1. ``.venv`` (this Python, 3.11 or later) from ``requirements/fairway.lock``
2. ``.venv-rasa`` (Python 3.10) from ``requirements/rasa.lock``

Each finished environment carries a stamp: a hash of its lock, its interpreter and its
place. A right stamp means nothing to do; a missing one means the last run was cut short,
and the installer goes on with what it already fetched. pip's and uv's own settings
(mirrors, certificates, proxies) are honoured.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.find_python import find_python, runs_as
from scripts.say import Steps, Trouble, report

ROOT = Path(__file__).resolve().parent.parent
FAIRWAY_LOCK, RASA_LOCK = ROOT / "requirements/fairway.lock", ROOT / "requirements/rasa.lock"
FAIRWAY_ENV, RASA_ENV = ROOT / ".venv", ROOT / ".venv-rasa"
RASA_PYTHON = "3.10"
DISK_GB, MEMORY_GB = 6, 4
STAMP = "fairway-stamp"
WARM = {
    FAIRWAY_ENV: "channels.app, channels.commands.up, pytest, hypothesis, playwright.sync_api",
    RASA_ENV: "rasa.cli.run, rasa.model_training, rasa.core.run, nlu.train, bot.rasa.connector",
}
NETWORK_REMEDY = (
    "look at the lines above; behind a proxy or a mirror set pip's or uv's usual settings. "
    "Then run make setup again: it goes on where it stopped."
)


def main() -> int:
    parser = argparse.ArgumentParser(description="Make Fairway's two environments.")
    parser.add_argument("--python310", help="the Python 3.10 to use, if it is in an odd place")
    asked = parser.parse_args()
    try:
        set_up(asked.python310)
    except Trouble as trouble:
        return report(trouble)
    except KeyboardInterrupt:
        return report(Trouble("Set-up was stopped.", "run make setup again: it goes on from here."))
    return 0


def set_up(python310: str | None) -> None:
    """Bring both environments up to their locks; raise Trouble."""
    fairway_stamp = stamp_of(FAIRWAY_LOCK, FAIRWAY_ENV)
    rasa_stamp = stamp_of(RASA_LOCK, RASA_ENV)
    if is_stamped(FAIRWAY_ENV, fairway_stamp) and is_stamped(RASA_ENV, rasa_stamp):
        print("Set-up is complete and up to date.")
        return
    steps = Steps(8)
    with steps.step("Looking at this machine"):
        look_at_machine()
    with steps.step(f"Making .venv with Python {sys.version.split()[0]}"):
        make_fairway_env()
    with steps.step("Putting the installer (uv) into it"):
        uv = install_uv()
    with steps.step("Installing Fairway's libraries"):
        install(uv, FAIRWAY_ENV, FAIRWAY_LOCK)
        install_fairway(uv)
        stamp(FAIRWAY_ENV, fairway_stamp)
    with steps.step(f"Finding Python {RASA_PYTHON} for Rasa"):
        python = find_python(RASA_PYTHON, uv, python310)
        print(f"      {python}")
    with steps.step("Making .venv-rasa"):
        make_rasa_env(uv, python)
    with steps.step("Installing Rasa (about 2.5 GB; some minutes the first time)"):
        install(uv, RASA_ENV, RASA_LOCK)
        show_rooms(RASA_ENV)
    with steps.step("Warming up, so that the first start is quick"):
        warm_up()
        stamp(RASA_ENV, rasa_stamp)
    print("\nSet-up is complete. Next: make run")


def look_at_machine() -> None:
    """Raise Trouble when the disk is too small; warn when memory is."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < DISK_GB:
        raise Trouble(
            f"The disk has {free:.1f} GB free; set-up needs {DISK_GB} GB.",
            "free some space, then run make setup again.",
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    if memory < MEMORY_GB * 0.9:
        print(f"      This machine has {memory:.1f} GB of memory; {MEMORY_GB} GB is advised.")


def make_fairway_env() -> None:
    """Create .venv, or keep it when its Python still runs from this place."""
    python = FAIRWAY_ENV / "bin/python"
    if not any(runs_as(python, f"3.{minor}") for minor in range(11, 20)) or moved(FAIRWAY_ENV):
        run([sys.executable, "-m", "venv", "--clear", FAIRWAY_ENV], _VENV_REMEDY)


_VENV_REMEDY = "install the venv module of your Python (Debian: apt-get install python3-venv)."


def install_uv() -> Path:
    """Install uv as pinned in Fairway's own lock, by hash; return its path."""
    uv = FAIRWAY_ENV / "bin/uv"
    pinned = stanza(FAIRWAY_LOCK.read_text(encoding="utf-8"), "uv")
    wanted = re.search(r"==(\S+)", pinned)
    if wanted and uv.exists() and wanted[1] in _output([uv, "--version"]):
        return uv
    python = FAIRWAY_ENV / "bin/python"
    if not _output([python, "-m", "pip", "--version"]):
        run([python, "-m", "ensurepip"], _VENV_REMEDY)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
        only_uv.write(pinned)
        only_uv.flush()
        flags = ("-q", "--disable-pip-version-check", "--require-hashes", "--no-deps")
        run([python, "-m", "pip", "install", *flags, "-r", only_uv.name], NETWORK_REMEDY)
    return uv


def stanza(lock: str, name: str) -> str:
    """Return the lock's lines that pin ``name``, with its hashes."""
    found = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", lock, re.M | re.S)
    if not found:
        raise Trouble(f"The lock does not pin {name}.", "run make lock.")
    return found[0]


def make_rasa_env(uv: Path, python: Path) -> None:
    """Create .venv-rasa, or keep it when its Python still runs from this place."""
    if not runs_as(RASA_ENV / "bin/python", RASA_PYTHON) or moved(RASA_ENV):
        run([uv, "venv", "-q", "--clear", "--python", python, RASA_ENV], NETWORK_REMEDY)


def install(uv: Path, env: Path, lock: Path) -> None:
    """Make ``env`` hold what ``lock`` says, each file checked against its hash."""
    (env / STAMP).unlink(missing_ok=True)
    python = env / "bin/python"
    flags = ("--require-hashes",) if sys.stdout.isatty() else ("--require-hashes", "-q")
    run([uv, "pip", "sync", *flags, "--python", python, lock], NETWORK_REMEDY)


def install_fairway(uv: Path) -> None:
    """Install the project itself, editable; its build backend is already there, locked."""
    flags = ("-q", "--no-deps", "--no-build-isolation", "--python", FAIRWAY_ENV / "bin/python")
    run([uv, "pip", "install", *flags, "--editable", ROOT], "look at pyproject.toml.")


def show_rooms(env: Path) -> None:
    """Let Rasa's Python import ``bot`` and ``nlu`` (the project as such needs 3.11)."""
    packages = _output([env / "bin/python", "-c", "import site; print(site.getsitepackages()[0])"])
    (Path(packages.strip()) / "fairway.pth").write_text(f"{ROOT}\n", encoding="utf-8")


def warm_up() -> None:
    """Import the large libraries once, so that Python keeps them compiled. Nothing fails here."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for env, modules in WARM.items():
        command = [str(env / "bin/python"), "-W", "ignore", "-c", f"import {modules}"]
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)


def stamp_of(lock: Path, env: Path) -> str:
    """What a finished ``env`` is stamped with: its lock's hash, then one of its place."""
    place = (ROOT / "pyproject.toml").read_bytes() + str(env).encode()
    return " ".join(hashlib.sha256(part).hexdigest() for part in (lock.read_bytes(), place))


def is_stamped(env: Path, wanted: str) -> bool:
    """Whether ``env`` was finished for this lock, in this place."""
    mark = env / STAMP
    return mark.exists() and mark.read_text(encoding="utf-8") == wanted


def stamp(env: Path, value: str) -> None:
    """Mark ``env`` as finished."""
    (env / STAMP).write_text(value, encoding="utf-8")


def moved(env: Path) -> bool:
    """Whether the folder was made elsewhere: its scripts would then start another Python."""
    activate = env / "bin/activate"
    return not activate.exists() or str(env) not in activate.read_text(encoding="utf-8")


def installer_environment() -> dict[str, str]:
    """The environment for pip and uv: uv is told the mirror and certificates pip was told."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    for pips, uvs in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        told = _told_pip(pips)
        if told and not {uvs, "UV_INDEX_URL"} & environment.keys():
            environment[uvs] = told
    environment.setdefault("UV_HTTP_TIMEOUT", "180")
    environment.setdefault("UV_LINK_MODE", "hardlink" if _one_disk() else "copy")
    return environment


def _told_pip(name: str) -> str | None:
    """pip's setting ``name``: from the environment, else from its files."""
    in_environment = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    return in_environment or _pip_files().get(name)


@functools.cache
def _pip_files() -> dict[str, str]:
    """What pip's own files say, told by whichever pip is here."""
    for python in (sys.executable, str(FAIRWAY_ENV / "bin/python")):
        if said := _output([python, "-m", "pip", "config", "list"]):
            return dict(re.findall(r"^(?:global|install)\.([\w-]+)='(.*)'$", said, re.M))
    return {}


def _one_disk() -> bool:
    cache = Path.home() / ".cache"
    return not cache.exists() or cache.stat().st_dev == ROOT.stat().st_dev


def run(command: Sequence[str | Path], remedy: str) -> None:
    """Run an installer, showing what it says; raise Trouble with ``remedy`` if it fails."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=installer_environment(), stdin=subprocess.DEVNULL, check=False
        )
    except OSError as problem:
        raise Trouble(f"{command[0]} could not be started ({problem}).", remedy) from problem
    if done.returncode != 0:
        words = " ".join(Path(part).name for part in map(str, command[:3]))
        raise Trouble(f"`{words}` failed (exit code {done.returncode}).", remedy)


def _output(command: Sequence[str | Path]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
