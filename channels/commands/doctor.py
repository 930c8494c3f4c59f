"""``fairway doctor``: what is missing, and how to mend it."""

from __future__ import annotations

import hashlib
import platform
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click
import httpx
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import FairwayError
from bot.files.live_model import live_model
from bot.stores.engine import MIGRATIONS, open_engine
from bot.stores.reseal import NOT_SEALED, held_with
from channels.commands.here import RASA_PYTHON, models_folder, settings_here
from channels.contact_keys import read_keys
from channels.database import open_database
from channels.settings import ROOT, Settings, in_url, reachable

STAMP = "fairway-stamp"
SANDBOX = "the sandbox council"


class Live(Protocol):
    """What the doctor may ask of the wired product."""

    def systems(self) -> list[Any]:
        """Probes with name, where, good, problem and remedy. Raises FairwayError."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``needed``: Fairway does not run without it."""

    what: str
    good: bool
    remedy: str = ""
    needed: bool = True


@click.command()
@click.pass_obj
def doctor(live: Live) -> None:
    """Look at everything Fairway needs; say what is missing and how to mend it.

    Ends with exit code 1 if something needed is missing. What only a running Fairway shows
    is looked at too, and marked – when it is not running. Every council system is called.

    \b
    Example:
      fairway doctor
    """
    settings = settings_here()
    missing = 0
    for look in (environments, model, home, database, machine, running):
        for finding in look(settings):
            click.echo(_line(finding))
            missing += finding.needed and not finding.good
    for finding in systems(live):
        click.echo(_line(finding))
        missing += finding.needed and not finding.good
    if missing:
        raise click.ClickException(f"{missing} thing{'s' * (missing > 1)} to mend.")
    click.echo("Fairway has all it needs.")


def _line(finding: Finding) -> str:
    if finding.good:
        return f"✓ {finding.what}"
    mark = "✗" if finding.needed else "–"
    return f"{mark} {finding.what}\n    To mend it: {finding.remedy}"


def environments(settings: Settings) -> Iterator[Finding]:
    """Both Pythons, and that each holds what its lock says."""
    good = sys.version_info >= (3, 11)
    yield Finding(f"Python {platform.python_version()} for Fairway", good, "make setup")
    yield Finding("Python 3.10 for Rasa (.venv-rasa)", RASA_PYTHON.exists(), "make setup")
    for env, lock in ((".venv", "fairway.lock"), (".venv-rasa", "rasa.lock")):
        good = _stamped(ROOT / env, ROOT / "requirements" / lock)
        yield Finding(f"{env} is as requirements/{lock} says", good, "make setup", needed=False)


def _stamped(env: Path, lock: Path) -> bool:
    mark = env / STAMP
    if not mark.exists() or not lock.exists():
        return False
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return mark.read_text("utf-8").split()[0] == digest


def model(settings: Settings) -> Iterator[Finding]:
    """The live model: there, and the one that was trained."""
    try:
        trained = live_model(models_folder(settings))
    except FairwayError as error:
        yield Finding(f"Model: {error}", False, "fairway train")
        return
    yield Finding(f"Model {trained.path.name}, trained {trained.trained_at}, hash as written", True)


def home(settings: Settings) -> Iterator[Finding]:
    """The folder of data and secrets."""
    secrets = settings.home / "secrets.json"
    private = secrets.exists() and not secrets.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    yield Finding(f"{secrets} is readable by you only", private, f"chmod 600 {secrets}")
    free = shutil.disk_usage(settings.home).free / 1e9
    yield Finding(f"{free:.0f} GB free for data", free > 1, "free some space on this disk")


def database(settings: Settings) -> Iterator[Finding]:
    """Reachable, and of the schema this release works with."""
    try:
        current = _schema_is_current(settings.database_url)
    except (SQLAlchemyError, OSError) as error:
        why = str(error).splitlines()[0]
        yield Finding(f"Database: {why}", False, "start it, or mend FAIRWAY_DATABASE_URL")
        return
    what = "Database answers and its tables are current"
    yield Finding(what, current, "they are brought up to date at the next start", needed=False)
    if current:
        yield _contact_keys(settings)


def _contact_keys(settings: Settings) -> Finding:
    """Whether everything that is sealed can be opened."""
    engine = open_database(settings)
    known = {NOT_SEALED, *(one.key.id for one in read_keys(settings.contact_keys))}
    lost = sum(count for key, count in held_with(engine).items() if key not in known)
    engine.dispose()
    what = (
        f"Contact details can be opened ({lost} cannot)"
        if lost
        else "Contact details can be opened"
    )
    return Finding(what, not lost, f"put back {settings.contact_keys} from your backup")


def _schema_is_current(url: str) -> bool:
    file = make_url(url).database if url.startswith("sqlite") else None
    if file and not Path(file).exists():
        return False  # and looking must not make it
    wanted = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with open_engine(url).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == wanted


def machine(settings: Settings) -> Iterator[Finding]:
    """What the processor and the tests want."""
    cpu = Path("/proc/cpuinfo")
    if platform.machine() in ("x86_64", "AMD64") and cpu.exists():
        good = " avx" in cpu.read_text()
        yield Finding("Processor has AVX, which TensorFlow needs", good, "use a newer machine")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    browser = any(shutil.which(name) for name in names) or sys.platform == "darwin"
    yield Finding("Chromium for the browser tests", browser, "install chromium", needed=False)


def running(settings: Settings) -> Iterator[Finding]:
    """What answers now; a port held by somebody else is a thing to mend."""
    listeners: list[tuple[str, str, int, str]] = [
        ("Fairway", reachable(settings.host), settings.port, "/healthz"),
        ("Rasa", "127.0.0.1", settings.rasa_port, "/webhooks/fairway/"),
        ("The sandbox council", settings.internal_host, settings.internal_port,
         "/sandbox/open311/v2/services.json"),
    ]  # fmt: skip
    for name, address, port, path in listeners:
        yield _listening(name, address, port, path)


def systems(live: Live) -> Iterator[Finding]:
    """The council's systems, each called once. The sandbox council is there only while
    Fairway runs, so it is not missed."""
    try:
        probed = live.systems()
    except FairwayError as error:
        yield Finding(f"Council systems: {error}", False, "mend that file")
        return
    for one in probed:
        what = f"{one.name} ({one.where})"
        own = one.where != SANDBOX
        said = f"{what} answers" if one.good else f"{what}: {one.problem}"
        yield Finding(said, one.good, one.remedy if own else "fairway up", needed=own)


def _listening(name: str, host: str, port: int, path: str) -> Finding:
    if not _open(host, port):
        return Finding(f"{name} is not running (port {port} is free)", False, "fairway up", False)
    good = _answers(f"http://{in_url(host)}:{port}{path}")
    remedy = f"another program holds port {port}, or Fairway hangs: see the logs"
    return Finding(f"{name} answers on port {port}", good, remedy)


def _open(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as knock:
        knock.settimeout(2)
        return knock.connect_ex((host, port)) == 0


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
