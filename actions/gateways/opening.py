"""Opening times as Open Referral UK writes them (the iCalendar way), and what is open when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from actions.gateways.clock import as_local
from actions.gateways.wire import as_float, as_objects, as_text

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class Opening:
    """Open from ``opens`` to ``closes`` on the clock in the council's town, on ``weekdays``
    (0 is Monday), every ``every`` weeks from ``starts`` on. Past midnight is not a thing here:
    times that end before they begin are not read."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    starts: date | None = None
    ends: date | None = None
    every: int = 1

    def is_on(self, day: date) -> bool:
        """Whether it is open at all on ``day``."""
        if (self.starts and day < self.starts) or (self.ends and day > self.ends):
            return False
        if day.weekday() not in self.weekdays:
            return False
        return self.every == 1 or self.starts is None or _weeks(self.starts, day) % self.every == 0


def read_openings(value: object) -> tuple[Opening, ...]:
    """The opening times in a list of ``schedules``; what cannot be read is left out, for no
    time is better than a wrong one."""
    if not isinstance(value, list | dict):
        return ()
    made = (_opening(item) for item in as_objects(value, "schedules"))
    return tuple(one for one in made if one)


def is_open(openings: Iterable[Opening], now: datetime) -> bool:
    """Whether any is open at ``now`` (any zone)."""
    local = as_local(now)
    here = local.time().replace(tzinfo=None)
    return any(one.is_on(local.date()) and one.opens <= here < one.closes for one in openings)


def next_open(openings: Iterable[Opening], now: datetime, days: int = 28) -> datetime | None:
    """When the first of them opens next, within ``days``; None when none does."""
    local, known = as_local(now), tuple(openings)
    for ahead in range(days + 1):
        day = local.date() + timedelta(days=ahead)
        times = [datetime.combine(day, one.opens, local.tzinfo) for one in known if one.is_on(day)]
        later = [moment for moment in times if moment > local]
        if later:
            return min(later)
    return None


def _opening(item: Mapping[str, object]) -> Opening | None:
    opens, closes = _time(item.get("opens_at")), _time(item.get("closes_at"))
    weekdays = _weekdays(item)
    if opens is None or closes is None or closes <= opens or not weekdays:
        return None
    starts = _date(item.get("dtstart")) or _date(item.get("valid_from"))
    ends = _date(item.get("valid_to")) or _date(item.get("until"))
    if starts and ends and ends <= starts:
        ends = None  # "valid" for no time at all: a mistake that is often made
    every = as_float(item.get("interval")) or 1
    return Opening(weekdays, opens, closes, starts, ends, max(1, min(52, int(every))))


def _weekdays(item: Mapping[str, object]) -> frozenset[int]:
    """``byday`` ("TH,FR", also "2TH": the week of the month is not kept, so not read)."""
    if as_text(item.get("freq"), "WEEKLY").upper() == "DAILY" and not item.get("byday"):
        return frozenset(range(7))
    if as_text(item.get("freq"), "WEEKLY").upper() not in {"WEEKLY", "DAILY"}:
        return frozenset()
    said = as_text(item.get("byday") or item.get("weekday")).upper().replace(" ", "")
    return frozenset(_DAYS.index(day) for day in said.split(",") if day in _DAYS)


def _time(value: object) -> time | None:
    found = _TIME.match(as_text(value))
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2])
    if (hour, minute) == (24, 0):
        return time.max
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(as_text(value)[:10])
    except ValueError:
        return None


def _weeks(first: date, day: date) -> int:
    monday = first - timedelta(days=first.weekday())
    return (day - monday).days // 7
