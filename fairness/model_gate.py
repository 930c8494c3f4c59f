"""Whether a new model may go live: nobody may be understood worse than by the live one.

Both have answered the same evaluation messages (nlu/answers.py). Each is its own control, so
McNemar's exact test says more than two shares side by side.

There are hundreds of groups and harms, and most tests could not find anything whatever happened:
where two messages changed, no p is below .5. Tarone's correction leaves those out (R. E. Tarone,
"A modified Bonferroni method for discrete data", Biometrics 46, 1990, 515-522), and Holm's goes
over the rest. Danger that is missed is a family of its own, at the full level: it must not be
drowned by wishes that are misunderstood. So is all else together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairness.errors import AuditError
from fairness.policy_gate import ALPHA, Change
from fairness.tests_of_difference import tarone

DANGER = "danger missed"


class AnswersWrong(AuditError):
    """The file of a model's answers is not as training wrote it. Train again."""


@dataclass(frozen=True)
class Answered:
    """One message: which harm a wrong answer is, who writes so, and whether it was right."""

    harm: str
    language: str
    variety: str
    right: bool


Answers = Mapping[tuple[str, str], Answered]
"""(harm, id of the message) → how it was answered."""


def read_answers(file: Path) -> Answers:
    """A model's answers; none where there is no file. Raises AnswersWrong."""
    if not file.is_file():
        return {}
    try:
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        return {
            (str(one["what"]), str(one["id"])): Answered(
                str(one["what"]), str(one["lang"]), str(one["variety"]), bool(one["right"])
            )
            for one in lines
        }
    except (ValueError, KeyError, TypeError) as error:
        raise AnswersWrong(f"{file.name}: {AnswersWrong.__doc__}") from error


def why_not_model(before: Answers, after: Answers) -> tuple[str, ...]:
    """Why the model of ``after`` may not take the place of that of ``before``; nothing: it may.

    Only messages that both have answered count.
    """
    changes = tuple(_changes(before, after))
    families = [[c for c in changes if (c.harm == DANGER) is danger] for danger in (True, False)]
    return tuple(reason for family in families for reason in _reasons(family))


def not_compared(before: Answers, after: Answers) -> str:
    """Why no message could be compared; nothing where some were. It is no sign that nobody is
    understood worse."""
    for whose, answers in (("live", before), ("new", after)):
        if not answers:
            return f"the {whose} model's answers to the evaluation messages were not kept"
    return "" if before.keys() & after.keys() else "no evaluation message was answered by both"


def _reasons(changes: Sequence[Change]) -> tuple[str, ...]:
    adjusted = tarone([c.p for c in changes], [c.least_p for c in changes], ALPHA)
    return tuple(
        f"{c.harm} for {c.group}: {c.after_only} of {c.people} messages that the live model has "
        f"right, {c.before_only} the other way (corrected p {p:.3f})"
        for c, p in zip(changes, adjusted, strict=True)
        if p <= ALPHA and c.after_only > c.before_only
    )


def _changes(before: Answers, after: Answers) -> Iterator[Change]:
    groups: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for key in sorted(before.keys() & after.keys()):
        one = after[key]
        written = f"{one.language}, {one.variety}"
        for group in ("everyone", f"language {one.language}", f"writing {written}"):
            both = (before[key].right, one.right)
            groups.setdefault((one.harm, group), []).append(both)
    for (harm, group), answered in groups.items():
        gained = sum(now and not was for was, now in answered)
        lost = sum(was and not now for was, now in answered)
        yield Change(harm, group, len(answered), before_only=gained, after_only=lost)
