"""What lies beside a case: cases in the council's systems, what the citizen wrote before, and a
service's questions for the assistant to ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from bot.council_case import CaseLook, CaseLooker, CouncilCase
from bot.desk_earlier import Earlier, ask_for_earlier, links_of, read_earlier, see_earlier
from bot.desk_open import open_case
from bot.desk_questions import has_questions, let_assistant_ask
from bot.desk_view import Case
from bot.handoff import HandoffStatus
from bot.message import Medium
from bot.staff import AT_THE_DESK, Staff
from channels.auth import require
from channels.desk import words
from channels.desk.case_acts import act_on_case
from channels.desk.frame import staff_page
from channels.pages import Pages, check_csrf

if TYPE_CHECKING:
    from channels.desk.routes import Desk

Agent = Annotated[Staff, Depends(require(*AT_THE_DESK))]
Text = Annotated[str, Form()]


def add_beside(router: APIRouter, desk: Desk, pages: Pages, looker: CaseLooker) -> None:
    """The routes, put among the desk's."""
    beside, case, safe = Beside(desk, pages, looker), "/cases/{case_id}", [Depends(check_csrf)]
    for name, look in (
        ("council", beside.council),
        ("earlier", beside.earlier),
        ("earlier/{conversation_id}", beside.earlier_talk),
    ):
        router.add_api_route(f"{case}/{name}", look, methods=["GET"])
    for name, act in (("earlier", beside.ask), ("questions", beside.questions)):
        router.add_api_route(f"{case}/{name}", act, methods=["POST"], dependencies=safe)


class Beside:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, desk: Desk, pages: Pages, looker: CaseLooker) -> None:
        self._desk, self._pages, self._looker = desk, pages, looker

    def council(self, request: Request, case_id: str, who: Agent) -> Response:
        """Cases in the council's systems and how they are, asked now."""
        case = open_case(self._desk.parts, who, case_id)
        with self._desk.parts.store.begin() as work:
            made = work.council_cases.of(case.conversation.id)
        looks = self._looker.look(made) if made else {}
        cases = [(one, self._service(one.service), *_told(one, looks)) for one in made]
        return self._page(request, who, "desk_council.html", handoff=case.handoff, cases=cases)

    def ask(self, request: Request, case_id: str, who: Agent) -> Response:
        """Ask the citizen whether their earlier conversations may be read."""
        act = lambda: ask_for_earlier(self._desk.parts, who, case_id)  # noqa: E731
        return act_on_case(
            self._desk, request, who, case_id, act, "earlier_problem", "#earlier", {}
        )

    def earlier(self, request: Request, case_id: str, who: Agent) -> Response:
        """The earlier conversations, once the citizen has said yes."""
        found = see_earlier(self._desk.parts, who, case_id)
        rows = [(one, self._about(one), words.LINKED[one.how]) for one in found]
        return self._page(request, who, "desk_earlier.html", case_id=case_id, rows=rows)

    def earlier_talk(
        self, request: Request, case_id: str, conversation_id: str, who: Agent
    ) -> Response:
        """One of them, to read."""
        one, said = read_earlier(self._desk.parts, who, case_id, conversation_id)
        return self._page(
            request,
            who,
            "desk_earlier_talk.html",
            case_id=case_id,
            about=self._about(one),
            one=one,
            said=said,
        )

    def questions(
        self,
        request: Request,
        case_id: str,
        who: Agent,
        service: Text = "",
        note: Text = "",
        comes_back: Text = "",
    ) -> Response:
        """Let the assistant ask a service's questions."""
        card = self._desk.shower.cards.get(service)

        def act() -> None:
            back = bool(comes_back)
            let_assistant_ask(self._desk.parts, who, case_id, card, comes_back=back, note=note)

        place, desk = "/desk?done=questions", self._desk
        return act_on_case(desk, request, who, case_id, act, "questions_problem", place, {})

    def _page(self, request: Request, who: Staff, template: str, **context: Any) -> Response:
        now = self._desk.parts.turn.clock.now()
        return staff_page(self._pages, request, template, who, words=words, at=_at(now), **context)

    def _service(self, service: str) -> str:
        card = self._desk.shower.cards.get(service)
        return card.name("en") if card else ""

    def _about(self, one: Earlier) -> str:
        names = [self._service(service) for service in one.services]
        return ", ".join(name for name in names if name) or "Not known"


def beside_case(desk: Desk, case: Case, who: Staff) -> dict[str, Any]:
    """What the page of a case shows of it, without asking any other system."""
    mine = case.handoff.status is HandoffStatus.CLAIMED and (
        case.handoff.claimed_by == who.username
    )
    conversation, cards = case.conversation, desk.shower.cards
    with desk.parts.store.begin() as work:
        made = work.council_cases.of(conversation.id)
        consent = work.consents.of(conversation.id)
        linked = mine and (conversation.medium is Medium.SMS or bool(links_of(work, conversation)))
    service = desk.shower.service_of(case)
    askable = [(card.name("en"), card.id) for card in cards.values() if has_questions(card)]
    return {
        "council_cases": [
            (one, cards[one.service].name("en") if one.service in cards else "") for one in made
        ],
        "consent": consent,
        "linked": linked,
        "askable": sorted(askable) if mine else [],
        "askable_now": service,
    }


def _told(case: CouncilCase, looks: dict[str, CaseLook] | Any) -> tuple[str, str]:
    """How a case is, in words, and the team's own words."""
    look = looks.get(case.reference) or CaseLook(problem="silent")
    return words.CASE_PROBLEMS.get(look.problem) or words.words_for(
        look.state, words.CASE_STATES
    ), look.words


def _at(now: datetime) -> Callable[[datetime], str]:
    return lambda moment: words.clock_time(moment, now)
