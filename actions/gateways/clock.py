"""What time it is where the council is. Passed in everywhere, so tests can set the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

COUNCIL_ZONE = "Europe/London"


def utc_now() -> datetime:
    """The time now, in UTC, with its zone."""
    return datetime.now(UTC)


def as_local(moment: datetime) -> datetime:
    """The same moment on the clock in the council's town; people are shown this one."""
    return moment.astimezone(ZoneInfo(COUNCIL_ZONE))


def council_date(moment: datetime) -> date:
    """The date on the wall in the council's town at that moment."""
    return as_local(moment).date()


def council_today() -> date:
    """Today's date in the council's town."""
    return council_date(utc_now())
