"""``fairway scale``: several Fairways and Rasas behind a proxy, on this machine."""

from __future__ import annotations

import shutil
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

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
from channels.commands.proxy_files import Ports, write_proxy_files
from channels.commands.train import train_model
from channels.commands.up import fairway_watch, files_of_rasa, only_one, ports_are_free, supervise
from channels.settings import ROOT, Settings
from channels.supervisor import Program


@click.command()
@click.option("--fairways", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--rasas", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--no-train", is_flag=True, help="Keep the live model, even out of date.")
def scale(fairways: int, rasas: int, no_train: bool) -> None:
    """Start several Fairways and Rasas behind HAProxy, and keep them running.

    Needs PostgreSQL (FAIRWAY_DATABASE_URL) and Redis (FAIRWAY_REDIS_URL), which they share, and
    the program haproxy. Over several machines use deploy/kubernetes instead.

    \b
    Example:
      fairway scale --fairways 4 --rasas 4
    """
    settings = settings_here()
    proxy = _need_what_is_shared(settings)
    with only_one(settings.home):
        ports_are_free(settings)
        if not no_train:
            click.echo("Looking whether the model is up to date.")
            train_model(settings)
        ports = _free_ports(fairways, rasas)
        try:
            live_model(models_folder(settings))
            in_child(lambda: _migrated(settings))
            rasa_files = files_of_rasa(settings)
            configuration = Path(in_child(lambda: _write_proxy_files(settings, ports)))
        except FairwayError as error:
            raise click.ClickException(str(error)) from error
        programs = [proxy_program(proxy, settings, configuration, ports.alive)]
        programs += [fairway_program(settings, ports, n) for n in range(fairways)]
        programs += [rasa_program(settings, rasa_files, ports, n) for n in range(rasas)]
        supervise(settings, programs)
    click.echo("Stopped.")


def _migrated(settings: Settings) -> str:
    """In a child of its own, which takes the database's libraries with it when it ends."""
    from bot.stores.engine import migrate

    migrate(settings.database_url)
    return ""


def _need_what_is_shared(settings: Settings) -> str:
    """The proxy's path. Ends the command when what several processes share is missing."""
    if settings.database_url.startswith("sqlite"):
        raise click.ClickException(
            "Several processes need PostgreSQL. Set FAIRWAY_DATABASE_URL to "
            "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
        )
    if not settings.redis_url:
        raise click.ClickException(
            "Several processes need Redis. Set FAIRWAY_REDIS_URL to redis://HOST:6379/0."
        )
    proxy = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if proxy is None:
        raise click.ClickException(
            "The program haproxy is missing. Install it (Debian: apt-get install haproxy)."
        )
    return proxy


def _write_proxy_files(settings: Settings, ports: Ports) -> str:
    from channels.product_files import read_files

    files = read_files(settings.council_file)
    return str(write_proxy_files(settings, files.council, files.words, ports))


def proxy_program(proxy: str, settings: Settings, configuration: Path, alive: int) -> Program:
    """HAProxy with our configuration."""
    return Program(
        name="The proxy",
        command=[proxy, "-db", "-f", str(configuration)],
        health_url=f"http://127.0.0.1:{alive}/alive",
        log=settings.home / "logs" / "proxy.log",
        environment=fairway_environment(),
        folder=ROOT,
    )


def fairway_program(settings: Settings, ports: Ports, n: int) -> Program:
    """The n-th Fairway, on loopback ports of its own."""
    own = {
        "FAIRWAY_HOST": "127.0.0.1",
        "FAIRWAY_PORT": str(ports.public[n]),
        "FAIRWAY_INTERNAL_HOST": "127.0.0.1",
        "FAIRWAY_INTERNAL_PORT": str(ports.internal[n]),
        "FAIRWAY_RASA_URL": f"http://127.0.0.1:{settings.rasa_port}",
        "FAIRWAY_PUBLIC_URL": settings.public_url,
    }
    return Program(
        name="Fairway" if n == 0 else f"Fairway {n + 1}",
        command=[sys.executable, "-m", "channels.cli", "serve"],
        health_url=f"http://127.0.0.1:{ports.public[n]}/healthz",
        log=settings.home / "logs" / f"fairway-{n + 1}.log",
        environment=fairway_environment() | own,
        folder=Path.cwd(),
        patience=180,
        watch=fairway_watch(settings),
    )


def rasa_program(settings: Settings, rasa_files: Path, ports: Ports, n: int) -> Program:
    """The n-th Rasa, with the live model, on a private port of its own."""
    command = [need_rasa_python(), "-m", "bot.rasa.start", "--port", str(ports.rasa[n])]
    command += ["--models", str(models_folder(settings))]
    command += ["--endpoints", str(rasa_files / "endpoints.yml")]
    command += ["--credentials", str(rasa_files / "credentials.yml")]
    return Program(
        name=f"Rasa {n + 1}",
        command=command,
        health_url=f"http://127.0.0.1:{ports.rasa[n]}/webhooks/fairway/ready",
        log=settings.home / "logs" / f"rasa-{n + 1}.log",
        environment=rasa_environment(),
        folder=ROOT,
        patience=180,
        watch=(models_folder(settings) / "live.json",),
    )


def _free_ports(fairways: int, rasas: int) -> Ports:
    """Ports that nobody uses, held together until all are found so that each is another."""
    with ExitStack() as held:
        found = [
            held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            for _ in range(2 * fairways + rasas + 1)
        ]
    public, internal = found[:fairways], found[fairways : 2 * fairways]
    return Ports(public, internal, found[2 * fairways : -1], found[-1])
