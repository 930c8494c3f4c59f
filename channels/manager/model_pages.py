"""The models on the shelf: their scores by group, two side by side, and which one is live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from bot.errors import BadInput, FairwayError
from bot.staff import Staff
from channels.manager.base import Bench, Manager, Text
from channels.model_shelf import (
    LIVE,
    ModelUnknown,
    answers_beside,
    make_live,
    named_model,
    scores_of,
    shelf,
)


class ReasonMissing(BadInput):
    """The gate says no. Write why it should be live all the same; your name is kept with it."""


@dataclass(frozen=True)
class Line:
    """One measure of one group under two models. ``better``: 1, 0 or -1; 0 within the interval."""

    what: str
    language: str
    group: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    better: int


class ModelPages:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._models = bench.home / "models"

    def show(
        self, request: Request, who: Manager, model: str = "", beside: str = "", done: str = ""
    ) -> Response:
        """The shelf; with ``model`` its scores, next to those of ``beside`` or of the live one."""
        return self._page(request, who, model, beside, done=done)

    def activate(
        self, request: Request, who: Manager, model: Text = "", reason: Text = ""
    ) -> Response:
        """Make it live if the gate says so, or with a reason if not."""
        try:
            reasons = self._reasons(model)
            if reasons and not reason.strip():
                raise ReasonMissing
            overruled = reason.strip()[:500] if reasons else ""
            make_live(self._models, model, reasons, who.username, overruled)
        except FairwayError as error:
            return self._page(request, who, model, "", 422, str(error), reason)
        self._bench.note(who, "model_made_live", model, reasons=reasons, overruled=overruled)
        return RedirectResponse("/manager/models?done=live", 303)

    def _reasons(self, model: str) -> list[str]:
        """Why the gate is against it: what it said at training, and the audit against the live
        model of today."""
        held = {one.name: one for one in shelf(self._models)}
        if model not in held:
            raise ModelUnknown
        live = named_model(self._models, LIVE)
        now: Sequence[str] = ()
        if live and live.name != model:
            files = answers_beside(live), answers_beside(self._models / model)
            now = self._bench.tools.model_reasons(*files)
        return list(dict.fromkeys((*held[model].reasons, *now)))

    def _not_compared(self, model: str) -> str:
        """Why the audit has nothing to compare it with; nothing: it has."""
        live = named_model(self._models, LIVE)
        if live is None:
            return "there is no live model"
        files = answers_beside(live), answers_beside(self._models / model)
        return self._bench.tools.model_not_compared(*files)

    def _page(
        self,
        request: Request,
        who: Staff,
        model: str,
        beside: str,
        status: int = 200,
        problem: str = "",
        reason: str = "",
        done: str = "",
    ) -> Response:
        models = shelf(self._models)
        chosen = next((one for one in models if one.name == model), None)
        live = next((one.name for one in models if one.live), "")
        other = beside if beside in {one.name for one in models} else live
        lines = _lines(scores_of(self._models, other), scores_of(self._models, model))
        return self._bench.page(
            request,
            "manager_models.html",
            who,
            status,
            models=models,
            chosen=chosen,
            other=other,
            lines=lines if chosen else (),
            reasons=self._reasons(model) if chosen and not chosen.live else (),
            not_compared=self._not_compared(model) if chosen and not chosen.live else "",
            problem=problem,
            reason=reason,
            done=done,
        )


def _lines(
    before: Mapping[tuple[str, str, str], Mapping[str, Any]],
    after: Mapping[tuple[str, str, str], Mapping[str, Any]],
) -> list[Line]:
    keys = sorted({*before, *after}, key=lambda key: (key[0], key[1], key[2] != "all", key[2]))
    return [Line(*key, b := before.get(key), a := after.get(key), _better(b, a)) for key in keys]


def _better(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> int:
    """Whether ``after`` lies outside the interval of ``before``, and on which side."""
    if not before or not after or None in (before["low"], before["high"], after["share"]):
        return 0
    more, fewer = after["share"] > before["high"], after["share"] < before["low"]
    side = int(more) - int(fewer)
    return side if after.get("good", True) else -side
