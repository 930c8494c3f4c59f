"""The council's systems, each behind a port. ``make_gateways`` builds them all."""

from __future__ import annotations

from dataclasses import dataclass

from actions.gateways.appointments import Appointments
from actions.gateways.bins import Bins
from actions.gateways.local_links import LocalLinks
from actions.gateways.open311 import Open311
from actions.gateways.places import Places
from actions.gateways.postcodes import Postcodes


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


@dataclass(frozen=True)
class Gateways:
    """Everything an action may ask of the council."""

    open311: Open311
    postcodes: Postcodes
    bins: Bins
    places: Places
    appointments: Appointments
    local_links: LocalLinks
