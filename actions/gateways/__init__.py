"""The council's systems, each behind a port. ``make_gateways`` builds them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import httpx

from actions.gateways.appointments import Appointments, HttpAppointments
from actions.gateways.base import Limits, Remote
from actions.gateways.bins import Bins, HttpBins
from actions.gateways.cases import Cases, HttpCases
from actions.gateways.clock import utc_now
from actions.gateways.directory import Directory, HttpDirectory
from actions.gateways.local_links import LocalLinks, load_local_links
from actions.gateways.mailbox import Mailbox, NoMailbox
from actions.gateways.open311 import HttpOpen311, Open311
from actions.gateways.places import HttpPlaces, Places
from actions.gateways.postcodes import HttpPostcodes, Postcodes

DATA = Path(__file__).parent.parent / "data"

SANDBOX_SECRET = "the sandbox council's"
"""Signs cases to the sandbox council, which has nothing worth keeping."""


@dataclass(frozen=True)
class CouncilSettings:
    """Which council, and where its systems are. An empty URL means the sandbox council's."""

    name: str
    slug: str
    gss: str
    open311_url: str = ""
    open311_api_key: str = ""
    jurisdiction_id: str = ""
    postcodes_url: str = ""
    bins_url: str = ""
    places_url: str = ""
    appointments_url: str = ""
    directory_url: str = ""
    cases_url: str = ""
    cases_secret: str = SANDBOX_SECRET
    open311_form: Literal["json", "xml"] = "json"


@dataclass(frozen=True)
class Gateways:
    """Everything an action may ask of the council."""

    open311: Open311
    postcodes: Postcodes
    bins: Bins
    places: Places
    appointments: Appointments
    local_links: LocalLinks
    directory: Directory
    cases: Cases
    mailbox: Mailbox


def make_gateways(
    client: httpx.AsyncClient,
    base_url: str,
    council: CouncilSettings,
    *,
    limits: Limits | None = None,
    now: Callable[[], datetime] = utc_now,
    data: Path = DATA,
    mailbox: Mailbox | None = None,
) -> Gateways:
    """Every gateway of one council. ``base_url`` is the sandbox council's, ``…/sandbox``.

    Raises BadFile when the council is not in ``authorities.csv``.
    """

    def remote(url: str, sandbox_path: str) -> Remote:
        return Remote(client, url or base_url.rstrip("/") + sandbox_path, limits)

    return Gateways(
        open311=HttpOpen311(
            remote(council.open311_url, "/open311/v2"),
            now,
            council.open311_api_key,
            council.jurisdiction_id,
            council.open311_form,
        ),
        postcodes=HttpPostcodes(remote(council.postcodes_url, "")),
        bins=HttpBins(remote(council.bins_url, "/bins"), now),
        places=HttpPlaces(remote(council.places_url, "/places")),
        appointments=HttpAppointments(remote(council.appointments_url, "/appointments")),
        local_links=load_local_links(data, council.slug),
        directory=HttpDirectory(remote(council.directory_url, "/directory"), now),
        cases=HttpCases(remote(council.cases_url, "/cases"), now, council.cases_secret),
        mailbox=mailbox or NoMailbox(),
    )
