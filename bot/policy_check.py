"""Prove that a routing policy keeps the safeguards, or show the citizen it would fail.

Rules and lines with points of nought or more can only take a citizen further from digital, so a
policy without lines that take points away keeps the ratchet by its very form. Only for one that
has such lines the situations are gone through: one word stands for all those that the policy
treats alike, so there are few.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.need import Adjustment, Availability, Barrier, Channel, Circumstances, Need, Urgency
from bot.need import NeedKind as Kind
from bot.routing import DISTANCE, Doors, RoutingPolicy, Rule, decide_route

MOST_WORDS = 8
"""Kinds of words that a policy with minus points may tell apart; more could not be gone through."""
PATIENCE = 2
"""Misunderstandings in a row after which a person takes over, whatever the policy says."""
Word = Barrier | Adjustment


@dataclass(frozen=True)
class Breach:
    """A safeguard that a policy breaks, and a citizen for whom it does."""

    safeguard: str
    example: str


def find_breach(policy: RoutingPolicy) -> Breach | None:
    """The first safeguard that ``policy`` breaks, or None when it keeps them all."""
    return _impatience(policy) or _ratchet(policy)


def _impatience(policy: RoutingPolicy) -> Breach | None:
    told = Circumstances(failed_turns=PATIENCE)
    for kind in Kind:
        for urgency in Urgency:
            if _distance(policy, kind, urgency, told) == 0:
                who = f"a citizen with a {kind.value}, {urgency.value} need"
                example = f"{who} who is not understood {PATIENCE} times in a row is kept online"
                return Breach("who is not understood twice gets a person", example)
    return None


def _ratchet(policy: RoutingPolicy) -> Breach | None:
    minus = [w for w in policy.weights if w.points < 0]
    if not any(w.when.barriers or w.when.adjustments or w.when.failed_turns for w in minus):
        return None
    words = _unlike_words(policy)
    if len(words) > MOST_WORDS:
        example = f"it treats {len(words)} words differently, which cannot be gone through"
        return Breach("the ratchet", example)
    return next(_steps_back(policy, words), None)


def _steps_back(policy: RoutingPolicy, words: list[Word]) -> Iterator[Breach]:
    """Everybody who, by telling us one thing more, would be taken nearer to digital."""
    failures, bits = _failures(policy), range(1 << len(words))
    for kind in Kind:
        for urgency in Urgency:
            far = {
                (said, failed): _distance(
                    policy, kind, urgency, _told(_chosen(words, said), failed)
                )
                for said in bits
                for failed in failures
            }
            for (said, failed), before in far.items():
                for more, name in _one_more(said, failed, words, failures):
                    if far[more] < before:
                        told = _chosen(words, said)
                        yield _stepped_back(kind, urgency, told, failed, name)


def _one_more(
    said: int, failed: int, words: list[Word], failures: list[int]
) -> Iterator[tuple[tuple[int, int], str]]:
    for place, word in enumerate(words):
        if not said & 1 << place:
            yield (said | 1 << place, failed), word.value
    for worse in failures:
        if worse > failed:
            yield (said, worse), f"{worse} misunderstandings"


def _chosen(words: list[Word], said: int) -> tuple[Word, ...]:
    return tuple(word for place, word in enumerate(words) if said & 1 << place)


def _stepped_back(
    kind: Kind, urgency: Urgency, said: tuple[Word, ...], failed: int, name: str
) -> Breach:
    names = ", ".join(word.value for word in said) or "nothing"
    times = f" and was not understood {failed} times" if failed else ""
    example = (
        f"a citizen with a {kind.value}, {urgency.value} need who told us {names}{times} "
        f"is taken nearer to digital by {name}"
    )
    return Breach("the ratchet: telling us of a difficulty never makes it more digital", example)


def _distance(policy: RoutingPolicy, kind: Kind, urgency: Urgency, told: Circumstances) -> int:
    need = Need(kind=kind, urgency=urgency)
    decision = decide_route(need, told, Availability(), Doors(), policy)
    return DISTANCE[Channel(decision.channel)]


def _unlike_words(policy: RoutingPolicy) -> list[Word]:
    """One word for all those that stand in the very same lines. Words that give or take no
    points are left out: a rule of theirs could only hide a step back, never make one."""
    lines = (*policy.rules, *(w.when for w in policy.weights))
    seen: dict[tuple[bool, ...], Word] = {}
    with_points = [w.when for w in policy.weights]
    for word in (*Barrier, *Adjustment):
        if not any(_names(line, word) for line in with_points):
            continue
        places = tuple(_names(line, word) for line in lines)
        seen.setdefault(places, word)
    return list(seen.values())


def _names(line: Rule, word: Word) -> bool:
    return word in line.barriers if isinstance(word, Barrier) else word in line.adjustments


def _failures(policy: RoutingPolicy) -> list[int]:
    lines = (*policy.rules, *(w.when for w in policy.weights))
    return sorted({0, *(line.failed_turns for line in lines if line.failed_turns)})


def _told(said: tuple[Word, ...], failed: int) -> Circumstances:
    return Circumstances(
        barriers=frozenset(word for word in said if isinstance(word, Barrier)),
        adjustments=frozenset(word for word in said if isinstance(word, Adjustment)),
        failed_turns=failed,
    )
