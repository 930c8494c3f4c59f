"""``fairway try-georeport``: what our client makes of somebody else's Open311 server.

To be pointed at a council's test endpoint before it is connected. Reading changes nothing there;
with --send one report is left, and read back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal

import click
import httpx

from actions.gateways.base import GatewayError, Limits, Remote
from actions.gateways.clock import utc_now
from actions.gateways.open311 import HttpOpen311, NewRequest, Question

TEST_WORDS = "A test by Fairway. Nothing has to be done."


@click.command("try-georeport")
@click.argument("url")
@click.option("--form", type=click.Choice(["json", "xml"]), default="json", show_default=True)
@click.option("--jurisdiction", default="", help="The council's jurisdiction_id, if it has one.")
@click.option("--key", default="", help="The API key; needed by most servers for --send.")
@click.option("--send", metavar="CODE", help="Leave one test report of this service.")
@click.option(
    "--at", nargs=2, type=float, metavar="LAT LONG", default=(52.7073, -2.7553),
    help="Where the test report is; default: the middle of Shrewsbury.",
)  # fmt: skip
@click.option(
    "--patience", type=click.FloatRange(min=1), default=Limits.whole, show_default=True,
    help="Seconds that one answer may take.",
)  # fmt: skip
def try_georeport(
    url: str,
    form: Literal["json", "xml"],
    jurisdiction: str,
    key: str,
    send: str | None,
    at: tuple[float, float],
    patience: float,
) -> None:
    """Read an Open311 server: its services, their questions, its reports; --send tries a report.

    Ends with status 1 and the reason where something cannot be understood.

    \b
    Example:
      fairway try-georeport https://open311.example.gov.uk/v2 --jurisdiction example
    """
    try:
        asyncio.run(_try(url, form, jurisdiction, key, send, at, patience))
    except GatewayError as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from error


async def _try(
    url: str,
    form: Literal["json", "xml"],
    jurisdiction: str,
    key: str,
    send: str | None,
    at: tuple[float, float],
    patience: float,
) -> None:
    limits = Limits(read=patience, whole=patience)
    async with httpx.AsyncClient(trust_env=False) as client:
        remote = Remote(client, url, limits=limits)
        server = HttpOpen311(remote, utc_now, key, jurisdiction, form)
        services = await server.services()
        click.echo(f"Services: {len(services)}")
        for service in services:
            definition = await server.definition(service.code)
            asked = ", ".join(f"{q.code} ({q.datatype})" for q in definition.questions)
            click.echo(f"  {service.code}: {service.name}. Asks: {asked or 'nothing'}")
        if send:
            await _send(server, send, at)


async def _send(server: HttpOpen311, code: str, at: tuple[float, float]) -> None:
    questions = (await server.definition(code)).questions
    answers = {q.code: _some_answer(q) for q in questions if q.required}
    report = NewRequest(
        code, TEST_WORDS, *at, address="High Street",
        first_name="Test", last_name="Fairway", email="test@example.org", attributes=answers,
    )  # fmt: skip
    receipt = await server.submit(report)
    click.echo(f"Sent: reference {receipt.reference or '(none yet)'}, token {receipt.token or '-'}")
    if receipt.reference is None:
        return
    found = await server.request(receipt.reference)
    same = "the same words" if found.description == TEST_WORDS else "other words"
    click.echo(f"Read back: {found.status}, {same}, requested {found.requested_at}")
    near = await server.nearby(code, *at, 100, 1)
    click.echo(f"Reports of the last day within 100 metres: {len(near)}")


def _some_answer(question: Question) -> str | tuple[str, ...]:
    answers: Mapping[str, str] = {"number": "1", "datetime": "2026-01-01T12:00:00Z"}
    if question.options:
        first = question.options[0][0]
        return (first,) if question.datatype == "multivaluelist" else first
    return answers.get(question.datatype, "test")
