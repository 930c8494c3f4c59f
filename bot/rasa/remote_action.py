"""Rasa's call of a custom action, without the same work again at every turn.

Rasa 3.6 checks the action server's answer with ``jsonschema.validate``, which each time also
checks the schema itself, which took longer than the rest of the turn. The schema is compiled
once, and an answer that plainly has the right shape need not be held against it. Rasa also
walks through all its classes to find the one of each event; here each is found once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import rasa.core.actions.action as actions
from jsonschema.validators import validator_for
from rasa.shared.core.events import Event


class QuickRemoteAction(actions.RemoteAction):
    """A ``RemoteAction`` with the same checks, done quicker."""

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        if not _is_plain(result):
            _checker().validate(result)
        return True


def _is_plain(result: Any) -> bool:
    """Whether it is events with names and responses, as the schema asks for."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events"), result.get("responses")
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(e, dict) and _is_ours(e) for e in events)
        and all(isinstance(r, dict) for r in responses)
    )


def _is_ours(event: dict[str, Any]) -> bool:
    """The events our actions send; any other goes through the schema."""
    return event.get("event") in ("slot", "followup") and isinstance(event.get("name"), str)


@lru_cache(maxsize=1)
def _checker() -> Any:
    schema = actions.RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def use_quick_actions() -> None:
    """Have Rasa make its custom actions from ``QuickRemoteAction``, and remember the class of
    each kind of event. Call once, at start."""
    actions.RemoteAction = QuickRemoteAction
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=64)(Event.resolve_by_type))
