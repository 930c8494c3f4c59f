"""What must happen after a conversation has moved on: a reminder, news of a report.

Actions say what they brought about (``appointment``, ``appointment_cancelled``, ``watch``);
here that becomes parcels of the outbox, kept in the turn's own transaction. Each parcel's id
follows from what it is about, so that asking twice is asking once and a cancelled appointment
takes its reminder with it. Of two requests for news of one report to one place the newer counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.message import Medium
from bot.ports import Parcel, UnitOfWork

REMINDER, WATCH = "reminder", "watch"
REMIND_BEFORE = timedelta(hours=24)
LOOK_EVERY = timedelta(minutes=30)
WATCH_FOR = timedelta(days=90)
"""A report that has not moved for so long is looked at no more."""


@dataclass(frozen=True)
class FollowUp:
    """A parcel to put, or, with ``due`` None, the id of one that is no longer wanted."""

    parcel: Parcel
    due: datetime | None


def follow_ups(
    events: Iterable[Mapping[str, Any]], conversation_id: str, now: datetime
) -> tuple[FollowUp, ...]:
    """The follow-ups that the events of a turn ask for. Events that cannot be read ask for none."""
    made = (_follow_up(event, conversation_id, now) for event in events)
    return tuple(one for one in made if one)


def put_follow_ups(work: UnitOfWork, wanted: Iterable[FollowUp], now: datetime) -> None:
    """Keep what is wanted, once; call off what is not."""
    for one in wanted:
        if one.due is None:
            work.outbox.done(one.parcel.id, now)
        elif one.parcel.kind == WATCH:
            _call_off_doubles(work, one.parcel, now)
            work.outbox.put_anew(one.parcel, one.due)
        else:
            work.outbox.put_once(one.parcel, one.due)


def watch_again(parcel: Parcel, status: str, now: datetime) -> Parcel:
    """The next look at the same report, which is now known to have moved to ``status``.

    ``since`` stays: it says from when on updates are asked for, and a look that asked only for
    later ones would no longer see the update that ``status`` is from."""
    news = {"status": status, "moved_at": now.isoformat()}
    return Parcel(parcel.id, WATCH, {**parcel.payload, **news})


def has_stood_still(parcel: Parcel, now: datetime) -> bool:
    """Whether the report has not moved for so long that it is looked at no more."""
    moved = parcel.payload.get("moved_at") or parcel.payload["since"]
    return now - datetime.fromisoformat(str(moved)) > WATCH_FOR


def _call_off_doubles(work: UnitOfWork, parcel: Parcel, now: datetime) -> None:
    """Whoever asked in an earlier conversation and asks again by the same phone is told once."""
    place = _told_at(work, parcel)
    for held in work.outbox.standing(WATCH, str(parcel.payload["reference"])):
        of_one_system = held.payload.get("system") == parcel.payload["system"]
        if held.id != parcel.id and of_one_system and _told_at(work, held) == place:
            work.outbox.done(held.id, now)


def _told_at(work: UnitOfWork, parcel: Parcel) -> str:
    """Where the news will arrive: a phone number's digits, or a web conversation's id."""
    phone, whose = parcel.payload.get("phone"), str(parcel.payload.get("conversation_id"))
    if phone:
        return str(phone).lstrip("+")
    held = work.conversations.get(whose)
    texted = held.address if held is not None and held.medium is Medium.SMS else None
    return texted or whose


def _follow_up(event: Mapping[str, Any], conversation_id: str, now: datetime) -> FollowUp | None:
    kind, reference = event.get("type"), str(event.get("reference") or "")
    if not reference:
        return None
    if kind == "appointment":
        return _reminder(event, conversation_id, reference, now)
    if kind == "appointment_cancelled":
        return FollowUp(Parcel(_id(REMINDER, reference), REMINDER, {}), None)
    return _watch(event, conversation_id, reference, now) if kind == "watch" else None


def _reminder(
    event: Mapping[str, Any], conversation_id: str, reference: str, now: datetime
) -> FollowUp | None:
    """A day before; nobody is reminded of what they have only just booked."""
    try:
        starts_at = datetime.fromisoformat(str(event.get("starts_at")))
    except ValueError:
        return None
    if starts_at.tzinfo is None or starts_at - REMIND_BEFORE <= now:
        return None
    payload = {
        "conversation_id": conversation_id,
        "reference": reference,
        "place": str(event.get("place") or ""),
        "when": str(event.get("when") or ""),
        "starts_at": starts_at.isoformat(),
        "phone": str(event.get("phone") or ""),
    }
    due = starts_at - REMIND_BEFORE
    return FollowUp(Parcel(_id(REMINDER, reference), REMINDER, payload), due)


def _watch(
    event: Mapping[str, Any], conversation_id: str, reference: str, now: datetime
) -> FollowUp:
    payload = {
        "conversation_id": conversation_id,
        "reference": reference,
        "system": str(event.get("system") or ""),
        "service": str(event.get("service") or ""),
        "status": str(event.get("status") or ""),
        "phone": str(event.get("phone") or ""),
        "since": now.isoformat(),
    }
    parcel = Parcel(_id(WATCH, conversation_id, payload["system"], reference), WATCH, payload)
    return FollowUp(parcel, now + LOOK_EVERY)


def _id(kind: str, *about: str) -> str:
    return f"{kind[0]}-{hashlib.sha256(chr(0).join(about).encode()).hexdigest()[:32]}"
