"""Refer a case to a partner organisation, with the citizen's consent and a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.case_extras import CaseNote
from bot.conversation import Conversation
from bot.desk_parts import DeskParts, case_in_hand, leave_note, log, must_hold, tell
from bot.errors import BadInput
from bot.handoff import Handoff
from bot.ports import DESK, POST, Parcel
from bot.staff import LogEntry, Staff

REFERRAL = "referral"
LONGEST = 2000  # characters
GIVE_UP_AFTER = timedelta(hours=24)
BY_POST = "(fairway)"


class ConsentMissing(BadInput):
    """Ask the citizen first, and tick that they agreed. Nothing was sent."""


class ReferralUnclear(BadInput):
    """Choose a partner and write what they should know. Nothing was sent."""


@dataclass(frozen=True)
class Referral:
    """What a partner is sent. ``partner`` is its name, ``reference`` ours and the receipt's."""

    reference: str
    partner: str
    text: str
    contact: Mapping[str, str]
    language: str
    asked_at: datetime


def refer_case(
    parts: DeskParts,
    who: Staff,
    handoff_id: str,
    partner: str,
    text: str,
    *,
    agreed: bool,
    partners: Mapping[str, str],
) -> Referral:
    """The case is passed to ``partner`` (one of ``partners``, name → where to): ``text`` and the
    contact the citizen gave, nothing else. The citizen gets the reference, colleagues a note. What
    cannot be delivered within a day comes back as a note.

    Raises ConsentMissing, ReferralUnclear, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    if not agreed:
        raise ConsentMissing
    if partner not in partners or not text.strip():
        raise ReferralUnclear
    with case_in_hand(parts, who, handoff_id) as case:
        must_hold(case.handoff, who)
        now, key = parts.turn.clock.now(), parts.turn.new_id()
        referral = Referral(
            reference=f"R-{key[-8:].upper()}",
            partner=partner,
            text=text.strip()[:LONGEST],
            contact=_contact(case.handoff, case.conversation),
            language=case.conversation.language,
            asked_at=now,
        )
        told = {**vars(referral), "asked_at": now.isoformat()}
        del told["contact"]  # the case has it, sealed
        payload = {"conversation_id": case.conversation.id, "handoff_id": handoff_id, **told}
        case.work.outbox.put(Parcel(key, REFERRAL, payload), now)
        leave_note(
            parts, case, who, "referred", f"{partner}, {referral.reference}: {referral.text}"
        )
        short = {"body": partner, "reference": referral.reference}
        tell(parts, case.work, case.conversation, "referral_sent", **short)
        log(parts, case.work, who, "case_referred", case.handoff, **short)
    return referral


def _contact(handoff: Handoff, conversation: Conversation) -> dict[str, str]:
    """How the citizen can be reached: what they gave, and the number they text from."""
    contact = {str(k): str(v) for k, v in handoff.contact.items() if v}
    if conversation.address:
        contact.setdefault("phone", f"+{conversation.address.lstrip('+')}")
    return contact


def referral_in(parts: DeskParts, parcel: Parcel) -> Referral:
    """The referral in a parcel, with the contact that the case has."""
    told = parcel.payload
    with parts.store.begin() as work:
        handoff = work.handoffs.get(str(told["handoff_id"]))
        conversation = work.conversations.get(str(told["conversation_id"]))
    return Referral(
        str(told["reference"]),
        str(told["partner"]),
        str(told["text"]),
        _contact(handoff, conversation) if handoff and conversation else {},
        str(told["language"]),
        datetime.fromisoformat(str(told["asked_at"])),
    )


def referral_arrived(parts: DeskParts, parcel: Parcel, receipt: str) -> None:
    """The partner has it: ``receipt`` is what they answered, for colleagues to read."""
    name = parcel.payload["partner"]
    _end(parts, parcel, f"{name} has it. Receipt: {receipt[:200]}", "referral_arrived")


def referral_failed(parts: DeskParts, parcel: Parcel, problem: str) -> None:
    """Not delivered: again later, or after a day a note that says that somebody must call."""
    now = parts.turn.clock.now()
    asked = datetime.fromisoformat(str(parcel.payload["asked_at"]))
    if now - asked < GIVE_UP_AFTER:
        with parts.store.begin() as work:
            wait = timedelta(seconds=min(30 * 2**parcel.attempts, 3600))
            work.outbox.again(parcel.id, now + wait, problem)
            work.commit()
        return
    name = parcel.payload["partner"]
    text = f"{name} was not reached for a day ({problem}). Call them: the citizen counts on it."
    _end(parts, parcel, text, "referral_not_delivered")


def _end(parts: DeskParts, parcel: Parcel, text: str, action: str) -> None:
    now = parts.turn.clock.now()
    whose, case = str(parcel.payload["conversation_id"]), str(parcel.payload["handoff_id"])
    with parts.store.begin() as work:
        if work.conversations.get(whose) is not None:
            note = CaseNote(parts.turn.new_id(), whose, case, BY_POST, "referred", text, now)
            work.notes.add(note)
        work.outbox.done(parcel.id, now)
        detail = {"partner": parcel.payload["partner"], "reference": parcel.payload["reference"]}
        work.staff_log.write(LogEntry(now, BY_POST, action, case, detail))
        work.commit()
    parts.turn.live.changed([whose, DESK, POST])
