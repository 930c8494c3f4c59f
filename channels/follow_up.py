"""Reminders of appointments, news of reports to those who asked for it, and outcomes.

A round a minute. What is due lies in the outbox, so nothing is forgotten with the
process; each message is kept in the same transaction that ends its parcel, and only by whoever
still holds its lease, so none is sent twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.case_news import CaseNews
from bot.follow_up import LOOK_EVERY, REMINDER, WATCH, has_stood_still, watch_again
from bot.ports import DESK, POST, NewsSource, Parcel, UnitOfWork
from bot.tell_citizen import tell_citizen
from bot.turn_state import TurnParts
from channels.outcomes import note_outcomes

EACH_ROUND = 60.0  # seconds
LEASE = timedelta(minutes=5)
AT_ONCE = 100
OUTCOMES_EVERY = timedelta(hours=1)


class FollowUps:
    """``run_once`` is one round."""

    def __init__(self, parts: TurnParts, news: NewsSource) -> None:
        self._parts, self._news = parts, news
        self._noted = datetime.min.replace(tzinfo=UTC)

    def run_once(self) -> None:
        """Send every reminder that is due, then look after every report that is watched."""
        for parcel in self._lease(REMINDER):
            self._remind(parcel)
        watched = self._lease(WATCH)
        if watched:
            self._look(watched)
        now = self._parts.clock.now()
        if now - self._noted >= OUTCOMES_EVERY:
            note_outcomes(self._parts)
            self._noted = now

    def _lease(self, kind: str) -> list[Parcel]:
        now = self._parts.clock.now()
        with self._parts.store.begin() as work:
            parcels = work.outbox.lease(kind, now, now + LEASE, AT_ONCE)
            work.commit()
        return parcels

    def _remind(self, parcel: Parcel) -> None:
        told = {name: str(parcel.payload.get(name)) for name in ("reference", "place", "when")}
        now = self._parts.clock.now()
        with self._parts.store.begin() as work:
            if not work.outbox.holds_lease(parcel):
                return
            if not _is_past(parcel, now):  # nothing may have run for a day
                self._tell(work, parcel, "appointment_reminder", told)
            work.outbox.done(parcel.id, now)
            work.commit()
        self._wake(parcel)

    def _look(self, watched: list[Parcel]) -> None:
        """Ask for all of them at once, then tell those whose report has moved."""
        news = self._news.of([_asked(p) for p in watched], min(map(_since, watched)))
        for parcel in watched:
            self._after_look(parcel, news.get(_asked(parcel)))

    def _after_look(self, parcel: Parcel, news: CaseNews | None) -> None:
        now = self._parts.clock.now()
        with self._parts.store.begin() as work:
            if not work.outbox.holds_lease(parcel):
                return  # the council answered so slowly that another process looked meanwhile
            moved = news is not None and news.state != parcel.payload.get("status")
            if news is not None and moved:
                self._moved(work, parcel, news, now)
            elif has_stood_still(parcel, now):
                work.outbox.done(parcel.id, now)
            else:
                work.outbox.again(parcel.id, now + LOOK_EVERY, "")
            work.commit()
        if moved:
            self._wake(parcel)

    def _moved(self, work: UnitOfWork, parcel: Parcel, news: CaseNews, now: datetime) -> None:
        there = self._tell_news(work, parcel, news)
        if there and not news.is_over:
            work.outbox.put_anew(watch_again(parcel, news.state, now), now + LOOK_EVERY)
        else:
            work.outbox.done(parcel.id, now)

    def _tell_news(self, work: UnitOfWork, parcel: Parcel, news: CaseNews) -> bool:
        conversation = work.conversations.get(str(parcel.payload.get("conversation_id")))
        if conversation is None:
            return False
        lang, medium = conversation.language, conversation.medium.value
        state = self._parts.replies.say(f"case_state_{news.state}", lang, medium)
        service = str(parcel.payload.get("service"))
        told = {"reference": news.reference, "service": service, "state": state}
        there = self._tell(work, parcel, "case_changed", told)
        if there and news.words:
            self._tell(work, parcel, "report_notes", {"notes": news.words})
        return there

    def _tell(self, work: UnitOfWork, parcel: Parcel, key: str, told: dict[str, str]) -> bool:
        whose = str(parcel.payload.get("conversation_id"))
        phone = str(parcel.payload.get("phone") or "")
        return tell_citizen(self._parts, work, whose, key, told, phone=phone)

    def _wake(self, parcel: Parcel) -> None:
        self._parts.live.changed([str(parcel.payload.get("conversation_id")), DESK, POST])


def _asked(parcel: Parcel) -> tuple[str, str]:
    return str(parcel.payload.get("system")), str(parcel.payload.get("reference"))


def _is_past(parcel: Parcel, now: datetime) -> bool:
    """Whether the appointment has begun; one kept before its time was kept is not said to have."""
    starts_at = parcel.payload.get("starts_at")
    return starts_at is not None and datetime.fromisoformat(str(starts_at)) <= now


def _since(parcel: Parcel) -> datetime:
    return datetime.fromisoformat(str(parcel.payload["since"]))
