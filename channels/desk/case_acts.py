"""What is done to a case beside answering and closing it, as forms of its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.council import LONDON
from bot.desk_confirm import confirm_answer
from bot.desk_follow_up import look_again
from bot.desk_message import edit_message, withdraw_message
from bot.desk_notes import add_note, set_labels
from bot.desk_offer import leave_to_queue
from bot.desk_parts import conversation_of
from bot.desk_promise import PromiseUnclear, keep_promise, promise_call
from bot.desk_reach import ReasonMissing, set_presence
from bot.desk_refer import refer_case
from bot.desk_transfer import (
    ColleagueNotReachable,
    TeamUnknown,
    pass_to_colleague,
    pass_to_team,
)
from bot.desk_visit import VisitGone, VisitsUnavailable, book_visit
from bot.errors import BadInput
from bot.staff import AT_THE_DESK, Presence, Staff
from channels.auth import require
from channels.typing_signs import from_agent

if TYPE_CHECKING:
    from channels.desk.routes import Desk

Agent = Annotated[Staff, Depends(require(*AT_THE_DESK))]
Text = Annotated[str, Form()]


class CaseActs:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._parts = desk, desk.parts

    def pass_on(
        self, request: Request, case_id: str, who: Agent, to: Text = "", note: Text = ""
    ) -> Response:
        """To ``person:USERNAME`` or ``team:TEAM``, with a note."""
        kind, _, whom = to.partition(":")
        try:
            if kind == "person":
                pass_to_colleague(self._parts, who, case_id, whom, note)
            elif kind == "team":
                pass_to_team(self._parts, who, case_id, whom, note, self._desk.teams)
            else:
                raise TeamUnknown
        except (BadInput, ColleagueNotReachable) as error:
            status = 409 if isinstance(error, ColleagueNotReachable) else 422
            said = {"pass_problem": str(error), "pass_note": note}
            return self._desk.show_case(request, who, case_id, status, said=said)
        return RedirectResponse("/desk?done=passed", 303)

    def note(self, request: Request, case_id: str, who: Agent, note: Text = "") -> Response:
        """A word for colleagues."""
        said = {"note_text": note}
        act = lambda: add_note(self._parts, who, case_id, note)  # noqa: E731
        return self._done(request, who, case_id, act, "note_problem", "#notes", said)

    def label(self, request: Request, case_id: str, who: Agent, labels: Text = "") -> Response:
        """Words to find the case by."""
        said = {"label_text": labels}
        act = lambda: set_labels(self._parts, who, case_id, labels)  # noqa: E731
        return self._done(request, who, case_id, act, "label_problem", "#labels", said)

    def promise(
        self,
        request: Request,
        case_id: str,
        who: Agent,
        day: Text = "",
        starts: Text = "",
        ends: Text = "",
    ) -> Response:
        """A call between two times of a day, in London."""

        def act() -> object:
            window = _moment(day, starts), _moment(day, ends)
            return promise_call(self._parts, who, case_id, *window)

        return self._done(request, who, case_id, act, "promise_problem", "#promise", {})

    def called(self, request: Request, case_id: str, who: Agent) -> Response:
        """The promised call was made."""
        act = lambda: keep_promise(self._parts, who, case_id)  # noqa: E731
        return self._done(request, who, case_id, act, "promise_problem", "#promise", {})

    def refer(
        self,
        request: Request,
        case_id: str,
        who: Agent,
        partner: Text = "",
        text: Text = "",
        agreed: Text = "",
    ) -> Response:
        """To a partner organisation, if the citizen agreed."""

        def act() -> object:
            return refer_case(
                self._parts,
                who,
                case_id,
                partner,
                text,
                agreed=bool(agreed),
                partners=self._desk.council.partners,
            )

        said = {"refer_text": text}
        return self._done(request, who, case_id, act, "refer_problem", "#notes", said)

    def confirm(self, case_id: str, who: Agent) -> Response:
        """Send the assistant's answer as it stands."""
        confirm_answer(self._parts, who, case_id)
        return RedirectResponse("/desk?done=confirmed", 303)

    def leave_to_queue(self, case_id: str, who: Agent) -> Response:
        """Not taken by the one who is asked first."""
        leave_to_queue(self._parts, who, case_id)
        return RedirectResponse("/desk?done=left", 303)

    def look_again(self, request: Request, case_id: str, who: Agent, found: Text = "") -> Response:
        """A closed case was looked at again, as the citizen was told."""
        said = {"again_note": found}
        act = lambda: look_again(self._parts, who, case_id, found)  # noqa: E731
        return self._done(request, who, case_id, act, "again_problem", "/desk?done=looked", said)

    def visit(self, request: Request, case_id: str, who: Agent) -> Response:
        """Free times for a visit."""
        return self._desk.show_visits(request, who, case_id)

    def book_visit(
        self,
        request: Request,
        case_id: str,
        who: Agent,
        visit: Text = "",
        name: Text = "",
        phone: Text = "",
    ) -> Response:
        """Book one of them for the citizen."""
        try:
            book_visit(self._parts, who, case_id, self._desk.visits, visit, name, phone)
        except (VisitGone, VisitsUnavailable) as error:
            status = 503 if isinstance(error, VisitsUnavailable) else 409
            return self._desk.show_visits(request, who, case_id, status, str(error), name, phone)
        return RedirectResponse(f"/desk/cases/{case_id}", 303)

    def edit(
        self, request: Request, case_id: str, message_id: str, who: Agent, text: Text = ""
    ) -> Response:
        """Other words for what was sent."""
        act = lambda: edit_message(self._parts, who, case_id, message_id, text)  # noqa: E731
        return self._done(request, who, case_id, act, "message_problem", f"#m-{message_id}", {})

    def withdraw(self, request: Request, case_id: str, message_id: str, who: Agent) -> Response:
        """Take back what was sent."""
        act = lambda: withdraw_message(self._parts, who, case_id, message_id)  # noqa: E731
        return self._done(request, who, case_id, act, "message_problem", f"#m-{message_id}", {})

    def typing(self, case_id: str, who: Agent) -> Response:
        """The citizen's page shows that somebody is writing. Nothing is kept."""
        conversation = conversation_of(self._parts, who, case_id)
        self._parts.turn.live.changed([from_agent(conversation.id)])
        return Response(status_code=204)

    def presence(self, who: Agent, presence: Text = "", reason: Text = "") -> Response:
        """Available, busy or away."""
        if presence not in {one.value for one in Presence}:
            raise ReasonMissing
        set_presence(self._parts, who, Presence(presence), reason)
        return RedirectResponse("/desk", 303)

    def _done(
        self,
        request: Request,
        who: Staff,
        case_id: str,
        act: Callable[[], object],
        problem: str,
        place: str,
        said: dict[str, str],
    ) -> Response:
        return act_on_case(self._desk, request, who, case_id, act, problem, place, said)


def act_on_case(
    desk: Desk,
    request: Request,
    who: Staff,
    case_id: str,
    act: Callable[[], object],
    problem: str,
    place: str,
    said: Mapping[str, str],
) -> Response:
    """Do it and go on to ``place``: one on the case's page (#…) or another page. What is wrong is
    said on the case's page as ``problem``, with what was ``said`` still in its fields."""
    try:
        act()
    except BadInput as error:
        return desk.show_case(request, who, case_id, 422, said={**said, problem: str(error)})
    to = f"/desk/cases/{case_id}{place}" if place.startswith("#") else place
    return RedirectResponse(to, 303)


def _moment(day: str, at: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(at), LONDON)
    except ValueError as error:
        raise PromiseUnclear from error
