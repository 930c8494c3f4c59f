"""Two Fairways and two Rasas behind a proxy, as ``fairway scale`` starts them, on servers of their
own: PostgreSQL, Redis, RabbitMQ and the sandbox council. Every process may be killed by its id."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import sqlalchemy as sa
import yaml

from actions.gateways import SANDBOX_SECRET
from benchmarks.own_servers import (
    SANDBOX_FILE,
    OwnServer,
    own_postgres,
    own_rabbitmq,
    own_redis,
    own_sandbox,
)
from benchmarks.processes import children, free_port, running, wait_until

ROOT = Path(__file__).resolve().parent.parent
FAIRWAY = ROOT / ".venv" / "bin" / "fairway"
KINDS = {"haproxy": "proxy", "serve": "Fairway", "bot.rasa.start": "Rasa"}
SYSTEMS = {
    "open311": "/open311/v2", "postcodes": "", "bins": "/bins", "places": "/places",
    "appointments": "/appointments", "cases": "/cases", "directory": "/directory",
}  # fmt: skip
START_SECONDS = 300.0


class DidNotStart(Exception):
    """The product did not become ready; the text is the end of its logs."""


@dataclass(frozen=True)
class Servers:
    """What several processes share, and the council's own systems. ``folder`` holds their files."""

    postgres: OwnServer
    redis: OwnServer
    rabbitmq: OwnServer
    sandbox: OwnServer
    folder: Path

    @property
    def sandbox_file(self) -> Path:
        """What the council was told."""
        return self.folder / SANDBOX_FILE


@dataclass(frozen=True)
class Scaled:
    """A running product of several processes."""

    url: str
    home: Path
    engine: sa.Engine
    supervisor: int
    log: Path
    servers: Servers

    def processes(self) -> dict[str, list[int]]:
        """What may be killed: the programs of the product and its servers, by kind."""
        found: dict[str, list[int]] = {}
        for pid, command in children(self.supervisor).items():
            kind = next((name for part, name in KINDS.items() if part in command), "")
            if kind:  # a process is not what it will be for a moment after it begins
                found.setdefault(kind, []).append(pid)
        for kind in ("postgres", "redis", "rabbitmq", "sandbox"):
            server: OwnServer = getattr(self.servers, kind)
            found[kind] = [server.pid()]
        return found


@contextmanager
def own_servers(folder: Path) -> Iterator[Servers]:
    """All four, on ports of their own. Raises ServerMissing."""
    with ExitStack() as stack:
        made = {
            "postgres": stack.enter_context(own_postgres()),
            "redis": stack.enter_context(own_redis(folder)),
            "rabbitmq": stack.enter_context(own_rabbitmq(folder)),
            "sandbox": stack.enter_context(own_sandbox(folder)),
        }
        yield Servers(**made, folder=folder)


@contextmanager
def running_scaled(
    folder: Path,
    servers: Servers,
    models: Path,
    fairways: int = 2,
    rasas: int = 2,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Scaled]:
    """The product on ``servers``, with a copy of ``models`` and ``more`` settings. Raises
    DidNotStart."""
    home = folder / "home"
    shutil.copytree(models, home / "models")
    (folder / "council.yml").write_text(_council(servers.sandbox.url), "utf-8")
    ports = [free_port() for _ in range(3)]
    env = _environment(home, ports, servers) | {"FAIRWAY_COUNCIL": str(folder / "council.yml")}
    env.update(more)
    command = [str(FAIRWAY), "scale", "--no-train"]
    command += ["--fairways", str(fairways), "--rasas", str(rasas)]
    engine, log = sa.create_engine(servers.postgres.url, poolclass=sa.NullPool), folder / "up.log"
    with running(command, env, log, ROOT) as process:
        made = Scaled(
            f"http://127.0.0.1:{ports[0]}", home, engine, process.pid, log, servers
        )  # fmt: skip
        _wait(made, 1 + fairways + rasas)
        yield made
    engine.dispose()


def _environment(home: Path, ports: list[int], servers: Servers) -> dict[str, str]:
    return {
        "FAIRWAY_HOME": str(home),
        "FAIRWAY_PORT": str(ports[0]),
        "FAIRWAY_INTERNAL_PORT": str(ports[1]),
        "FAIRWAY_RASA_PORT": str(ports[2]),
        "FAIRWAY_DATABASE_URL": servers.postgres.url,
        "FAIRWAY_REDIS_URL": servers.redis.url,
        "FAIRWAY_AMQP_URL": servers.rabbitmq.url,
        "FAIRWAY_CASES_SECRET": SANDBOX_SECRET,
        "FAIRWAY_RATE_PER_ADDRESS": "1000000",
        "FAIRWAY_RATE_PER_CONVERSATION": "1000000",
    }


def _council(sandbox: str) -> str:
    """The council file with the systems at ``sandbox``; in its order, for the first language is the
    default."""
    council = yaml.safe_load((ROOT / "bot" / "council.yml").read_text("utf-8"))
    council["systems"] = {name: f"{sandbox}{path}" for name, path in SYSTEMS.items()}
    return yaml.safe_dump(council, allow_unicode=True, sort_keys=False)


def _wait(product: Scaled, programs: int) -> None:
    try:
        wait_until(lambda: product.log.read_text().count(" is ready.") >= programs, START_SECONDS)
    except TimeoutError:
        logs = [product.log, *(product.home / "logs").glob("*.log")]
        ends = [f"{log.name}:\n{log.read_text()[-2000:]}" for log in logs]
        raise DidNotStart("\n".join(ends)) from None
