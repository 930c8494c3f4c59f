"""Routes under ``/api/desk``: a token acts as the member of staff it was made for, and may do what
they may do at the desk; every act is in the staff log under their name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from bot.desk_confirm import confirm_answer
from bot.desk_follow_up import look_again
from bot.desk_notes import add_note
from bot.desk_offer import leave_to_queue
from bot.desk_open import open_case
from bot.desk_parts import DeskParts, client_id
from bot.desk_transfer import TeamUnknown, pass_to_colleague, pass_to_team
from bot.desk_view import Wanted, see_queue
from bot.desk_work import answer_citizen, claim_case, close_case, give_back_case
from bot.errors import BadInput, HandoffUnknown, TokenWrong
from bot.handoff import OUTCOME_CODES, Handoff
from bot.staff import AT_THE_DESK, RoleMissing, Staff
from bot.staff_ports import StaffWork
from bot.stores.desk_api import SqlApiTokens
from channels.auth.tokens import hash_token
from channels.desk.show import teams_of
from channels.desk.wiring import desk_cards, desk_parts
from channels.desk_api import shapes
from channels.desk_api.as_json import card_json, case_json
from channels.desk_api.once import asked_for, call_once
from channels.parts import Parts
from channels.problems import problems

PER_MINUTE = 600
"""Calls a minute with one token."""
TRIES = 30
"""Wrong tokens a minute from one address."""


class ApiTokenWrong(TokenWrong):
    """The token is not known here. Make one with: fairway user token USERNAME --name NAME"""


class OutcomeUnknown(BadInput):
    """There is no such outcome. Use one of those that the OpenAPI names."""


PROBLEMS = problems(
    {
        401: "The token is not known.",
        403: "The token's owner may not do that, or does not hold the case.",
        404: "No such case.",
        409: "Somebody was quicker, or the case is in another state.",
        422: "It could not be read, or the Idempotency-Key is missing or was used before.",
        429: "Too many at once; wait for Retry-After seconds.",
    }
)
_bearer = HTTPBearer(auto_error=False, description="fairway user token USERNAME --name NAME")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]


@dataclass(frozen=True)
class Caller:
    """Whoever calls: the member of staff, and the hash of the token."""

    staff: Staff
    token_hash: str


def make_desk_api_router(parts: Parts) -> APIRouter:
    """The routes, ready to be included in the app."""
    router = APIRouter(prefix="/api/desk", tags=["contact centre"], responses=PROBLEMS)
    desk, tokens = desk_parts(parts), SqlApiTokens(parts.engine)
    secret = parts.settings.secrets.session_secret
    teams = teams_of(desk_cards(parts))

    def caller(request: Request, credentials: Credentials) -> Caller:
        address = request.client.host if request.client else "unknown"
        held = hash_token(credentials.credentials) if credentials else ""
        token = tokens.get(held) if held else None
        if token is None:
            parts.limiter.take(f"desk-api wrong {address}", TRIES)
            raise ApiTokenWrong
        parts.limiter.take(f"desk-api {held}", PER_MINUTE)
        with desk.store.begin() as work:
            staff = work.staff.get(token.staff_id)
        if staff is None or not staff.active:
            raise ApiTokenWrong
        if not staff.has(*AT_THE_DESK):
            raise RoleMissing
        return Caller(staff, held)

    def act(
        who: Caller,
        key: str,
        what: str,
        case_id: str,
        body: BaseModel | None,
        do: Callable[[DeskParts], object],
        made: Callable[[StaffWork, Handoff], str] | None = None,
    ) -> dict[str, Any]:
        asked = asked_for(secret, who.token_hash, key, f"{what} {case_id}", body)
        return call_once(desk, asked, do, partial(_done, case_id=case_id, made=made))

    @router.get("/cases", response_model=shapes.CasesOut)
    def cases(
        who: Caller = Depends(caller),
        status: Annotated[str, Query(pattern="^(waiting|claimed|mine|over|follow_up|)$")] = "",
        team: Annotated[str, Query(max_length=40)] = "",
        language: Annotated[str, Query(max_length=12)] = "",
    ) -> dict[str, Any]:
        """Open cases: those that wait in the order of their turn, then those in hand.
        ``status``: waiting, claimed, mine, over (today) or follow_up (closed, to be looked at again
        today or before); both kinds of open ones unless said."""
        queue = see_queue(desk, who.staff)
        wanted = Wanted(team, language)
        held = {
            "waiting": queue.waiting,
            "mine": queue.mine,
            "claimed": (*queue.mine, *queue.with_colleagues),
            "over": queue.over_today,
            "follow_up": queue.look_again,
            "": (*queue.waiting, *queue.mine, *queue.with_colleagues),
        }[status]
        return {"cases": [card_json(card) for card in held if wanted.lets_through(card)]}

    @router.get("/cases/{case_id}", response_model=shapes.WholeCaseOut)
    def case(case_id: str, who: Caller = Depends(caller)) -> dict[str, Any]:
        """One case with its transcript. That it was opened is kept in the staff log."""
        return case_json(open_case(desk, who.staff, case_id))

    @router.post("/cases/{case_id}/claim", response_model=shapes.DoneOut)
    def claim(case_id: str, who: Caller = Depends(caller), key: Key = "") -> dict[str, Any]:
        """Take it; the citizen is told by whom. One's own again changes nothing."""
        return act(who, key, "claim", case_id, None, lambda at: claim_case(at, who.staff, case_id))

    @router.post("/cases/{case_id}/decline", response_model=shapes.DoneOut)
    def decline(case_id: str, who: Caller = Depends(caller), key: Key = "") -> dict[str, Any]:
        """Leave a case to the queue that is offered to the token's owner first."""
        do = lambda at: leave_to_queue(at, who.staff, case_id)  # noqa: E731
        return act(who, key, "decline", case_id, None, do)

    @router.post("/cases/{case_id}/messages", status_code=201, response_model=shapes.DoneOut)
    def answer(
        case_id: str, body: shapes.Answer, who: Caller = Depends(caller), key: Key = ""
    ) -> dict[str, Any]:
        """Say something to the citizen, on the web or by text."""
        form = f"api-{hash_token(who.token_hash + key)[:40]}"

        def do(at: DeskParts) -> object:
            return answer_citizen(at, who.staff, case_id, body.text, body.language, form)

        def made(work: StaffWork, handoff: Handoff) -> str:
            said = work.messages.accepted_as(handoff.conversation_id, client_id(form))
            return said.id if said else ""

        return act(who, key, "answer", case_id, body, do, made)

    @router.post("/cases/{case_id}/notes", status_code=201, response_model=shapes.DoneOut)
    def note(
        case_id: str, body: shapes.Note, who: Caller = Depends(caller), key: Key = ""
    ) -> dict[str, Any]:
        """A private word for colleagues."""

        def made(work: StaffWork, handoff: Handoff) -> str:
            notes = work.notes.of(handoff.conversation_id)
            return [one.id for one in notes if one.author == who.staff.username][-1]

        do = lambda at: add_note(at, who.staff, case_id, body.text)  # noqa: E731
        return act(who, key, "note", case_id, body, do, made)

    @router.post("/cases/{case_id}/transfer", response_model=shapes.DoneOut)
    def transfer(
        case_id: str, body: shapes.Transfer, who: Caller = Depends(caller), key: Key = ""
    ) -> dict[str, Any]:
        """To a team, or to a colleague who can be reached; with a note."""

        def do(at: DeskParts) -> object:
            if bool(body.team) == bool(body.username):
                raise TeamUnknown
            if body.username:
                return pass_to_colleague(at, who.staff, case_id, body.username, body.note)
            return pass_to_team(at, who.staff, case_id, body.team or "", body.note, teams)

        return act(who, key, "transfer", case_id, body, do)

    @router.post("/cases/{case_id}/close", response_model=shapes.DoneOut)
    def close(
        case_id: str, body: shapes.Close, who: Caller = Depends(caller), key: Key = ""
    ) -> dict[str, Any]:
        """Finish it with an outcome. The citizen is told; the assistant answers from then on."""

        def do(at: DeskParts) -> object:
            if body.outcome not in OUTCOME_CODES:
                raise OutcomeUnknown
            told = body.outcome, body.note, body.follow_up_on
            return close_case(at, who.staff, case_id, *told)

        return act(who, key, "close", case_id, body, do)

    @router.post("/cases/{case_id}/return", response_model=shapes.DoneOut)
    def give_back(
        case_id: str,
        body: shapes.Return | None = None,
        who: Caller = Depends(caller),
        key: Key = "",
    ) -> dict[str, Any]:
        """Let the assistant carry on; the citizen is told."""
        told = body.note if body else ""
        do = lambda at: give_back_case(at, who.staff, case_id, told)  # noqa: E731
        return act(who, key, "return", case_id, body, do)

    @router.post("/cases/{case_id}/looked-at", response_model=shapes.DoneOut)
    def looked_at(
        case_id: str,
        body: shapes.LookedAt | None = None,
        who: Caller = Depends(caller),
        key: Key = "",
    ) -> dict[str, Any]:
        """A closed case was looked at again on its day: it is on nobody's list any more."""
        found = body.note if body else ""
        do = lambda at: look_again(at, who.staff, case_id, found)  # noqa: E731
        return act(who, key, "looked-at", case_id, body, do)

    @router.post("/cases/{case_id}/confirm", response_model=shapes.DoneOut)
    def confirm(case_id: str, who: Caller = Depends(caller), key: Key = "") -> dict[str, Any]:
        """Send what the assistant wants to say (``draft``) as it stands."""
        do = lambda at: confirm_answer(at, who.staff, case_id)  # noqa: E731
        return act(who, key, "confirm", case_id, None, do)

    return router


def _done(
    work: StaffWork, case_id: str, made: Callable[[StaffWork, Handoff], str] | None
) -> dict[str, Any]:
    """What a call is answered, read from what it has done."""
    handoff = work.handoffs.get(case_id)
    if handoff is None:
        raise HandoffUnknown
    made_id = made(work, handoff) if made else None
    return {"case": handoff.id, "status": handoff.status.value, "id": made_id}
