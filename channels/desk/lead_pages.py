"""Pages of team leads and auditors: the desk at a glance, past cases, set phrases, the log."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from bot.case_card import CaseCard
from bot.case_extras import CannedReply, ServiceNotice
from bot.council import LONDON
from bot.desk_lead import AgentWrong, Search, change_agent, find_cases, see_overview
from bot.desk_phrases import PLACES, PhraseWrong, check_phrase
from bot.errors import BadInput
from bot.handoff import OUTCOME_CODES
from bot.staff import LogEntry, Role, Staff
from channels.auth import require
from channels.desk import words
from channels.desk.csv_out import as_csv
from channels.desk.frame import LEADS, READS_THE_LOG, staff_page
from channels.desk.staff_log import fault_in
from channels.pages import Pages
from channels.parts import Parts

if TYPE_CHECKING:
    from channels.desk.routes import Desk

Lead = Annotated[Staff, Depends(require(*LEADS))]
LogReader = Annotated[Staff, Depends(require(*READS_THE_LOG))]
Text = Annotated[str, Form()]
PROMISES_OF = timedelta(days=7)
SHOWN = 200
MOST_FOUND = 1000
"""So many cases of the history are counted on the page; the table of them has all."""
LONGEST_NOTICE = 300  # characters: it stands above everything else
COLUMNS = (
    "reference",
    "asked",
    "team",
    "service",
    "urgency",
    "language",
    "medium",
    "agent",
    "taken",
    "closed",
    "minutes_waited",
    "outcome",
    "labels",
    "look_again",
)


class LeadPages:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, parts: Parts, pages: Pages, desk: Desk) -> None:
        self._pages, self._desk, self._parts = pages, desk, desk.parts
        self._languages = parts.council.languages

    def team(self, request: Request, who: Lead) -> Response:
        """Who waits, for how long, what is promised, who is here."""
        return self._team_page(request, who)

    def change_agent(
        self,
        request: Request,
        username: str,
        who: Lead,
        teams: Text = "",
        skills: Text = "",
        languages: Text = "",
        capacity: Text = "",
    ) -> Response:
        """What an agent can do, from now on."""
        try:
            if not capacity.isdecimal():
                raise AgentWrong
            lists = (_words(teams), _words(skills), _words(languages))
            change_agent(self._parts, who, username, *lists, int(capacity))
        except BadInput as error:
            return self._team_page(request, who, 422, str(error))
        return RedirectResponse("/desk/team#agents", 303)

    def history(
        self,
        request: Request,
        who: Lead,
        start: str = "",
        end: str = "",
        team: str = "",
        outcome: str = "",
        words_in: str = "",
    ) -> Response:
        """Cases of a period, to search."""
        search = self._search(start, end, team, outcome, words_in)
        found = find_cases(self._parts, who, search, limit=MOST_FOUND + 1)
        return staff_page(
            self._pages,
            request,
            "desk_history.html",
            who,
            rows=self._desk.shower.past(found[:SHOWN], self._names(), self._now()),
            many=min(len(found), MOST_FOUND),
            more=len(found) > MOST_FOUND,
            shown=SHOWN,
            search=search,
            days=_days_of(search),
            teams=[(one, words.plain(one)) for one in self._desk.teams],
            outcomes={**words.OUTCOMES, **words.STATES},
            query=request.url.query,
        )

    def export(
        self,
        who: Lead,
        start: str = "",
        end: str = "",
        team: str = "",
        outcome: str = "",
        words_in: str = "",
    ) -> Response:
        """All of them as a table, without a word of what citizens said."""
        search = self._search(start, end, team, outcome, words_in)
        found = find_cases(self._parts, who, search)
        rows = [self._row(card) for card in found]
        with self._parts.store.begin() as work:
            detail = {"rows": len(rows), "from": str(search.start), "to": str(search.end)}
            entry = LogEntry(self._now(), who.username, "history_exported", "", detail)
            work.staff_log.write(entry)
            work.commit()
        name = f"cases-{search.start:%Y-%m-%d}-{search.end:%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f"attachment; filename={name}"}
        return Response(as_csv(COLUMNS, rows), media_type="text/csv", headers=headers)

    def log(
        self,
        request: Request,
        who: LogReader,
        username: str = "",
        subject: str = "",
        check: str = "",
    ) -> Response:
        """What staff did, the newest first; with ``check``, whether the whole chain holds."""
        with self._parts.store.begin() as work:
            entries = work.staff_log.latest(SHOWN, username.strip(), subject.strip())
            head = work.staff_log.head()
        return staff_page(
            self._pages,
            request,
            "desk_log.html",
            who,
            entries=[(one, words.clock_time(one.entry.at, self._now())) for one in entries],
            head=head,
            checked=bool(check),
            fault=fault_in(self._parts.store) if check else "",
            username=username,
            subject=subject,
            plain=words.plain,
        )

    def phrases(self, request: Request, who: Lead) -> Response:
        """Set phrases, by language."""
        return self._phrases_page(request, who)

    def keep_phrase(
        self,
        request: Request,
        who: Lead,
        shortcut: Text = "",
        lang: Text = "en",
        text: Text = "",
        drop: Text = "",
    ) -> Response:
        """Keep one in place of what was there, or forget it."""
        now = self._now()
        phrase = CannedReply(shortcut.strip().casefold(), lang, text.strip(), who.username, now)
        try:
            if lang not in self._languages:
                raise PhraseWrong
            kept = phrase if drop else check_phrase(phrase)
        except PhraseWrong as error:
            return self._phrases_page(request, who, 422, str(error), phrase)
        with self._parts.store.begin() as work:
            if drop:
                work.canned.drop(kept.shortcut, kept.lang)
            else:
                work.canned.put(kept)
            action = "phrase_dropped" if drop else "phrase_kept"
            work.staff_log.write(LogEntry(now, who.username, action, f"{kept.shortcut} {lang}"))
            work.commit()
        return RedirectResponse("/desk/phrases", 303)

    def notices(self, request: Request, who: Lead) -> Response:
        """News of the service that stands on every page."""
        return self._notices_page(request, who)

    async def put_notice(self, request: Request, who: Lead) -> Response:
        """Put one up, in every language that has a text, or take one off."""
        form = await request.form()
        told = {str(name): str(value).strip() for name, value in form.items()}
        return await run_in_threadpool(self._put_notice, request, who, told)

    def _put_notice(self, request: Request, who: Staff, told: dict[str, str]) -> Response:
        now = self._now()
        texts = {lang: told[f"text-{lang}"] for lang in self._languages if told.get(f"text-{lang}")}
        first, last = _day(told.get("start", "")), _day(told.get("end", ""))
        with self._parts.store.begin() as work:
            if told.get("drop"):
                work.notices.drop(told["drop"])
                entry = LogEntry(now, who.username, "notice_taken_off", told["drop"][:80])
            elif first and last and first <= last and texts.get("en"):
                starts = datetime.combine(first, datetime.min.time(), LONDON)
                ends = datetime.combine(last + timedelta(days=1), datetime.min.time(), LONDON)
                made = ServiceNotice(
                    self._parts.turn.new_id(), _cut(texts), starts, ends, who.username
                )
                work.notices.add(made)
                entry = LogEntry(now, who.username, "notice_put_up", made.id)
            else:
                problem = "Write a text in English, and two days in order."
                return self._notices_page(request, who, 422, problem, told)
            work.staff_log.write(entry)
            work.commit()
        return RedirectResponse("/desk/notices", 303)

    def _notices_page(
        self,
        request: Request,
        who: Staff,
        status: int = 200,
        problem: str = "",
        told: dict[str, str] | None = None,
    ) -> Response:
        with self._parts.store.begin() as work:
            held = work.notices.ending_after(self._now())
        return staff_page(
            self._pages,
            request,
            "desk_notices.html",
            who,
            status,
            held=[(one, _days(one)) for one in held],
            problem=problem,
            told=told or {},
            all_languages=self._languages,
            longest=LONGEST_NOTICE,
            today=self._now().astimezone(LONDON).date().isoformat(),
        )

    def _team_page(
        self, request: Request, who: Staff, status: int = 200, problem: str = ""
    ) -> Response:
        view = see_overview(self._parts, who, self._now() - PROMISES_OF)
        return staff_page(
            self._pages,
            request,
            "desk_team.html",
            who,
            status,
            view=view,
            problem=problem,
            words=words,
            title=self._desk.shower.title,
            how_long=lambda since: words.how_long(since, view.now),
            at=lambda moment: words.clock_time(moment, view.now),
            may_change=who.has(Role.TEAM_LEAD, Role.ADMINISTRATOR),
        )

    def _phrases_page(
        self,
        request: Request,
        who: Staff,
        status: int = 200,
        problem: str = "",
        tried: CannedReply | None = None,
    ) -> Response:
        with self._parts.store.begin() as work:
            held = work.canned.all()
        return staff_page(
            self._pages,
            request,
            "desk_phrases.html",
            who,
            status,
            phrases=held,
            problem=problem,
            tried=tried,
            all_languages=self._languages,
            places=PLACES,
        )

    def _search(self, start: str, end: str, team: str, outcome: str, words_in: str) -> Search:
        today = self._now().astimezone(LONDON).date()
        first, last = _day(start) or today - timedelta(days=7), _day(end) or today
        known = (*OUTCOME_CODES, *words.STATES)
        return Search(
            datetime.combine(first, datetime.min.time(), LONDON),
            datetime.combine(last + timedelta(days=1), datetime.min.time(), LONDON),
            team if team in self._desk.teams else "",
            outcome if outcome in known else "",
            words_in[:100],
        )

    def _row(self, card: CaseCard) -> list[Any]:
        handoff = card.handoff
        taken = handoff.claimed_at
        waited = (taken - handoff.asked_at).total_seconds() / 60 if taken else None
        return [
            handoff.id,
            _iso(handoff.asked_at),
            handoff.team,
            card.service,
            handoff.urgency,
            card.language,
            card.medium.value,
            handoff.claimed_by,
            _iso(handoff.claimed_at),
            _iso(handoff.closed_at),
            None if waited is None else round(waited, 1),
            handoff.outcome_code or handoff.status.value,
            "; ".join(card.labels),
            handoff.follow_up_on,
        ]

    def _names(self) -> dict[str, str]:
        with self._parts.store.begin() as work:
            return {staff.username: staff.name for staff in work.staff.all()}

    def _now(self) -> datetime:
        return self._parts.turn.clock.now()


def _words(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _days(notice: ServiceNotice) -> str:
    last = notice.ends.astimezone(LONDON) - timedelta(days=1)
    return f"{notice.starts.astimezone(LONDON):%d/%m/%Y} – {last:%d/%m/%Y}"


def _cut(texts: dict[str, str]) -> dict[str, str]:
    return {lang: text[:LONGEST_NOTICE] for lang, text in texts.items()}


def _days_of(search: Search) -> tuple[str, str]:
    last = search.end - timedelta(days=1)
    return search.start.date().isoformat(), last.date().isoformat()


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(LONDON).isoformat(timespec="minutes") if moment else ""
