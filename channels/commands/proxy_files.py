"""Writes what HAProxy is started with: its configuration and the page for when it is too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from bot.council import Council
from bot.replies import Replies
from channels.settings import ROOT, Settings

TEMPLATE = ROOT / "deploy" / "haproxy.cfg"
RETRY_AFTER = 10
"""Seconds after which the page for when it is too much says to try again."""
MOST_AT_ONCE = 48
"""Requests at once in one Fairway, somewhat more than its threads; the others queue before it."""


@dataclass(frozen=True)
class Ports:
    """Loopback ports: each Fairway's public and private one, each Rasa's, the proxy's own."""

    public: Sequence[int]
    internal: Sequence[int]
    rasa: Sequence[int]
    alive: int


def write_proxy_files(settings: Settings, council: Council, words: Replies, ports: Ports) -> Path:
    """HOME/proxy/haproxy.cfg and the busy page beside it; returns the first."""
    folder = settings.home / "proxy"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    busy = folder / "busy.http"
    busy.write_bytes(busy_page(council, words))
    values = {
        "PUBLIC_ADDRESS": f"{settings.host}:{settings.port}",
        "RASA_ADDRESS": f"127.0.0.1:{settings.rasa_port}",
        "ACTIONS_ADDRESS": f"{settings.internal_host}:{settings.internal_port}",
        "ALIVE_ADDRESS": f"127.0.0.1:{ports.alive}",
        "BUSY_FILE": str(busy),
        "FAIRWAY_SERVERS": _servers("fairway", ports.public, f" maxconn {MOST_AT_ONCE}"),
        "STREAM_SERVERS": _servers("fairway", ports.public),
        "RASA_SERVERS": _servers("rasa", ports.rasa),
        "ACTION_SERVERS": _servers("fairway", ports.internal),
    }
    path = folder / "haproxy.cfg"
    path.write_text(Template(TEMPLATE.read_text("utf-8")).substitute(values), "utf-8")
    return path


def busy_page(council: Council, words: Replies) -> bytes:
    """A whole HTTP answer that needs nothing else: what to do, whom to ring, when to come back.
    In the council's first language and in Welsh where it is offered."""
    languages = [code for code in council.languages if code in ("en", "cy")] or ["en"]
    parts = []
    for lang in languages:
        said, then = (words.say(f"error_broken{more}", lang, "web") for more in ("", "_next"))
        parts.append(
            f'<section lang="{lang}"><h1>{escape(said)}</h1><p>{escape(then)}</p>'
            f"<p>{escape(council.name)}: {escape(council.phone)}</p></section>"
        )
    title = escape(council.name)
    body = (
        f'<!doctype html><html lang="{languages[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title></head><body><main>{''.join(parts)}</main></body></html>"
    ).encode()
    head = (
        "HTTP/1.1 503 Service Unavailable\r\nCache-Control: no-store\r\n"
        f"Content-Type: text/html; charset=utf-8\r\nRetry-After: {RETRY_AFTER}\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
        f"X-Content-Type-Options: nosniff\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _servers(name: str, ports: Sequence[int], options: str = "") -> str:
    return "\n".join(
        f"    server {name}{n} 127.0.0.1:{port}{options}" for n, port in enumerate(ports, 1)
    )
