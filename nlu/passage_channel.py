"""Rasa's answer to "which passages are near this question?", on its private address.

Fairway asks only when it looks for a page to quote. The vector of the message is there already,
from understanding it, unless the letters alone were enough; then it is made now.
"""

from __future__ import annotations

import json as reader
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.errors import FairwayError
from bot.files.pages import load_pages, pages_to_quote
from bot.message import MAX_CHARACTERS
from bot.rasa.connector import SHORTEST_SECRET, shows_secret
from nlu.components.intent_classifier import IntentClassifier
from nlu.language_middles import read_middles
from nlu.passages import Passages

log = logging.getLogger(__name__)
OnMessage = Callable[[UserMessage], Awaitable[Any]]
LARGEST_BODY = 16_000  # bytes
RETRY = 60.0  # seconds


@dataclass(frozen=True)
class Asked:
    """``digest``: the pages that the asker has."""

    question: str
    language: str
    lgsl: int | None
    digest: str


def read_asked(body: bytes) -> Asked | None:
    """The question in a request's body; None for anything else."""
    try:
        data = reader.loads(body) if len(body) <= LARGEST_BODY else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    question, lgsl = data.get("question"), data.get("lgsl")
    said = isinstance(question, str) and 0 < len(question) <= MAX_CHARACTERS
    if not said or isinstance(lgsl, bool) or not isinstance(lgsl, int | None):
        return None
    return Asked(str(question), str(data.get("language")), lgsl, str(data.get("pages")))


class PassageChannel(InputChannel):
    """``POST /webhooks/passages/near``. ``imported``: folder of the council's own pages;
    ``vectors``: file that keeps theirs. Pages are read, and encoded, beside the answering of
    messages; until that is done, and without an encoder, no passage is near. ``retry``: seconds
    until the same pages, asked for in vain, are looked for again."""

    def __init__(
        self, secret: str, imported: Path, vectors: Path | None, retry: float = RETRY
    ) -> None:
        self.secret, self.imported, self.vectors, self.retry = secret, imported, vectors, retry
        self.passages: Passages | None = None
        self._tried: dict[str, float] = {}
        self._reading: Thread | None = None

    @classmethod
    def name(cls) -> str:
        return "passages"

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> PassageChannel:
        """Made from ``credentials.yml``. Raises RasaException without a good secret."""
        given = credentials or {}
        secret = str(given.get("secret") or "")
        if len(secret) < SHORTEST_SECRET or secret.startswith("$"):
            raise RasaException("credentials.yml needs a secret. `fairway up` writes it.")
        kept = given.get("vectors")
        return cls(secret, Path(given.get("pages") or "pages"), Path(kept) if kept else None)

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """``POST /near``."""
        routes = Blueprint("passages", __name__.replace(".", "_"))

        @routes.listener("after_server_start")
        async def read_pages(app: Any, _loop: Any) -> None:
            classifier = classifier_of(app)
            if classifier is not None:
                self.read_beside(classifier)

        @routes.post("/near")
        async def near(request: Request) -> HTTPResponse:
            if not shows_secret(request, self.secret):
                return json({"error": "The secret is wrong or missing."}, status=401)
            asked = read_asked(request.body)
            if asked is None:
                return json({"error": "question must be text, lgsl a number or null."}, status=400)
            classifier = classifier_of(request.app)
            return json({"near": self.near(asked, classifier) if classifier else {}})

        return routes

    def near(self, asked: Asked, classifier: IntentClassifier) -> dict[str, float]:
        """The nearest passages, by key. With other pages than the asker's they are read anew, and
        until they are the same nothing is said: a page that is not known here would seem far."""
        held = self.passages
        if held is None or held.digest != asked.digest:
            self.read_beside(classifier, asked.digest)
            return {}
        vector = classifier.vector_of(asked.question)
        return held.near(vector, asked.language, date.today(), asked.lgsl)

    def read_beside(self, classifier: IntentClassifier, wanted: str = "") -> None:
        """Read the pages in a thread of their own; for the same set that is ``wanted`` not again
        before ``retry`` is over: the asker may have had it a moment before this folder."""
        now = monotonic()
        self._tried = {one: at for one, at in self._tried.items() if now < at + self.retry}
        if wanted in self._tried or (self._reading and self._reading.is_alive()):
            return
        self._tried[wanted] = now
        self._reading = Thread(target=self.read, args=(classifier,), daemon=True)
        self._reading.start()

    def read(self, classifier: IntentClassifier) -> None:
        """Read the pages and encode what is new. A page that is wrong leaves all as it was."""
        encoder = classifier.encoder
        if encoder is None:
            return
        try:
            pages = load_pages(pages_to_quote(self.imported))
            self.passages = Passages.of(pages, encoder, middles_of(classifier), self.vectors)
        except (FairwayError, OSError) as error:
            log.error("the pages cannot be searched by meaning: %s", error)


def classifier_of(app: Any) -> IntentClassifier | None:
    """The classifier of the model that is loaded, if it is and has one."""
    processor = getattr(getattr(app.ctx, "agent", None), "processor", None)
    return processor.graph_runner.component(IntentClassifier) if processor else None


def middles_of(classifier: IntentClassifier) -> dict[str, Any]:
    """Each language's middle; with another encoder than the shipped one, that of all phrases."""
    middles = read_middles(classifier.encoder) if classifier.encoder else {}
    meaning = classifier.model.meaning if classifier.model else None
    return middles or ({"en": meaning.middle} if meaning is not None else {})
