"""Staff on a served site: accounts with a session, citizens who wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx
from argon2 import PasswordHasher

from bot.desk_work import DeskParts
from bot.handoff import Handoff
from bot.message import Medium
from bot.staff import Role, Staff
from bot.stores.staff_sql import SqlStaffStore
from bot.take_in import start_conversation, take_in
from bot.turn import handle_turn
from channels.auth import accounts, make_auth_router
from channels.auth.codes import Tickets
from channels.auth.passwords import Passwords
from channels.auth.sign_in import SignedIn, SignInParts, sign_in
from channels.auth.throttle import Throttle
from channels.desk import make_desk_router
from channels.manager import make_manager_router
from channels.parts import Parts
from tests.web_kit import public_app, serve

PASSWORD = "purple kettle sings"
PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}

_passwords = Passwords()
# Checked as any other, only sooner: the strength of the hash is tests/unit/channels/auth's matter.
_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class Site:
    """A served site with its staff and citizens. ``url`` ends without a slash."""

    parts: Parts
    url: str

    def __post_init__(self) -> None:
        self.store = SqlStaffStore(self.parts.engine)
        self.desk = DeskParts(self.parts.turn, self.store)
        self.clients: list[httpx.Client] = []

    def hire(
        self,
        username: str = "asha",
        roles: Iterable[Role | str] = (Role.AGENT,),
        teams: Iterable[str] = ("*",),
        name: str | None = None,
        hashed: str | None = None,
    ) -> Staff:
        """Someone on the staff whose password is PASSWORD; ``hashed``: as it is kept."""
        names = [Role(role).value for role in roles]
        shown = name or f"{username.capitalize()} Example"
        made = accounts.add_user(self.store, username, shown, names, teams)
        made = replace(made, password_hash=hashed or _hash)
        with self.store.begin() as work:
            work.staff.save(made)
            work.commit()
        return made

    def cookie(self, staff: Staff) -> str:
        """The cookie of a new session of theirs."""
        clock = self.parts.turn.clock
        tickets = Tickets("test")
        parts = SignInParts(self.store, clock, _passwords, Throttle(clock.now), tickets)
        made = sign_in(parts, staff.username, PASSWORD, "127.0.0.1")
        assert isinstance(made, SignedIn)
        return made.token

    def client(self, staff: Staff | None = None) -> httpx.Client:
        """A browser without a window, signed in if ``staff`` is given; follows no redirect."""
        cookies = {"fairway_staff": self.cookie(staff)} if staff else {}
        client = httpx.Client(
            base_url=self.url, cookies=cookies, headers=PAGE, trust_env=False, timeout=60
        )
        self.clients.append(client)
        return client

    def citizen(
        self, *said: str, medium: Medium = Medium.WEB, language: str | None = None,
        address: str | None = None,
    ) -> str:  # fmt: skip
        """A conversation in which a citizen has said these; its id."""
        turn = self.parts.turn
        conversation, _ = start_conversation(turn, medium, language, address=address)
        for text in said:
            handle_turn(turn, take_in(turn, conversation.id, text).message)
        return conversation.id

    def waiting(self, *said: str, **rest) -> Handoff:
        """The case of a citizen who has asked for a person."""
        conversation_id = self.citizen(*(said or ("can i speak to a person please",)), **rest)
        with self.store.begin() as work:
            handoff = work.handoffs.open_of(conversation_id)
        assert handoff is not None, "they were not passed on"
        return handoff

    def texts(self, conversation_id: str) -> list[str]:
        """What was said, as ``sender: text``."""
        with self.store.begin() as work:
            return [f"{m.sender.value}: {m.text}" for m in work.messages.of(conversation_id)]


def csrf(page: str) -> str:
    """The token in a page's form."""
    return page.split('name="csrf" value="', 1)[1].split('"', 1)[0]


@contextmanager
def staff_site(parts: Parts, *more: Callable) -> Iterator[Site]:
    """Web, sign-in, desk and ``more`` routers on a real port."""
    with serve(public_app(parts, make_auth_router, make_desk_router, *more)) as served:
        site = Site(parts, served.url)
        yield site
    for client in site.clients:
        client.close()


def manager_router(parts: Parts):
    """The service manager's pages as the product has them."""
    from channels.gates import manager_tools  # brings the audit's libraries: only where needed

    return make_manager_router(parts, manager_tools(parts.settings))
