"""Whether a changed routing policy may go live: nobody in the stated district may fare worse.

The same synthetic people are sent by the policy that is live and by the new one. The audit knows
neither policy: it is handed two ways to decide, and compares what they do to each group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from fairness.simulate.district import Person, draw_people, read_district
from fairness.tests_of_difference import holm

PEOPLE, SEED = 5000, 1
ALPHA = 0.05
Decide = Callable[[Person], str]
"""The channel a policy sends someone to."""


@dataclass(frozen=True)
class Change:
    """Of one group, how many suffer a harm under one policy only."""

    harm: str
    group: str
    people: int
    before_only: int
    after_only: int

    @property
    def p(self) -> float:
        """McNemar's exact p that those who gain and those who lose are as many."""
        both = self.before_only + self.after_only
        return float(binomtest(self.after_only, both, 0.5).pvalue) if both else 1.0

    @property
    def least_p(self) -> float:
        """The smallest p that so many changes could have given: all of them one way."""
        return min(1.0, 2.0 ** (1 - self.before_only - self.after_only))


def people_of_district() -> tuple[Person, ...]:
    """The same people every time."""
    return draw_people(read_district(), PEOPLE, SEED)


def why_not(people: Sequence[Person], before: Decide, after: Decide) -> tuple[str, ...]:
    """Why the policy behind ``after`` may not go live in place of ``before``; nothing: it may."""
    changes = tuple(_changes(people, before, after))
    adjusted = holm([c.p for c in changes])
    return tuple(
        f"{c.harm} for {c.group}: {c.after_only} of {c.people} synthetic people suffer it who did "
        f"not before, {c.before_only} no longer do (corrected p {p:.3f})"
        for c, p in zip(changes, adjusted, strict=True)
        if p <= ALPHA and c.after_only > c.before_only
    )


def _changes(people: Sequence[Person], before: Decide, after: Decide) -> Iterator[Change]:
    sent = [(person, before(person), after(person)) for person in people]
    groups = {"everyone": sent}
    for name in people[0].traits if people else ():
        for one in sent:
            groups.setdefault(f"{name} {one[0].traits[name]}", []).append(one)
    for harm, hurts in HARMS.items():
        for group, held in groups.items():
            was = [hurts(person, channel) for person, channel, _ in held]
            now = [hurts(person, channel) for person, _, channel in held]
            yield Change(
                harm, group, len(held),
                sum(a and not b for a, b in zip(was, now, strict=True)),
                sum(b and not a for a, b in zip(was, now, strict=True)),
            )  # fmt: skip


HARMS: dict[str, Callable[[Person, str], bool]] = {
    "false digital": lambda person, sent: person.needed_channel != "digital" and sent == "digital",
    "denied choice": lambda person, sent: (
        bool(person.asked_channel) and sent != person.asked_channel
    ),
}
