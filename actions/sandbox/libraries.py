"""The real libraries of Shropshire, from the shipped file (see ``actions/data/README.md``)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from actions.gateways.places import DAYS


@dataclass(frozen=True)
class Library:
    """Degrees are WGS84, eastings and northings metres. ``opening``: day → the file's words."""

    id: str
    name: str
    address: str
    postcode: str
    uprn: str
    easting: int
    northing: int
    latitude: float
    longitude: float
    opening: Mapping[str, str]


def load_libraries(path: Path) -> tuple[Library, ...]:
    """Every library in the file, in its order."""
    with path.open(newline="", encoding="utf-8") as lines:
        return tuple(_library(row) for row in csv.DictReader(lines))


def _library(row: Mapping[str, str]) -> Library:
    name = row["name"]
    return Library(
        id=row["id"],
        name=name if "library" in name.lower() else f"{name} library",
        address=row["address"],
        postcode=row["postcode"],
        uprn=row["uprn"],
        easting=round(float(row["easting"])),
        northing=round(float(row["northing"])),
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        opening={day: row[day] for day in DAYS},
    )
