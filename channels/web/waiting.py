"""What somebody who waits for a person is told: their place, how long others waited, hours."""

from __future__ import annotations

from datetime import datetime

from bot.conversation import Conversation
from bot.council import LONDON
from bot.desk_order import turn_of
from bot.handoff import Handoff, HandoffStatus
from bot.wait import LATELY, Wait, estimate_wait, place_in_queue, waits_of
from channels.parts import Parts


def waiting_words(parts: Parts, conversation: Conversation, handoff: Handoff | None) -> str:
    """The waiting state in the citizen's language, in one paragraph; empty when nobody is
    waited for."""
    if handoff is None:
        return ""
    now = parts.turn.clock.now()
    if handoff.status is HandoffStatus.CLAIMED:
        return _say(parts, conversation, "wait_claimed")
    if not parts.council.is_open(now):
        return _closed(parts, conversation, now)
    wait = _wait_of(parts, handoff, now)
    sentences = [_place(parts, conversation, wait), _range(parts, conversation, wait)]
    return " ".join([*sentences, _say(parts, conversation, "wait_stay")])


def _wait_of(parts: Parts, handoff: Handoff, now: datetime) -> Wait:
    with parts.turn.store.begin() as work:
        waiting = sorted(work.handoffs.with_status(HandoffStatus.WAITING), key=turn_of)
        served = work.handoffs.claimed_since(now - LATELY)
    alike = [h for h in served if h.team == handoff.team and h.urgency == handoff.urgency]
    return estimate_wait(place_in_queue(handoff, waiting), waits_of(alike))


def _place(parts: Parts, conversation: Conversation, wait: Wait) -> str:
    if wait.position == 1:
        return _say(parts, conversation, "wait_next")
    return _say(parts, conversation, "wait_position", position=wait.position)


def _range(parts: Parts, conversation: Conversation, wait: Wait) -> str:
    if wait.high is None:
        return _say(parts, conversation, "wait_unknown")
    return _say(parts, conversation, "wait_range", low=wait.low, high=wait.high)


def _closed(parts: Parts, conversation: Conversation, now: datetime) -> str:
    opens = parts.council.next_open(now)
    if opens is None:
        return _say(parts, conversation, "wait_unknown")
    return _say(parts, conversation, "wait_closed", when=_when(parts, conversation, opens))


def _when(parts: Parts, conversation: Conversation, opens: datetime) -> str:
    local = opens.astimezone(LONDON)
    day = parts.turn.replies.say(f"weekday_{local.weekday()}", conversation.language, "web")
    return f"{day} {local:%H:%M}"


def _say(parts: Parts, conversation: Conversation, key: str, **values: object) -> str:
    return parts.words.say(key, conversation.language, "web", **values)
