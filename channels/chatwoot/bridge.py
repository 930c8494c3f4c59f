"""Tell Chatwoot of every open case and of what is said in it, in order. A round every two seconds.

What was told is counted after each message, so that after a crash at most the last one is told
twice. While Chatwoot is away nothing is lost: the next round goes on where this one ended.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from bot.approval import without_draft
from bot.desk_view import Case, see_case
from bot.desk_work import DeskParts
from bot.guarded import has_right
from bot.handoff import Handoff, HandoffStatus
from bot.message import Message, Sender
from bot.staff import AT_THE_DESK, Staff
from channels.background import Rounds
from channels.chatwoot.client import Chatwoot, ChatwootAway
from channels.chatwoot.erasing import erase_copies
from channels.chatwoot.rows import Row, Rows
from channels.desk import words as w
from channels.desk.wiring import desk_parts
from channels.parts import Parts
from channels.photos import PhotoStore

log = logging.getLogger(__name__)
EVERY = 2.0
FROM_THERE = "desk-chatwoot-"
"""How the ids of messages begin that came from Chatwoot: they are not told back."""


@dataclass(frozen=True)
class Bridge:
    """``username`` is the account of ours as which Chatwoot's agents act."""

    desk: DeskParts
    rows: Rows
    chatwoot: Chatwoot
    username: str
    photos: PhotoStore

    def run_once(self) -> None:
        """One round. Several processes take turns."""
        who = agent_of(self.desk, self.username)
        if who is None:
            log.error("FAIRWAY_CHATWOOT_USER=%s is no active agent", self.username)
            return
        with self.desk.turn.locks.hold("chatwoot"):
            try:
                for handoff in self._open(who):
                    self._tell(who, handoff)
                for row in self.rows.under_way():
                    self._end(row)
                erase_copies(self.desk, self.chatwoot)
            except ChatwootAway as error:
                log.warning("%s", error)

    def _open(self, who: Staff) -> list[Handoff]:
        """Cases that wait or are with Chatwoot, and that its agents may see; the oldest first."""
        with self.desk.store.begin() as work:
            held = work.handoffs.with_status(HandoffStatus.WAITING, HandoffStatus.CLAIMED)
        free = (None, who.username)
        mine = (h for h in held if h.claimed_by in free and h.offered_to in free)
        return sorted((h for h in mine if has_right(who, h)), key=lambda h: h.asked_at)

    def _tell(self, who: Staff, handoff: Handoff) -> None:
        case = see_case(self.desk, who, handoff.id)
        row = self.rows.of(handoff.id) or self._begin(case)
        untold = case.messages[row.sent :]
        photos = self.photos.of(case.conversation.id) if untold else {}
        for place, message in enumerate(untold, row.sent + 1):
            photo = photos.get(message.id)
            jpeg = self.photos.get(case.conversation.id, photo) if photo else None
            self._say(row, message, jpeg)
            self.rows.note(handoff.id, sent=place)

    def _begin(self, case: Case) -> Row:
        source, contact = self.chatwoot.new_contact(secrets.token_hex(16), "Citizen")
        number = self.chatwoot.new_conversation(source)
        row = Row(case.handoff.id, case.conversation.id, source, number, contact_id=contact)
        self.rows.add(row)
        self.chatwoot.bot_says(number, about(case), private=True)
        self.chatwoot.set_status(number, "open")
        return row

    def _say(self, row: Row, message: Message, jpeg: bytes | None) -> None:
        if message.sender is Sender.CITIZEN:
            said = row.source_id, row.chatwoot_id, message.text, message.id
            if jpeg is None:
                self.chatwoot.citizen_says(*said)
            else:
                self.chatwoot.citizen_shows(*said, jpeg)
        elif not (message.client_id or "").startswith(FROM_THERE):
            self.chatwoot.bot_says(row.chatwoot_id, message.text)

    def _end(self, row: Row) -> None:
        with self.desk.store.begin() as work:
            handoff = work.handoffs.get(row.handoff_id)
        if handoff is None or not handoff.is_open:
            self.chatwoot.set_status(row.chatwoot_id, "resolved")
            self.rows.note(row.handoff_id, over=True)


def agent_of(desk: DeskParts, username: str) -> Staff | None:
    """The account as which Chatwoot's agents act; None when it may not work at the desk."""
    with desk.store.begin() as work:
        staff = work.staff.named(username)
    return staff if staff and staff.active and staff.has(*AT_THE_DESK) else None


def about(case: Case) -> str:
    """What an agent should know before the first word, as a private note."""
    told, handoff = case.conversation.circumstances, case.handoff
    facts = {**without_draft(handoff.summary), **handoff.contact}
    lines = [
        f"Why: {', '.join(w.words_for(code, w.REASONS) for code in handoff.reasons)}",
        f"Urgency: {w.words_for(handoff.urgency, w.URGENCIES)}. Team: {w.plain(handoff.team)}.",
        f"Language: {case.conversation.language}. "
        f"By: {w.words_for(case.conversation.medium.value, w.MEDIUMS)}.",
        *(f"Needs: {w.words_for(a.value, w.ADJUSTMENTS)}" for a in sorted(told.adjustments)),
        *(f"{w.plain(str(name))}: {value}" for name, value in facts.items() if value),
        f"Case: {handoff.id}",
    ]
    return "\n".join(lines)


def start_chatwoot(parts: Parts) -> Rounds | None:
    """The rounds of this process, at work; None where no Chatwoot is set up."""
    settings = parts.settings
    if not settings.chatwoot_url:
        return None
    bridge = Bridge(
        desk_parts(parts),
        Rows(parts.engine),
        chatwoot_of(parts),
        settings.chatwoot_user,
        PhotoStore(parts.engine),
    )
    return Rounds("Chatwoot", bridge.run_once, EVERY).start()


def chatwoot_of(parts: Parts) -> Chatwoot:
    """The Chatwoot that the settings name."""
    told = parts.settings
    return Chatwoot(
        told.chatwoot_url,
        told.chatwoot_account,
        told.chatwoot_inbox,
        told.chatwoot_token,
        told.chatwoot_admin_token,
    )
