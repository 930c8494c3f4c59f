"""The desk: the queue, a case, and what an agent does with it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.approval import draft_of
from bot.council import LONDON
from bot.council_case import CaseLooker
from bot.desk_offer import HandoffOffered
from bot.desk_open import open_case
from bot.desk_phrases import offered_phrases
from bot.desk_transfer import MAY_ASSIGN, colleagues_for
from bot.desk_view import Case, Queue, Wanted, see_case, see_queue
from bot.desk_visit import FreeVisit, VisitBook, VisitsUnavailable, free_visits
from bot.desk_work import (
    CapacityReached,
    FollowUpPast,
    answer_citizen,
    claim_case,
    close_case,
    give_back_case,
)
from bot.errors import BadInput, HandoffTaken
from bot.guarded import is_guarded
from bot.handoff import OUTCOME_CODES, Handoff, HandoffStatus
from bot.message import MAX_CHARACTERS, Reply
from bot.staff import AT_THE_DESK, SAFEGUARDING, SEES_EVERY_TEAM, Staff
from channels.auth import current_staff, require, staff_token
from channels.card_words import offers_of
from channels.desk import words
from channels.desk.beside import add_beside, beside_case
from channels.desk.case_acts import CaseActs
from channels.desk.cases_memory import MemoryCases
from channels.desk.events import DeskStreams, fingerprint
from channels.desk.frame import staff_page
from channels.desk.hold_pages import HoldPages
from channels.desk.lead_pages import LeadPages
from channels.desk.plain_errors import plain_errors
from channels.desk.show import Shower, promise_days, teams_of
from channels.desk.texts import TextFacts
from channels.desk.visits_memory import MemoryVisits
from channels.desk.wiring import desk_cards, desk_parts
from channels.pages import Pages, check_csrf, check_origin, wants_json
from channels.parts import Parts
from channels.photos import PhotoStore
from channels.sms.sms_log import SmsLog
from channels.typing_signs import from_citizen

Agent = Annotated[Staff, Depends(require(*AT_THE_DESK))]
Text = Annotated[str, Form()]
NOTICES = {
    "closed": "The case is closed. The citizen has been told.",
    "returned": "The case is back with the assistant. The citizen has been told.",
    "confirmed": "The answer is sent. The assistant carries on.",
    "questions": "The assistant asks the questions. The citizen has been told.",
    "passed": "The case is passed on. The citizen has been told.",
    "left": "The case is in the queue for everybody.",
    "looked": "Noted: the case was looked at again.",
}
ANYTHING = Wanted()
FORM_WORDS = (
    "draft",
    "problem",
    "close_problem",
    "note",
    "pass_problem",
    "pass_note",
    "note_problem",
    "note_text",
    "label_problem",
    "label_text",
    "promise_problem",
    "refer_problem",
    "refer_text",
    "message_problem",
    "earlier_problem",
    "questions_problem",
    "again_problem",
    "again_note",
)
"""What the forms of a case's page may hand back: what was wrong, and what was in them."""
NOTHING_SAID: Mapping[str, str] = {}


class OutcomeMissing(BadInput):
    """Choose what became of it."""


def make_desk_router(
    parts: Parts, visits: VisitBook | None = None, looker: CaseLooker | None = None
) -> APIRouter:
    """The desk's pages and its event stream, ready to be included in the app. ``visits`` is the
    council's booking system; without one no time is free. ``looker`` asks its systems how cases
    are; without one none is known."""
    pages = Pages(parts)
    desk = Desk(parts, pages, visits or MemoryVisits())
    router = APIRouter(prefix="/desk", include_in_schema=False, route_class=plain_errors(pages))
    case, safe = "/cases/{case_id}", [Depends(check_csrf)]
    router.add_api_route("", desk.queue, methods=["GET"])
    router.add_api_route(
        "/events", desk.events, methods=["GET"], dependencies=[Depends(check_origin)]
    )
    router.add_api_route(case, desk.case, methods=["GET"])
    router.add_api_route(f"{case}/photos/{{photo_id}}", desk.photo, methods=["GET"])
    acts = CaseActs(desk)
    for name, act in (
        ("claim", desk.claim),
        ("answer", desk.answer),
        ("confirm", acts.confirm),
        ("close", desk.close),
        ("return", desk.give_back),
        ("queue", acts.leave_to_queue),
        ("again", acts.look_again),
        ("pass", acts.pass_on),
        ("notes", acts.note),
        ("labels", acts.label),
        ("promise", acts.promise),
        ("called", acts.called),
        ("refer", acts.refer),
        ("typing", acts.typing),
        ("messages/{message_id}/edit", acts.edit),
        ("messages/{message_id}/withdraw", acts.withdraw),
    ):
        router.add_api_route(f"{case}/{name}", act, methods=["POST"], dependencies=safe)
    router.add_api_route(f"{case}/visit", acts.visit, methods=["GET"])
    router.add_api_route(f"{case}/visit", acts.book_visit, methods=["POST"], dependencies=safe)
    router.add_api_route("/presence", acts.presence, methods=["POST"], dependencies=safe)
    add_beside(router, desk, pages, looker or MemoryCases())
    lead = LeadPages(parts, pages, desk)
    for path, look in (
        ("/team", lead.team),
        ("/history", lead.history),
        ("/history.csv", lead.export),
        ("/log", lead.log),
        ("/phrases", lead.phrases),
        ("/notices", lead.notices),
    ):
        router.add_api_route(path, look, methods=["GET"])
    held = HoldPages(parts, pages, desk)
    router.add_api_route("/holds", held.all, methods=["GET"])
    router.add_api_route("/holds", held.put, methods=["POST"], dependencies=safe)
    router.add_api_route("/holds/release", held.release, methods=["POST"], dependencies=safe)
    router.add_api_route("/notices", lead.put_notice, methods=["POST"], dependencies=safe)
    router.add_api_route("/phrases", lead.keep_phrase, methods=["POST"], dependencies=safe)
    router.add_api_route("/team/{username}", lead.change_agent, methods=["POST"], dependencies=safe)
    return router


class Desk:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, parts: Parts, pages: Pages, visits: VisitBook) -> None:
        self._pages, self.visits = pages, visits
        self.parts = desk_parts(parts)
        self._streams = DeskStreams(parts.live)
        self._photos = PhotoStore(parts.engine)
        self._texts = TextFacts(SmsLog(parts.engine), parts.settings.sms_pence)
        cards = desk_cards(parts)
        self.shower = Shower(cards, parts.council.languages)
        self.teams = teams_of(cards)
        self.council = parts.council

    def queue(
        self,
        request: Request,
        who: Agent,
        team: str = "",
        language: str = "",
        skill: str = "",
        fits: str = "",
        done: str = "",
    ) -> Response:
        """Who waits, who is with whom, and what was finished today."""
        wanted = Wanted(team, language, skill, who if fits else None)
        return self._queue_page(request, who, wanted, notice=NOTICES.get(done, ""))

    def case(self, request: Request, case_id: str, who: Agent) -> Response:
        """One case with all that is known; that it was opened is kept in the log."""
        return self.show_case(request, who, case_id, case=open_case(self.parts, who, case_id))

    def photo(self, case_id: str, photo_id: str, who: Agent) -> Response:
        """A photo of the case's conversation, for whoever may read its message."""
        case = open_case(self.parts, who, case_id)
        shown = self._photos.of(case.conversation.id)
        if not any(shown.get(m.id) == photo_id for m in case.messages):
            raise HTTPException(404)
        jpeg = self._photos.get(case.conversation.id, photo_id)
        return Response(jpeg, media_type="image/jpeg")

    def claim(self, request: Request, case_id: str, who: Agent) -> Response:
        """Take a case; if someone was quicker, say who."""
        try:
            claim_case(self.parts, who, case_id)
        except HandoffTaken:
            return self._too_late(request, who, case_id)
        except (CapacityReached, HandoffOffered) as error:
            return self._queue_page(request, who, status=409, problem=str(error))
        return RedirectResponse(f"/desk/cases/{case_id}", 303)

    def answer(
        self,
        request: Request,
        case_id: str,
        who: Agent,
        text: Text = "",
        language: Text = "",
        form_id: Text = "",
    ) -> Response:
        """Say something to the citizen. What cannot be said is put back in the box."""
        lang = language if language.replace("-", "").isalnum() else None
        try:
            message = answer_citizen(self.parts, who, case_id, text, lang, form_id or None)
        except BadInput as error:
            if wants_json(request):
                raise
            said = {"draft": text, "problem": str(error)}
            return self.show_case(request, who, case_id, 422, said=said)
        if wants_json(request):
            return JSONResponse({"id": message.id}, 201)
        return RedirectResponse(f"/desk/cases/{case_id}#answer", 303)

    def close(
        self,
        request: Request,
        case_id: str,
        who: Agent,
        outcome: Text = "",
        note: Text = "",
        follow_up: Text = "",
    ) -> Response:
        """Finish a case with an outcome."""
        try:
            if outcome not in OUTCOME_CODES:
                raise OutcomeMissing
            day = date.fromisoformat(follow_up) if follow_up else None
            close_case(self.parts, who, case_id, outcome, note, day)
        except (BadInput, ValueError) as error:
            wrong = error if isinstance(error, BadInput) else FollowUpPast()
            said = {"close_problem": str(wrong), "note": note}
            return self.show_case(request, who, case_id, 422, said=said)
        return RedirectResponse("/desk?done=closed", 303)

    def give_back(self, case_id: str, who: Agent, note: Text = "") -> Response:
        """Let the assistant carry on."""
        give_back_case(self.parts, who, case_id, note)
        return RedirectResponse("/desk?done=returned", 303)

    def events(
        self,
        request: Request,
        who: Agent,
        case: str = "",
        seen: str = "",
        last_event_id: Annotated[str, Header()] = "",
    ) -> Response:
        """A stream that says when the queue, or one case, has changed."""
        topic, signs = "desk", ""
        if case:
            topic = see_case(self.parts, who, case).conversation.id
            signs = from_citizen(topic)

        def look() -> str | None:
            staff = current_staff(request)
            if staff is None or not staff.has(*AT_THE_DESK):
                return None
            return self._case_state(staff, case) if case else self._queue_state(staff)

        session = staff_token(request) or ""
        return self._streams.follow(session, topic, look, last_event_id or seen, signs)

    def _queue_state(self, who: Staff) -> str:
        return _queue_state(see_queue(self.parts, who))

    def _case_state(self, who: Staff, case_id: str) -> str:
        return _case_state(see_case(self.parts, who, case_id))

    def _too_late(self, request: Request, who: Staff, case_id: str) -> Response:
        case = see_case(self.parts, who, case_id)
        name = case.names.get(case.handoff.claimed_by or "", "")
        problem = f"{name} has this case already." if name else "This case is over already."
        return self._queue_page(request, who, status=409, problem=f"{problem} Pick another one.")

    def _queue_page(
        self,
        request: Request,
        who: Staff,
        wanted: Wanted = ANYTHING,
        status: int = 200,
        **said: str,
    ) -> Response:
        queue, now = see_queue(self.parts, who), self.parts.turn.clock.now()
        return staff_page(
            self._pages,
            request,
            "desk_queue.html",
            who,
            status,
            state=_queue_state(queue),
            waiting=self.shower.rows(queue.narrowed(wanted), queue, now, who),
            in_all=len(queue.waiting),
            choices=self.shower.choices(queue.waiting, wanted),
            wanted=wanted,
            presences=words.PRESENCES,
            reasons=words.AWAY_REASONS,
            mine=self.shower.rows(queue.mine, queue, now),
            colleagues=self.shower.rows(queue.with_colleagues, queue, now),
            finished=self.shower.rows(queue.over_today, queue, now),
            look_again=self.shower.rows(queue.look_again, queue, now),
            **{"notice": "", "problem": "", **said},
        )

    def show_case(
        self,
        request: Request,
        who: Staff,
        case_id: str,
        status: int = 200,
        case: Case | None = None,
        said: Mapping[str, str] = NOTHING_SAID,
    ) -> Response:
        """The page of a case, which is opened unless it was already (``case``). ``said``: what was
        wrong with a form, and what was in it."""
        case, now = case or open_case(self.parts, who, case_id), self.parts.turn.clock.now()
        mine = case.handoff.claimed_by == who.username
        service = self.shower.service_of(case)
        card = self.shower.cards.get(service or "")
        return staff_page(
            self._pages,
            request,
            "desk_case.html",
            who,
            status,
            words=words,
            state=_case_state(case),
            case=case,
            handoff=case.handoff,
            conversation=case.conversation,
            mine=mine,
            can_pass=case.handoff.is_open and (mine or who.has(*MAY_ASSIGN)),
            colleagues=colleagues_for(self.parts, who, case.handoff, case.conversation.language)
            if case.handoff.is_open
            else [],
            teams=[(team, words.plain(team)) for team in self.teams if team != case.handoff.team],
            notes=self.shower.notes(case, now),
            promise=self.shower.promise(case, now),
            promise_days=promise_days(now),
            draft_answer=self._draft(case.handoff, mine),
            partners=sorted(self.council.partners),
            reached=self.shower.reached(case, now),
            phrases=self._phrases(case, who),
            opened=self._opened(who, case.handoff),
            danger=case.handoff.team == SAFEGUARDING,
            today=now.astimezone(LONDON).date() + timedelta(days=1),
            is_due=_is_due(case.handoff, now.astimezone(LONDON).date()),
            is_claimed=case.handoff.status is HandoffStatus.CLAIMED,
            is_waiting=case.handoff.status is HandoffStatus.WAITING,
            holder=case.names.get(case.handoff.claimed_by or "", ""),
            offer=self.shower.offer(case.handoff, case.offered_to, case.names, who, now),
            title=self.shower.title(case.handoff, service),
            card=card,
            card_says=offers_of(card) if card else [],
            language=self.shower.language(case.conversation.language),
            lines=self.shower.lines(case, now),
            texts=self._texts.of(case.conversation),
            photos=self._photos.of(case.conversation.id),
            known=self.shower.known(case),
            tried=self.shower.tried(case),
            earlier=[(h, self.shower.title(h, None)) for h in case.earlier],
            answer_languages=self.shower.answer_languages(case, who),
            wait=words.how_long(case.handoff.asked_at, now),
            at=lambda moment: words.clock_time(moment, now),
            form_id=secrets.token_hex(12),
            limit=MAX_CHARACTERS,
            **beside_case(self, case, who),
            **{**dict.fromkeys(FORM_WORDS, ""), **said},
        )

    def _draft(self, handoff: Handoff, mine: bool) -> tuple[Reply, ...]:
        """What waits for a yes of whoever looks at the case."""
        waiting = handoff.status is HandoffStatus.WAITING
        return draft_of(handoff) if waiting or (handoff.is_open and mine) else ()

    def show_visits(
        self,
        request: Request,
        who: Staff,
        case_id: str,
        status: int = 200,
        problem: str = "",
        name: str = "",
        phone: str = "",
    ) -> Response:
        """The page to choose a visit on; the booking system is asked only when it is opened."""
        case, now = open_case(self.parts, who, case_id), self.parts.turn.clock.now()
        visits: Sequence[FreeVisit] = ()
        try:
            visits = free_visits(self.parts, who, case_id, self.visits)
        except VisitsUnavailable as error:
            status, problem = 503, problem or str(error)
        contact = case.handoff.contact
        needs = sorted(a.value for a in case.conversation.circumstances.adjustments)
        return staff_page(
            self._pages,
            request,
            "desk_visit.html",
            who,
            status,
            handoff=case.handoff,
            visits=visits,
            problem=problem,
            visitor=name or str(contact.get("name") or ""),
            phone=phone or str(contact.get("phone") or ""),
            needs=[words.words_for(need, words.ADJUSTMENTS) for need in needs],
            at=lambda moment: words.clock_time(moment, now),
        )

    def _phrases(self, case: Case, who: Staff) -> list[tuple[str, str]]:
        with self.parts.store.begin() as work:
            held = work.canned.all()
        card = self.shower.cards.get(self.shower.service_of(case) or "")
        facts = {
            "agent": who.first_name,
            "council": self.council.name,
            "phone": self.council.phone,
            "service": card.name(case.conversation.language) if card else "",
            "reference": case.handoff.id,
        }
        return offered_phrases(held, case.conversation.language, facts)

    def _opened(self, who: Staff, handoff: Handoff) -> list[tuple[str, str]]:
        """Who has opened a safeguarding case, for those who answer for it."""
        if not is_guarded(handoff) or not who.has(*SEES_EVERY_TEAM):
            return []
        with self.parts.store.begin() as work:
            log, names = work.staff_log.about(handoff.id), {s.username: s for s in work.staff.all()}
        now = self.parts.turn.clock.now()
        return [
            (names[e.username].name if e.username in names else e.username, said)
            for e in log
            if e.action in words.OPENED
            for said in [f"{words.OPENED[e.action]} {words.clock_time(e.at, now)}"]
        ]


def _is_due(handoff: Handoff, today: date) -> bool:
    """Whether it is to be looked at again, today or for some time."""
    day = handoff.follow_up_on
    return not handoff.is_open and day is not None and day <= today


def _queue_state(queue: Queue) -> str:
    lists = (
        queue.waiting,
        queue.mine,
        queue.with_colleagues,
        queue.over_today,
        queue.look_again,
    )
    return fingerprint(
        *(
            [
                (c.handoff.id, c.handoff.urgency, c.citizen_waits_since, c.service, c.promised)
                for c in cards
            ]
            for cards in lists
        ),
        sorted(queue.offers.items()),
    )


def _case_state(case: Case) -> str:
    handoff = case.handoff
    last = case.messages[-1].id if case.messages else ""
    return fingerprint(
        last,
        handoff.status.value,
        handoff.urgency,
        handoff.claimed_by,
        case.offered_to,
        case.feedback,
        handoff.follow_up_on,
        len(case.turns),
        len(case.notes),
        case.labels,
        case.promises,
        sorted(case.receipts.items()),
        [m.changed_at for m in case.messages if m.changed_at],
    )
