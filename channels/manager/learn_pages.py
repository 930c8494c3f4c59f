"""Messages the assistant did not understand, each made a training phrase after a look at it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from bot.errors import BadInput
from bot.staff import Staff
from bot.stores.staff_sql import SqlStaffStore
from channels.manager.base import Bench, Manager, Text
from channels.manager.misunderstood import TAKEN_UP, Missed, find_missed, missed
from channels.manager.own_phrases import OwnPhrases, check
from channels.settings import OWN_PHRASES, ROOT

KINDS: Mapping[str, str] = {
    "human": "Wants to talk to a person",
    "face_to_face": "Wants to come in, or a visit",
    "digital_barrier": "Says why they cannot do it online",
    "adjustment": "Asks for an interpreter, large print …",
    "status": "Asks what became of a report",
    "out_of_scope": "Nothing that any council does",
}
"""What a message can be beside a service. Danger is not among them: its words are kept apart."""


class MessageGone(BadInput):
    """This message is settled or erased already. Choose another one."""


class MeaningMissing(BadInput):
    """Choose what the citizen wanted."""


class LearnPages:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._own = OwnPhrases(bench.home / OWN_PHRASES, ROOT / "nlu" / "data")

    def show(self, request: Request, who: Manager, done: str = "", message: str = "") -> Response:
        """The messages, and the phrases that were made of earlier ones."""
        with self._bench.parts.engine.connect() as db:
            found = missed(db, self._bench.tools.redact, self._bench.now())
        return self._bench.page(
            request,
            "manager_learn.html",
            who,
            missed=found,
            own=[(lang, self._own.of(lang)) for lang in self._own.languages()],
            meanings=self._meanings(),
            done=done,
            message=message,
        )

    def look(
        self,
        request: Request,
        who: Manager,
        message: Text = "",
        language: Text = "",
        intent: Text = "",
        text: Text = "",
        settle: Text = "",
    ) -> Response:
        """Show what would change (``settle`` empty); keep the phrase, or set the message aside."""
        try:
            one = self._find(message)
            if settle == "aside":
                return self._settled(who, one.id, "message_set_aside", "aside")
            self._must_mean(language, intent)
            after = self._own.with_added(language, intent, text)
            if settle == "keep":
                self._own.add(language, intent, text)
                detail = {"language": language, "intent": intent, "phrase": _print(text)}
                return self._settled(who, one.id, "phrase_learned", "kept", **detail)
        except BadInput as error:
            return self._look_page(request, who, message, language, intent, text, str(error))
        diff = self._own.diff(language, after)
        return self._look_page(request, who, message, language, intent, text, diff=diff)

    def drop(
        self,
        who: Manager,
        language: Text = "",
        intent: Text = "",
        text: Text = "",
        message: Text = "",
    ) -> Response:
        """Take a phrase out again, or bring back a message that was set aside."""
        if message:
            return self._settled(who, message, TAKEN_UP, "back")
        if language in self._languages() and self._own.drop(language, intent, text):
            self._bench.note(who, "phrase_unlearned", f"{language} {intent}", phrase=_print(text))
            self._take_up_again(who, _print(text))
        return RedirectResponse("/manager?done=dropped#phrases", 303)

    def _take_up_again(self, who: Staff, phrase: str) -> None:
        """The message that the phrase was made of is on the list again."""
        with SqlStaffStore(self._bench.parts.engine).begin() as work:
            learned = work.staff_log.latest(500, action="phrase_learned")
        subject = next((o.entry.subject for o in learned if o.entry.detail["phrase"] == phrase), "")
        if subject:
            self._bench.note(who, TAKEN_UP, subject)

    def _settled(self, who: Staff, message: str, action: str, done: str, **detail: str) -> Response:
        self._bench.note(who, action, message, **detail)
        return RedirectResponse(f"/manager?done={done}&message={message[:40]}", 303)

    def _must_mean(self, language: str, intent: str) -> None:
        if language not in self._languages():
            raise MessageGone
        if intent not in self._meanings():
            raise MeaningMissing

    def _look_page(
        self,
        request: Request,
        who: Staff,
        message: str,
        language: str,
        intent: str,
        text: str,
        problem: str = "",
        diff: list[tuple[str, str]] | None = None,
    ) -> Response:
        try:
            one = self._find(message)
        except MessageGone as error:
            one, problem = None, problem or str(error)
        return self._bench.page(
            request,
            "manager_look.html",
            who,
            422 if problem else 200,
            one=one,
            language=language,
            intent=intent,
            text=text,
            diff=diff or (),
            meanings=self._meanings(),
            problem=problem,
        )

    def _find(self, message: str) -> Missed:
        with self._bench.parts.engine.connect() as db:
            one = find_missed(db, self._bench.tools.redact, self._bench.now(), message)
        if one is None:
            raise MessageGone
        return one

    def _meanings(self) -> dict[str, str]:
        cards = sorted(self._bench.cards().values(), key=lambda card: card.name("en"))
        return {**{card.intent: card.name("en") for card in cards}, **KINDS}

    def _languages(self) -> Mapping[str, str]:
        return self._bench.parts.council.languages


def _print(text: str) -> str:
    """What the log keeps of a phrase: enough to find it again, not what a citizen said."""
    return hashlib.sha256(check(text).encode()).hexdigest()[:16]
