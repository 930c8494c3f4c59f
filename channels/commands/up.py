"""``fairway up``: everything, with health checks, restarts and an address to open."""

from __future__ import annotations

import fcntl
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import click

from bot.errors import FairwayError
from bot.files.live_model import live_model
from channels.commands.child import in_child
from channels.commands.here import (
    fairway_environment,
    models_folder,
    need_rasa_python,
    rasa_environment,
    settings_here,
)
from channels.commands.train import train_model
from channels.settings import OWN_CARDS, ROOT, Settings, reachable
from channels.supervisor import Program, Supervisor


@click.command()
@click.option("--no-train", is_flag=True, help="Keep the live model, even out of date.")
def up(no_train: bool) -> None:
    """Start everything: trains if need be, starts Rasa and Fairway, keeps them running.

    Prints the addresses; the first time also a one-time link to sign in to the desk.
    Ctrl-C stops it all.

    \b
    Example:
      FAIRWAY_PORT=8080 fairway up
    """
    settings = settings_here()
    with only_one(settings.home):
        ports_are_free(settings)
        _files_are_right(settings)
        if not no_train:
            click.echo("Looking whether the model is up to date.")
            train_model(settings)
        try:
            live_model(models_folder(settings))
            rasa_files = files_of_rasa(settings)
        except FairwayError as error:
            raise click.ClickException(str(error)) from error
        supervise(settings, [fairway_program(settings), rasa_program(settings, rasa_files)])
    click.echo("Stopped.")


def _files_are_right(settings: Settings) -> None:
    """A broken card, catalogue, policy or council file stops the start here, by name."""

    def read_all() -> str:
        from channels.product_files import read_files

        read_files(settings.council_file, settings.home / OWN_CARDS)
        return ""

    in_child(read_all)


def files_of_rasa(settings: Settings) -> Path:
    """The folder of what Rasa is started with, written by a child: it takes the database's
    libraries, which would stay in memory."""

    def write() -> str:
        from channels.commands.rasa_files import write_rasa_files

        return str(write_rasa_files(settings))

    return Path(in_child(write))


def _sign_in_link(settings: Settings) -> str:
    """The one-time link, or nothing once somebody can sign in."""
    from channels.commands.user import first_sign_in_link

    return first_sign_in_link(settings) or ""


def supervise(settings: Settings, programs: Sequence[Program]) -> None:
    """Run the programs until told to stop; says where to go once the first Fairway is up."""
    supervisor = Supervisor(programs, say=click.echo, on_healthy=_announcer(settings))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        click.echo("\nStopping.")
        supervisor.stop()

    for what in (signal.SIGINT, signal.SIGTERM):
        signal.signal(what, stop)
    click.echo(f"Starting. Logs are in {settings.home / 'logs'}.")
    supervisor.run()


def fairway_program(settings: Settings) -> Program:
    """Pages, API, webhooks, actions: ``fairway serve``."""
    return Program(
        name="Fairway",
        command=[sys.executable, "-m", "channels.cli", "serve"],
        health_url=f"{settings.near_url}/healthz",
        log=settings.home / "logs" / "fairway.log",
        environment=fairway_environment(),
        folder=Path.cwd(),
        patience=180,  # on a slow machine a restart would only begin the same wait again
        watch=fairway_watch(settings),
    )


def fairway_watch(settings: Settings) -> tuple[Path, ...]:
    """What Fairway reads at its start and a service manager changes in the browser."""
    own_policy = settings.home / "policy" / "own.yml"
    return own_policy, settings.home / OWN_CARDS, models_folder(settings) / "live.json"


def rasa_program(settings: Settings, rasa_files: Path) -> Program:
    """Rasa with the live model, on its private port."""
    command = [need_rasa_python(), "-m", "bot.rasa.start", "--port", str(settings.rasa_port)]
    command += ["--models", str(models_folder(settings))]
    command += ["--endpoints", str(rasa_files / "endpoints.yml")]
    command += ["--credentials", str(rasa_files / "credentials.yml")]
    return Program(
        name="Rasa",
        command=command,
        health_url=f"http://127.0.0.1:{settings.rasa_port}/webhooks/fairway/ready",
        log=settings.home / "logs" / "rasa.log",
        environment=rasa_environment(),
        folder=ROOT,
        patience=180,
        watch=(models_folder(settings) / "live.json",),
    )


def _announcer(settings: Settings) -> Callable[[str], None]:
    """Say what has become ready, and once, when Fairway's pages are up, where they are."""
    told: set[str] = set()

    def announce(name: str) -> None:
        if name == "Fairway" and name not in told:
            click.echo(addresses(settings))
            if link := in_child(lambda: _sign_in_link(settings)):
                click.echo(f"  sign in     {link}   (works once)")
        click.echo(f"{name} is {'back' if name in told else 'ready'}.")
        told.add(name)

    return announce


def addresses(settings: Settings) -> str:
    """Where to go with a browser."""
    url = settings.public_url
    return f"\n  chat        {url}/\n  desk        {url}/desk\n  audit       {url}/audit"


def ports_are_free(settings: Settings) -> None:
    """Raises ClickException naming the setting of a port that is taken, by somebody or by
    another of ours: all are held until the last was looked at."""
    wanted = {
        "FAIRWAY_PORT": (settings.host, settings.port),
        "FAIRWAY_INTERNAL_PORT": (settings.internal_host, settings.internal_port),
        "FAIRWAY_RASA_PORT": ("127.0.0.1", settings.rasa_port),
    }
    with ExitStack() as held:
        for setting, (host, port) in wanted.items():
            try:
                held.enter_context(_listening(reachable(host), port))
            except OSError as error:
                raise click.ClickException(
                    f"Port {port} cannot be used ({error.strerror}). "
                    f"Stop what uses it, or choose another with {setting}."
                ) from error


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of this HOME: two supervisors would fight over one database."""
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise click.ClickException(
                f"Fairway is already running with {home}. Stop it, or set FAIRWAY_HOME."
            ) from error
        yield
