"""``fairway serve``: the public and the private listener, in one process."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import uvicorn

from bot.errors import FairwayError
from channels.commands.here import settings_here
from channels.logs import set_up_logs
from channels.settings import Settings

GRACE = 8  # seconds that open requests and event streams get to finish


@click.command()
def serve() -> None:
    """Serve pages, API and webhooks, and privately the action server.

    Rasa is not started: `fairway up` starts both. Stops cleanly on Ctrl-C or SIGTERM.

    \b
    Example:
      FAIRWAY_PORT=8080 fairway serve
    """
    settings = settings_here()
    set_up_logs(settings.log_form)
    try:
        with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
            runner.run(_serve(settings))
    except FairwayError as error:
        raise click.ClickException(str(error)) from error


async def _serve(settings: Settings) -> None:
    from channels.app import build_product

    public_socket = _listen(settings.host, settings.port, "FAIRWAY_PORT")
    internal_socket = _listen(
        settings.internal_host, settings.internal_port, "FAIRWAY_INTERNAL_PORT"
    )
    product = build_product(settings)
    servers = [_server(app, settings.trusted_proxies) for app in (product.public, product.internal)]
    _stop_on_signals(servers)
    # What was made at start stays: looking through it for garbage would make messages wait.
    gc.collect()
    gc.freeze()
    async with asyncio.TaskGroup() as group:
        for server, listener in zip(servers, (public_socket, internal_socket), strict=True):
            group.create_task(_run(server, listener, servers))


async def _run(
    server: uvicorn.Server, listener: socket.socket, servers: list[uvicorn.Server]
) -> None:
    """Serve until told to stop; when one listener ends, so does the other."""
    try:
        await server.serve(sockets=[listener])
    finally:
        for other in servers:
            other.should_exit = True


class _Server(uvicorn.Server):
    """A server that leaves signals to us, as there are two of them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: Any, proxies: tuple[str, ...]) -> uvicorn.Server:
    # No access log: addresses of requests can hold what a citizen would not want kept.
    config = uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        log_config=None,
        forwarded_allow_ips=",".join(proxies),  # only these may say for whom they ask
    )
    return _Server(config)


def _stop_on_signals(servers: list[uvicorn.Server]) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for what in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(what, stop)


def _listen(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP, or asyncio leaves Nagle's algorithm on: 40 ms more for every answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
        return listener
    except OSError as error:
        raise click.ClickException(
            f"Port {port} on {host} cannot be used ({error.strerror}). "
            f"Stop what uses it, or choose another with {setting}."
        ) from error
