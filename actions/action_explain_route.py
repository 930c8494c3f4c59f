"""Why this way? The reasons of the last decision, in plain words."""

from __future__ import annotations

from actions.answer import Answer
from actions.form_first import FormFirstAction
from actions.turn import Turn
from actions.words import Words


class ActionExplainRoute(FormFirstAction):
    """Reads the slot ``last_route``; each reason code has a reply ``reason_<code>``."""

    def name(self) -> str:
        return "action_explain_route"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        answered = await self.in_form(turn)
        if answered:
            return answered
        said = self._explain(turn, words)
        return said.then(self.back_to_form(turn)) if turn.task else said

    def _explain(self, turn: Turn, words: Words) -> Answer:
        codes = self._codes(turn)
        known = [c for c in codes if words.replies.has(f"reason_{c}")]
        if not known:
            return Answer().say("why_nothing_yet")
        lines = "\n".join(f"- {words.text(f'reason_{code}')}" for code in known)
        version = str((turn.last_route or {}).get("policy_version") or "")
        return Answer().say("why_reasons", lines=lines, version=version)

    def _codes(self, turn: Turn) -> tuple[str, ...]:
        """The reasons in force. A channel asked for in plain words was granted before Rasa
        ran, so the slot may still hold an older decision."""
        asked = turn.circumstances.asked_channel
        if asked:
            return (f"citizen_asked_{asked.value}",)
        return tuple((turn.last_route or {}).get("reasons") or ())
