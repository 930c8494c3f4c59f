"""Signing in and out: what happens, without the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.errors import BadInput
from bot.ports import Clock
from bot.staff import SESSION_LONGEST, LogEntry, Staff, StaffSession
from bot.staff_ports import StaffStore, StaffWork
from channels.auth.codes import TicketOld, Tickets, step_of_code
from channels.auth.passwords import Passwords, check_password
from channels.auth.throttle import Throttle
from channels.auth.tokens import hash_token, new_token

NAME_LIMIT = 120  # characters
TOUCH_EVERY = timedelta(seconds=60)


class SignInWrong(BadInput):
    """The user name or the password is not right. Check both and try again."""


class SignInTooOften(BadInput):
    """That was wrong too many times. Wait 15 minutes, or ask an administrator for a link."""


class LinkSpent(BadInput):
    """This link has been used or is too old. Ask an administrator for a new one."""


class AccountMissing(BadInput):
    """You have no account here, or it is switched off. Ask an administrator for one."""


class CodeWrong(BadInput):
    """That code is not right, or was used before. Wait for the next one and type that."""


@dataclass(frozen=True)
class CodeWanted:
    """The password was right; a code of the authenticator app is still to come. ``ticket`` says
    so for a few minutes and opens nothing by itself."""

    ticket: str


@dataclass(frozen=True)
class SignInParts:
    """What signing in works with."""

    store: StaffStore
    clock: Clock
    passwords: Passwords
    throttle: Throttle
    tickets: Tickets


@dataclass(frozen=True)
class SignedIn:
    """Someone who has just signed in. ``token`` is for the cookie and is not kept."""

    staff: Staff
    token: str


def sign_in(
    parts: SignInParts, username: str, password: str, address: str, old_token: str | None = None
) -> SignedIn | CodeWanted:
    """A new session, or what to do before there is one. ``old_token``'s session ends: a cookie
    planted earlier is worth nothing.

    Raises SignInWrong, SignInTooOften. Both say the same whether or not there is an account.
    """
    name = username.strip().casefold()[:80]
    if not parts.throttle.begin(name, address):
        raise SignInTooOften
    with parts.store.begin() as work:
        staff = work.staff.named(name)
    held = staff.password_hash if staff and staff.active else None
    if not parts.passwords.match(held, password) or staff is None:
        _note_failure(parts, staff)
        raise SignInWrong
    parts.throttle.was_right(name, address)
    if staff.totp_secret:
        return CodeWanted(parts.tickets.make(staff.id, parts.clock.now()))
    with parts.store.begin() as work:
        signed_in = _start_session(parts, work, staff, old_token)
        work.commit()
    return signed_in


def sign_in_with_code(
    parts: SignInParts, ticket: str, code: str, address: str, old_token: str | None = None
) -> SignedIn:
    """A new session for whoever had the right password and now the right code.

    Raises CodeWrong, SignInTooOften, TicketOld. Wrong codes are counted like wrong passwords.
    """
    now = parts.clock.now()
    staff_id = parts.tickets.read(ticket, now)
    with parts.store.begin() as work:
        staff = work.staff.get(staff_id)
    if staff is None or not staff.active or not staff.totp_secret:
        raise TicketOld
    with parts.store.begin() as work:
        _spend_code(parts, work, staff, code, address)
        signed_in = _start_session(parts, work, staff, old_token)
        work.commit()
    return signed_in


def sign_in_as(parts: SignInParts, username: str, old_token: str | None = None) -> SignedIn:
    """A new session for whom the council's own provider has vouched; its own second step stands
    for ours. Raises AccountMissing."""
    with parts.store.begin() as work:
        staff = work.staff.named(username.strip().casefold())
        if staff is None or not staff.active:
            raise AccountMissing
        now = parts.clock.now()
        work.staff_log.write(LogEntry(now, staff.username, "vouched_for", staff.username))
        signed_in = _start_session(parts, work, staff, old_token)
        work.commit()
    return signed_in


def set_code(
    parts: SignInParts,
    staff: Staff,
    secret: str | None,
    code: str,
    old_code: str = "",
    address: str = "",
) -> None:
    """From now on sign-in wants codes made with ``secret``, or with None none any more.

    ``code`` proves that the app is at hand: one of the new secret, or of the old one to stop.
    ``old_code`` is of the app that is replaced: a desk left open must not be enough for either.

    Raises CodeWrong, SignInTooOften. Wrong codes of the old secret are counted as at sign-in.
    """
    now = parts.clock.now()
    step = step_of_code(secret or "", code, now)
    with parts.store.begin() as work:
        held = work.staff.get(staff.id) or staff
        if step is None and (secret or not held.totp_secret):
            raise CodeWrong
        if held.totp_secret:
            _spend_code(parts, work, held, old_code if secret else code, address)
        work.staff.save(replace(held, totp_secret=secret, totp_used=step))
        action = "codes_wanted" if secret else "codes_stopped"
        work.staff_log.write(LogEntry(now, staff.username, action, staff.username))
        work.commit()


def link_owner(parts: SignInParts, token: str) -> Staff:
    """Whose link it is; it is not spent by looking. Raises LinkSpent."""
    with parts.store.begin() as work:
        return _owner(parts, work, token)


def choose_password(
    parts: SignInParts,
    token: str,
    password: str,
    name: str = "",
    old_token: str | None = None,
) -> SignedIn:
    """Spend a link: the password is set, every other session ends, a new one starts.

    ``name`` is what citizens see from now on; empty leaves it as it is.

    Raises LinkSpent, PasswordTooShort, PasswordTooLong, PasswordTooEasy.
    """
    check_password(password, link_owner(parts, token).username)
    hashed = parts.passwords.hash(password)
    now = parts.clock.now()
    with parts.store.begin() as work:
        owner = _owner(parts, work, token)
        shown = " ".join(name.split())[:NAME_LIMIT] or owner.name
        staff = replace(owner, password_hash=hashed, name=shown)
        if not work.links.use(hash_token(token), now):
            raise LinkSpent
        work.staff.save(staff)
        work.sessions.end_all_of(staff.id)
        work.links.end_all_of(staff.id)
        work.staff_log.write(LogEntry(now, staff.username, "password_chosen", staff.username))
        signed_in = _start_session(parts, work, staff, old_token)
        work.commit()
    return signed_in


def who_is(store: StaffStore, token: str, now: datetime) -> tuple[Staff, StaffSession] | None:
    """Whose cookie it is, or None when the session is over. Being used keeps it alive."""
    key = hash_token(token)
    with store.begin() as work:
        session = work.sessions.get(key)
        staff = work.staff.get(session.staff_id) if session else None
        if session is None or staff is None or not staff.active or session.is_over(now):
            return None
        if now - session.last_at >= TOUCH_EVERY:
            work.sessions.touch(key, now)
            work.commit()
    return staff, session


def sign_out(parts: SignInParts, token: str) -> None:
    """End the session of this cookie, if there is one."""
    with parts.store.begin() as work:
        session = work.sessions.get(hash_token(token))
        staff = work.staff.get(session.staff_id) if session else None
        if session is None or staff is None:
            return
        work.sessions.end(session.token_hash)
        entry = LogEntry(parts.clock.now(), staff.username, "signed_out", staff.username)
        work.staff_log.write(entry)
        work.commit()


def _owner(parts: SignInParts, work: StaffWork, token: str) -> Staff:
    link = work.links.get(hash_token(token))
    staff = work.staff.get(link.staff_id) if link else None
    if link is None or staff is None or not staff.active or not link.is_good(parts.clock.now()):
        raise LinkSpent
    return staff


def _spend_code(parts: SignInParts, work: StaffWork, staff: Staff, code: str, address: str) -> None:
    """Take a code of the app that ``staff`` has, once. A wrong one is kept in the log, whatever
    becomes of the transaction. Raises CodeWrong, SignInTooOften."""
    account, now = f"code {staff.username}", parts.clock.now()
    if not parts.throttle.begin(account, address):
        raise SignInTooOften
    step = step_of_code(staff.totp_secret or "", code, now)
    if step is None or not work.staff.use_code(staff.id, step):
        work.staff_log.write(LogEntry(now, staff.username, "code_refused", staff.username))
        work.commit()
        raise CodeWrong
    parts.throttle.was_right(account, address)


def _start_session(
    parts: SignInParts, work: StaffWork, staff: Staff, old_token: str | None
) -> SignedIn:
    now, token = parts.clock.now(), new_token()
    if old_token:
        work.sessions.end(hash_token(old_token))
    work.sessions.sweep(now)
    session = StaffSession(
        token_hash=hash_token(token),
        staff_id=staff.id,
        csrf=new_token(),
        created_at=now,
        last_at=now,
        expires_at=now + SESSION_LONGEST,
    )
    work.sessions.add(session)
    work.staff_log.write(LogEntry(now, staff.username, "signed_in", staff.username))
    return SignedIn(staff, token)


def _note_failure(parts: SignInParts, staff: Staff | None) -> None:
    """Wrong tries at real accounts go in the log. An unknown name does not: it may be a
    password typed in the wrong box."""
    if staff is None:
        return
    with parts.store.begin() as work:
        entry = LogEntry(parts.clock.now(), staff.username, "sign_in_failed", staff.username)
        work.staff_log.write(entry)
        work.commit()
