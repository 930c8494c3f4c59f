"""All that Fairway knows about one service: the card in ``bot/services/<id>.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.intents import SERVICE_PREFIX
from bot.need import Channel, Need, NeedKind, Urgency
from bot.routing import Doors


@dataclass(frozen=True)
class Door:
    """How a service is reached on one channel.

    ``way`` is one of the routing ways, or ``none`` where the digital door is shut.
    ``connector`` names what does the work on the digital channel (open311, cases, bins,
    library_finder, directory, link); ``service_code`` is the council system's own code, or the
    words to look for in a directory.
    """

    way: str
    connector: str | None = None
    service_code: str | None = None


@dataclass(frozen=True)
class Fact:
    """A fact quoted from the council's own page. ``text``: language → sentence."""

    text: Mapping[str, str]
    source: str
    reviewed: date


@dataclass(frozen=True)
class ServiceCard:
    """One service. ``lgsl`` and ``lgil`` are codes of the Local Government Services and
    Interactions Lists, both None for a service of which no code is known;
    ``names`` is language → name, English always among them."""

    id: str
    lgsl: int | None
    lgil: int | None
    tier: str
    names: Mapping[str, str]
    team: str
    kind: NeedKind
    urgency: Urgency
    digital: Door
    assisted: Door
    face_to_face: Door
    facts: tuple[Fact, ...] = ()

    @property
    def intent(self) -> str:
        """The intent of a message that wants this service."""
        return SERVICE_PREFIX + self.id

    @property
    def need(self) -> Need:
        """The need of a citizen who wants it."""
        return Need(self.id, self.lgsl, self.kind, self.urgency)

    @property
    def doors(self) -> Doors:
        """What ``decide_route`` may choose from."""
        digital = None if self.digital.way == "none" else self.digital.way
        return Doors(digital, self.assisted.way, self.face_to_face.way)

    def door(self, channel: Channel) -> Door:
        """The door on ``channel``."""
        doors = {Channel.DIGITAL: self.digital, Channel.ASSISTED: self.assisted}
        return doors.get(channel, self.face_to_face)

    def name(self, language: str) -> str:
        """The service's name, in English where ``language`` has none."""
        return self.names[self.named_in(language)]

    def named_in(self, language: str) -> str:
        """The language of ``name``."""
        return language if self.names.get(language) else "en"
