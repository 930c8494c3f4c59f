"""How reports and requests are, asked of the system that has them.

For Open311 all are asked about in one call (``servicerequestupdates``); a council without that
extension is asked for each report by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from actions.gateways import Gateways
from actions.gateways.base import GatewayError
from actions.gateways.cases import Cases
from actions.gateways.open311 import ExistingRequest, Open311
from bot.case_news import CaseNews, state_of

log = logging.getLogger(__name__)

OPEN311, CASES = "open311", "cases"
LONGEST_SPAN = timedelta(days=30)


class GatewayNews:
    """A ``bot.ports.NewsSource``. ``connect`` makes the gateways of one round: rounds run in a
    thread of their own, which must not share the actions' connections."""

    def __init__(self, connect: Callable[[httpx.AsyncClient], Gateways]) -> None:
        self._connect = connect

    def of(
        self, asked: Sequence[tuple[str, str]], since: datetime
    ) -> Mapping[tuple[str, str], CaseNews]:
        return asyncio.run(self._of(asked, since))

    async def _of(
        self, asked: Sequence[tuple[str, str]], since: datetime
    ) -> Mapping[tuple[str, str], CaseNews]:
        async with httpx.AsyncClient(trust_env=False) as client:
            gateways = self._connect(client)
            found = {
                OPEN311: await _open311(gateways.open311, _of_system(asked, OPEN311), since),
                CASES: await _cases(gateways.cases, _of_system(asked, CASES)),
            }
        return {(system, one.reference): one for system, all_ in found.items() for one in all_}


def _of_system(asked: Sequence[tuple[str, str]], system: str) -> list[str]:
    return [reference for name, reference in asked if name == system]


async def _open311(gate: Open311, references: list[str], since: datetime) -> list[CaseNews]:
    if not references:
        return []
    now = datetime.now(UTC)
    since = max(since, now - LONGEST_SPAN)
    try:
        updates = await gate.updates(since, now + timedelta(minutes=1))
    except GatewayError as error:
        log.warning("updates of reports could not be read: %s", type(error).__name__)
        return await _each(gate, references)
    oldest = datetime.min.replace(tzinfo=UTC)
    newest = {u.reference: u for u in sorted(updates, key=lambda u: u.updated_at or oldest)}
    told = [newest[one] for one in references if one in newest]
    heard = [CaseNews(u.reference, state_of(u.status), u.description) for u in told]
    return [*heard, *await _each(gate, [one for one in references if one not in newest])]


async def _each(gate: Open311, references: list[str]) -> list[CaseNews]:
    found = []
    for reference in references:
        try:
            found.append(news_of(await gate.request(reference)))
        except GatewayError:
            continue
    return found


async def _cases(gate: Cases, references: list[str]) -> list[CaseNews]:
    found = []
    for reference in references:
        try:
            case = await gate.show(reference)
        except GatewayError:
            continue
        found.append(CaseNews(case.reference, state_of(case.status), case.words))
    return found


def news_of(report: ExistingRequest) -> CaseNews:
    """How a report is by its own plain status."""
    return CaseNews(report.reference, state_of(report.status), report.status_notes)
