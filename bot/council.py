"""The council that runs this Fairway: its name, phone, opening hours and systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.need import Availability

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Notice:
    """News of the service, shown on every page from ``start`` to ``end``, both days included.
    ``texts``: language → text; English is shown where a language is not there."""

    texts: Mapping[str, str]
    start: date
    end: date


@dataclass(frozen=True)
class Council:
    """``hours``: weekday → (opens, closes) local times; a day not named is closed.
    ``systems``: gateway name → base URL; a gateway not named uses the sandbox council.
    ``mailboxes``: team → email address, written to when a system does not take a case.
    ``partners``: organisation → web address or email address that referrals go to.
    ``holidays``: days on which the contact centre stays shut; those of ``bank_holidays`` (a part
    of the United Kingdom as GOV.UK names it) are among them once the product has started."""

    name: str
    slug: str
    gss: str
    phone: str
    text_relay: str
    main_place: str
    languages: Mapping[str, str]
    hours: Mapping[str, tuple[time, time]] = field(default_factory=dict)
    systems: Mapping[str, str] = field(default_factory=dict)
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    colour: str = "#00454d"
    sms_number: str = ""
    equality_scheme: str = "gss_harmonised"
    quiet_hours: tuple[time, time] = (time(21), time(8))
    notices: tuple[Notice, ...] = ()
    partners: Mapping[str, str] = field(default_factory=dict)
    bank_holidays: str = ""
    holidays: frozenset[date] = frozenset()

    def notices_at(self, now: datetime) -> tuple[Notice, ...]:
        """The news to show at ``now`` (any zone)."""
        today = now.astimezone(LONDON).date()
        return tuple(n for n in self.notices if n.start <= today <= n.end)

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet hours that ``now`` (any zone) falls into end; None outside them. In
        quiet hours no text message is sent that the citizen does not wait for."""
        local, (begins, ends) = now.astimezone(LONDON), self.quiet_hours
        at = local.time()
        quiet = begins <= at < ends if begins <= ends else at >= begins or at < ends
        if not quiet:
            return None
        day = local.date() + timedelta(days=1 if at >= ends else 0)
        return datetime.combine(day, ends, LONDON)

    def is_open(self, now: datetime) -> bool:
        """Whether the contact centre is open at ``now`` (any zone)."""
        local = now.astimezone(LONDON)
        opens, closes = self.hours_on(local.date()) or (time.max, time.max)
        return opens <= local.time() < closes or (opens < closes == time.max)

    def closed_since(self, now: datetime) -> datetime | None:
        """When it shut, or None while it is open or was open on none of the last seven days."""
        if self.is_open(now):
            return None
        local = now.astimezone(LONDON)
        for back in range(8):
            day = local.date() - timedelta(days=back)
            hours = self.hours_on(day)
            if hours is None:
                continue
            closes = datetime.combine(day, hours[1], LONDON)
            if closes <= local:
                return closes
        return None

    def hours_on(self, day: date) -> tuple[time, time] | None:
        """When it opens and closes on ``day``; None when it stays shut, as on a holiday."""
        return None if day in self.holidays else self.hours.get(DAYS[day.weekday()])

    def next_open(self, now: datetime) -> datetime | None:
        """When it opens next, or None if it never does."""
        local = now.astimezone(LONDON)
        for ahead in range(15):  # Christmas and New Year may fall in one week
            day = local.date() + timedelta(days=ahead)
            hours = self.hours_on(day)
            if hours is None:
                continue
            opens = datetime.combine(day, hours[0], LONDON)
            if opens > local:
                return opens
        return None


@dataclass(frozen=True)
class CouncilHours:
    """A ``bot.ports.AvailabilitySource`` from the council's opening hours and its queue."""

    council: Council
    minutes_each: int = 4
    """Minutes a waiting case is assumed to take until real waits are measured."""

    def at(self, now: datetime, waiting: int) -> Availability:
        """Open or closed now, and an honest guess at the wait."""
        is_open = self.council.is_open(now)
        opens = None if is_open else self.council.next_open(now)
        return Availability(
            contact_centre_open=is_open,
            queue_wait_minutes=waiting * self.minutes_each,
            next_open=opens.strftime("%A %H:%M") if opens else None,
        )
