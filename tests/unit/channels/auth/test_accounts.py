"""Accounts from the command line, and the first sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.staff import Role, UsernameTaken, UsernameWrong
from bot.stores.staff_memory import MemoryStaffStore
from channels.auth import accounts
from channels.auth.codes import Tickets
from channels.auth.passwords import Passwords
from channels.auth.sign_in import (
    LinkSpent,
    SignInParts,
    SignInWrong,
    choose_password,
    link_owner,
    sign_in,
    sign_out,
    who_is,
)
from channels.auth.throttle import Throttle
from tests.turn_kit import START, TickingClock

PASSWORD = "three kettles sing"
URL = "http://127.0.0.1:8000"


@pytest.fixture
def store():
    return MemoryStaffStore()


@pytest.fixture
def clock():
    return TickingClock()


@pytest.fixture
def parts(store, clock):
    return SignInParts(store, clock, Passwords(), Throttle(clock.now), Tickets("test"))


@pytest.fixture
def asha(store):
    return accounts.add_user(store, "Asha", "Asha  Example", ["agent"], ["highways", " "], START)


def token_of(link: accounts.NewLink) -> str:
    return link.url.rsplit("/", 1)[1]


def settled(parts, username="asha"):
    """Someone who has chosen a password and is signed in."""
    link = accounts.sign_in_link(parts.store, username, URL, parts.clock.now())
    return choose_password(parts, token_of(link), PASSWORD)


def test_an_account_as_added(asha, store):
    assert (asha.username, asha.name, asha.first_name) == ("asha", "Asha Example", "Asha")
    assert (asha.roles, asha.teams) == (frozenset({Role.AGENT}), frozenset({"highways"}))
    assert accounts.list_users(store) == [asha]


@pytest.mark.parametrize("name", ["", "a", "has space", "-dash", "x" * 81, "<b>"])
def test_user_names_that_will_not_do(store, name):
    with pytest.raises(UsernameWrong):
        accounts.add_user(store, name, "X", ["agent"])


def test_a_user_name_is_taken_whatever_its_case(store, asha):
    with pytest.raises(UsernameTaken):
        accounts.add_user(store, "ASHA", "Another", ["agent"])


@pytest.mark.parametrize("roles", [[], ["boss"]])
def test_roles_that_are_none(store, roles):
    with pytest.raises(accounts.RoleUnknown):
        accounts.add_user(store, "asha", "Asha", roles)


def test_a_link_lets_its_owner_choose_a_password_once(parts, asha):
    link = accounts.sign_in_link(parts.store, "asha", URL, START)
    assert link.url.startswith(f"{URL}/sign-in/link/")
    assert link_owner(parts, token_of(link)) == asha
    assert link_owner(parts, token_of(link)) == asha  # looking does not spend it
    signed_in = choose_password(parts, token_of(link), PASSWORD, " Asha  Rao ")
    assert signed_in.staff.name == "Asha Rao"
    with pytest.raises(LinkSpent):
        choose_password(parts, token_of(link), PASSWORD)
    assert sign_in(parts, "ASHA ", PASSWORD, "10.0.0.1").staff.username == "asha"


def test_a_link_ends_after_a_day_and_when_a_newer_one_is_made(parts, asha, clock):
    old = accounts.sign_in_link(parts.store, "asha", URL, clock.now())
    new = accounts.sign_in_link(parts.store, "asha", URL, clock.now())
    with pytest.raises(LinkSpent):
        link_owner(parts, token_of(old))
    clock.moment += timedelta(hours=24)
    with pytest.raises(LinkSpent):
        link_owner(parts, token_of(new))


def test_tokens_and_passwords_are_not_in_the_store(parts, asha, store):
    link = accounts.sign_in_link(store, "asha", URL, START)
    signed_in = choose_password(parts, token_of(link), PASSWORD)
    kept = repr(store._tables)
    for secret in (token_of(link), signed_in.token, PASSWORD):
        assert secret not in kept


def test_a_new_password_ends_every_other_session(parts, asha, clock):
    first = settled(parts)
    second = settled(parts)
    now = clock.now()
    assert who_is(parts.store, first.token, now) is None
    assert who_is(parts.store, second.token, now) is not None


def test_a_session_ends_by_time_idleness_sign_out_and_reset(parts, asha, clock):
    settled(parts)
    one = sign_in(parts, "asha", PASSWORD, "10.0.0.1")
    assert who_is(parts.store, one.token, clock.now()) is not None
    assert who_is(parts.store, one.token, clock.now() + timedelta(minutes=61)) is None
    assert who_is(parts.store, one.token + "x", clock.now()) is None
    sign_out(parts, one.token)
    sign_out(parts, one.token)
    assert who_is(parts.store, one.token, clock.now()) is None
    two = sign_in(parts, "asha", PASSWORD, "10.0.0.1")
    accounts.reset_user(parts.store, "asha", URL, clock.now())
    assert who_is(parts.store, two.token, clock.now()) is None
    with pytest.raises(SignInWrong):
        sign_in(parts, "asha", PASSWORD, "10.0.0.1")


def test_being_used_keeps_a_session_alive_but_not_beyond_twelve_hours(parts, asha, clock):
    one = settled(parts)
    began = clock.moment
    while clock.moment < began + timedelta(hours=11, minutes=30):
        clock.moment += timedelta(minutes=45)
        alive = who_is(parts.store, one.token, clock.moment) is not None
        assert alive == (clock.moment < began + timedelta(hours=12))
    assert who_is(parts.store, one.token, began + timedelta(hours=12, minutes=1)) is None


def test_signing_in_ends_the_session_the_browser_came_with(parts, asha, clock):
    planted = settled(parts)
    fresh = sign_in(parts, "asha", PASSWORD, "10.0.0.1", old_token=planted.token)
    assert fresh.token != planted.token
    assert who_is(parts.store, planted.token, clock.now()) is None


def test_someone_switched_off_is_out_at_once(parts, asha, clock):
    one = settled(parts)
    accounts.switch_user(parts.store, "asha", active=False)
    assert who_is(parts.store, one.token, clock.now()) is None
    with pytest.raises(SignInWrong):
        sign_in(parts, "asha", PASSWORD, "10.0.0.1")
    with pytest.raises(LinkSpent):
        settled(parts)
    accounts.switch_user(parts.store, "asha", active=True)
    assert sign_in(parts, "asha", PASSWORD, "10.0.0.1")


def test_nobody_signs_in_without_a_password_chosen(parts, asha):
    with pytest.raises(SignInWrong):
        sign_in(parts, "asha", "", "10.0.0.1")
    with pytest.raises(SignInWrong):
        sign_in(parts, "asha", "there is no such account", "10.0.0.1")


def test_an_unknown_user(store):
    with pytest.raises(accounts.StaffUnknown):
        accounts.sign_in_link(store, "nobody", URL)


def test_the_log_says_who_signed_in_and_who_failed(parts, asha, store):
    settled(parts)
    with pytest.raises(SignInWrong):
        sign_in(parts, "asha", "wrong", "10.0.0.1")
    with pytest.raises(SignInWrong):
        sign_in(parts, PASSWORD, "typed in the wrong box", "10.0.0.1")
    with store.begin() as work:
        actions = [entry.action for entry in work.staff_log.about("asha")]
    assert actions == [
        "account_added",
        "link_made",
        "password_chosen",
        "signed_in",
        "sign_in_failed",
    ]
    assert PASSWORD not in repr(store._tables)
