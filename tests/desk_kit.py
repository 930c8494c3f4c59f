"""A desk in memory: agents who take over from the scripted assistant."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta

from bot.desk_offer import FirstToWhoHadIt
from bot.desk_work import DeskParts
from bot.staff import Role, Staff, StaffSession
from bot.staff_ports import StaffStore
from bot.stores.staff_memory import MemoryStaffStore
from tests.turn_kit import START, ScriptedAssistant, turn_parts

_ids = itertools.count(1)
OFFERED_FOR = timedelta(minutes=10)


def staff(username: str = "asha", *roles: Role, teams: tuple[str, ...] = ("*",), **rest) -> Staff:
    """An agent with every team, unless said otherwise."""
    values = {
        "id": f"staff{next(_ids)}",
        "username": username,
        "name": f"{username.capitalize()} Example",
        "roles": frozenset(roles or (Role.AGENT,)),
        "teams": frozenset(teams),
        "created_at": START,
    }
    return Staff(**{**values, **rest})


@dataclass
class Desk:
    """Desk parts on one store, with the assistant they take over from."""

    store: StaffStore = field(default_factory=MemoryStaffStore)
    assistant: ScriptedAssistant = field(default_factory=ScriptedAssistant)

    def __post_init__(self) -> None:
        first = FirstToWhoHadIt(lambda: f"note{next(_ids)}", OFFERED_FOR)
        self.turn = turn_parts(self.assistant, store=self.store, keep_case=first)
        self.parts = DeskParts(self.turn, self.store)

    def hire(self, *args, **rest) -> Staff:
        """A member of staff with an account."""
        made = staff(*args, **rest)
        with self.store.begin() as work:
            work.staff.add(made)
            work.commit()
        return made

    def here(self, who: Staff) -> Staff:
        """A page of theirs is open from now on."""
        now = self.turn.clock.now()
        with self.store.begin() as work:
            expires = now + timedelta(hours=12)
            work.sessions.add(StaffSession(f"{who.id}-{now}", who.id, "c", now, now, expires))
            work.commit()
        return who

    def texts(self, conversation_id: str) -> list[str]:
        """What was said, as ``sender: text``."""
        with self.store.begin() as work:
            return [f"{m.sender.value}: {m.text}" for m in work.messages.of(conversation_id)]

    def log(self, subject: str) -> list[str]:
        """Who did what to a case or an account."""
        with self.store.begin() as work:
            return [f"{e.username} {e.action}" for e in work.staff_log.about(subject)]
