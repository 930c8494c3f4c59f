"""Turn records, outcomes and handoffs as units to audit: one unit is one conversation.

Turns of one conversation are alike, so counting turns would make every interval too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal

import numpy as np
import pandas as pd

from fairness.baseline import AGENT, SENT
from fairness.incidence import GAVE_UP, OPEN, RESOLVED
from fairness.records import (
    NOT_RECORDED,
    PICKED,
    SQUARED,
    TRUTH,
    WEIGHT,
    Measure,
    Source,
    Units,
    key_column,
)

CHANNELS = ("digital", "assisted", "face_to_face")
RESOLVED_HANDOFFS = ("resolved", "advice_given", "referred", "appointment_made")
"""Ways an agent closes a case that count as resolved."""

FLAGS = ("fallback", "misunderstood", "answer_not_taken", "handoff")
CHANNEL_COLUMNS = ("asked_channel", "route_channel", "needed_channel", "agent_channel")
NUMBERS = ("turns", "minutes", "handoff_wait_seconds", "satisfaction")
ENDINGS = ("resolved", "abandoned", "recontacted")
APPEALED = "appealed"
"""Noted beside what became of a conversation; it says nothing of that."""
COUNT = "conversations counted together"
DAY = 24 * 60.0
"""Minutes."""
WAIT_TARGET = 300.0
"""Seconds within which a person should have taken the case: a house rule."""
SATISFIED = 4.0
"""On a scale of five, this and above is satisfied."""


@dataclass(frozen=True)
class Held:
    """What was read. Columns as in the database; those that are not there are left out.

    ``turns`` has ``conversation_id`` and one row a turn (or one a conversation). Flags are
    1.0, 0.0 or NaN, numbers are floats, all else is text, and missing is None or NaN.
    ``outcomes`` has ``conversation_id, code``; ``handoffs`` has ``conversation_id, way,
    asked_at, claimed_at, outcome_code``. Either is None where nothing is known of them.
    """

    turns: pd.DataFrame
    outcomes: pd.DataFrame | None
    handoffs: pd.DataFrame | None
    source: Source
    notes: tuple[str, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)


def units_from(
    held: Held, groups: tuple[str, ...], within: str | None, inputs: tuple[str, ...] = ()
) -> Units:
    """``held`` folded into conversations, with every routing measure."""
    one = _one_a_conversation(held.turns)
    for extra in (_outcomes(held.outcomes), _handoffs(held.handoffs)):
        for column in extra:
            one[column] = extra[column].reindex(one.index)
    if held.handoffs is not None:
        one["handoff"] = one["handed"].notna().astype(float)
    one[COUNT] = 1.0
    named = (*groups, within) if within else groups
    changed = _changed(held.turns, named)
    notes = (*held.notes, *changed)
    return units_of(one, groups, within, held.source, notes, held.missing, inputs)


def units_of(
    one: pd.DataFrame,
    groups: tuple[str, ...],
    within: str | None,
    source: Source,
    notes: tuple[str, ...],
    missing: Mapping[str, int],
    inputs: tuple[str, ...] = (),
) -> Units:
    """Conversations, each row standing for ``COUNT`` of them, with every routing measure.

    Columns as ``units_from`` makes them; those that are not known are left out. ``inputs`` are
    columns that a learned estimate may see (``estimate``).
    """
    if "handed" in one and "handoff" not in one:
        one["handoff"] = one["handed"].notna().astype(float)
    one["channel"] = _channel(one)
    named = (*groups, within) if within else groups
    count = one[COUNT].astype(float)
    frame = pd.DataFrame({WEIGHT: count, SQUARED: count}, index=one.index)
    for name in named:
        blank = "none asked for" if name == "asked_channel" else NOT_RECORDED
        frame[key_column(name)] = one[name].fillna(blank).astype(str).astype("category")
    for name in (n for n in inputs if n in one):
        frame[f"input:{name}"] = one[name].astype(object).where(one[name].notna(), "none")
    measures = tuple(_with_reason(measure, one) for measure in MEASURES)
    for channel in CHANNELS if "needed_channel" in one else ():
        frame[f"{TRUTH}:{channel}"] = _known_is(one["needed_channel"], channel)
        frame[f"{PICKED}:{channel}"] = _known_is(one["channel"], channel)
    ended = _ended_how(one)
    for measure in measures:
        frame[measure.column] = _event(measure, one)
        if measure.kind == "incidence" and not measure.missing:
            frame[measure.ends] = ended
    if "agent_channel" in one and one["agent_channel"].notna().any():
        both = one["agent_channel"].notna() & one["route_channel"].notna()
        frame[SENT] = _known_is(one["route_channel"], "digital").where(both)
        frame[AGENT] = _known_is(one["agent_channel"], "digital").where(both)
    return Units(
        frame=_folded(frame),
        groups=groups,
        within=(within,) if within else (),
        measures=measures,
        source=source,
        unit="conversation",
        missing={
            **missing,
            **{n: int(count[one[n].isna()].sum()) for n in named if n != "asked_channel"},
        },
        notes=notes,
    )


def _folded(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that are alike in everything become one, with their number."""
    keys = [c for c in frame if c not in (WEIGHT, SQUARED)]
    grouped = frame.groupby(keys, observed=True, dropna=False, sort=True)
    return grouped[[WEIGHT, SQUARED]].sum().reset_index()


def _known_is(values: pd.Series[str], wanted: str) -> pd.Series[float]:
    return (values == wanted).astype(float).where(values.notna())


def _one_a_conversation(turns: pd.DataFrame) -> pd.DataFrame:
    """The last recorded value of each column; flags count if any turn has them."""
    grouped = turns.groupby("conversation_id", sort=True)
    plain = [c for c in turns if c not in FLAGS and c != "conversation_id"]
    one = grouped[plain].last()
    for flag in FLAGS:
        if flag in turns:
            one[flag] = grouped[flag].max()
    counted = grouped.size().astype(float)
    one["turns"] = one["turns"].fillna(counted) if "turns" in one else counted
    return one


def _outcomes(outcomes: pd.DataFrame | None) -> pd.DataFrame:
    if outcomes is None:
        return pd.DataFrame()
    outcomes = outcomes[outcomes["code"] != APPEALED]
    has = pd.get_dummies(outcomes["code"]).groupby(outcomes["conversation_id"]).any()
    has = has.reindex(columns=list(ENDINGS), fill_value=False)
    return has.add_prefix("outcome_").astype(float)


def _handoffs(handoffs: pd.DataFrame | None) -> pd.DataFrame:
    """The first handoff's wait (inf when nobody took it), and whether any was resolved."""
    if handoffs is None:
        return pd.DataFrame()
    ordered = handoffs.sort_values("asked_at", kind="stable")
    waited = (ordered["claimed_at"] - ordered["asked_at"]).dt.total_seconds()
    code = ordered["outcome_code"]
    ordered = ordered.assign(
        handed=ordered["way"].fillna("talk_to_person"),
        handoff_wait_seconds=waited.clip(lower=0).fillna(inf),
        agent_closed=code.notna().astype(float),
        agent_resolved=code.isin(RESOLVED_HANDOFFS).astype(float),
    )
    grouped = ordered.groupby("conversation_id", sort=True)
    first = grouped[["handed", "handoff_wait_seconds"]].first()
    return first.join(grouped[["agent_closed", "agent_resolved"]].max())


def _channel(one: pd.DataFrame) -> pd.Series[str]:
    """The channel they were last sent to; a handoff without one sent them to a person."""
    sent = one.get("route_channel", pd.Series(index=one.index, dtype=object))
    if "handed" not in one:
        return sent
    way = one["handed"]
    to_person = way.where(way.isna(), "assisted").where(way != "home_visit", "face_to_face")
    return sent.fillna(to_person)


def _changed(turns: pd.DataFrame, named: Sequence[str]) -> tuple[str, ...]:
    kinds = turns.groupby("conversation_id")[list(named)].nunique()
    return tuple(
        f"Conversations whose {name} changed on the way, where the last one counts: {n}."
        for name, n in (kinds > 1).sum().items()
        if n
    )


def _against_the_rest(channel: str, kind: Literal["true", "false"]) -> Measure:
    """One channel against the others. Harm: not sent to a person when needed, or sent to
    digital when it was not. The other direction is shown and has no harm of its own."""
    did = "needed" if kind == "true" else "did not need"
    worse: Literal["higher", "lower"] | None = None
    if kind == "true" and channel != "digital":
        worse = "lower"
    elif kind == "false" and channel == "digital":
        worse = "higher"
    return Measure(
        f"{kind}_positive_rate",
        f"{kind.capitalize()} positive rate, {channel.replace('_', '-')} against the rest",
        f"Of conversations that {did} {channel} (as people coded afterwards), how many were "
        "sent there.",
        "Read the conversations that were sent elsewhere than they needed.",
        of=channel,
        worse=worse,
        judged=worse is not None,
    )


MEASURES: tuple[Measure, ...] = (
    Measure(
        "false_digital_rate",
        "False digital",
        "Of conversations that needed a person or a visit (as people coded afterwards), how "
        "many were sent to a digital channel.",
        "Read a sample of these conversations and mend the routing policy for their needs.",
    ),
    Measure(
        "denied_choice_rate",
        "Denied choice",
        "Of conversations in which the citizen asked for a channel, how many were not given it.",
        "Find out why the asked-for channel was not given, opening hours included.",
    ),
    Measure(
        "needless_escalation_rate",
        "Needless escalation",
        "Of conversations that could have been served digitally (as people coded afterwards) and "
        "in which no other channel was asked for, how many were sent to a person or a visit.",
        "Look at which words or services send this group on without need.",
    ),
    Measure(
        "fallback_rate",
        "Fallback",
        "Conversations with at least one turn in which the assistant was not sure enough to act.",
        "Add phrases this group uses to the training data, and train again.",
    ),
    Measure(
        "misunderstanding_rate",
        "Misunderstanding",
        "Conversations with at least one turn in which what they want was not understood.",
        "Read the misunderstood turns of this group and add phrases, words and services.",
    ),
    Measure(
        "answer_not_taken_rate",
        "Answer not taken",
        "Conversations in which an answer to one of our questions (a postcode, a date, a choice) "
        "could not be used. Misunderstanding is of what they want; this is of what they answer.",
        "Read these answers: dates, numbers and places are written in other ways by this group.",
    ),
    Measure(
        "handoff_rate",
        "Handoff to a person",
        "Conversations in which a person was asked to take over.",
        "Neither more nor less is good in itself: read it beside false digital and denied choice.",
        worse=None,
        judged=False,
    ),
    Measure(
        "handoff_wait_median_seconds",
        "Wait for a person, median",
        "From the request to an agent taking it, in the middle handoff; a handoff nobody took "
        "counts as longer than any.",
        "Look at who staffs the queue when this group writes, and in which languages.",
        kind="quantile",
        unit="s",
    ),
    Measure(
        "handoff_wait_p90_seconds",
        "Wait for a person, 9 in 10",
        "The wait that 9 in 10 handoffs do not exceed; a handoff nobody took counts as longer "
        "than any.",
        "Look at the longest waits of this group one by one.",
        kind="quantile",
        quantile=0.9,
        unit="s",
    ),
    Measure(
        "handoff_wait_over_target_rate",
        "Waited too long for a person",
        f"Of handoffs, how many waited more than {WAIT_TARGET:.0f} seconds, or were never taken.",
        "Look at who staffs the queue when this group writes, and in which languages.",
    ),
    Measure(
        "abandonment_rate",
        "Abandonment",
        "Of conversations with a recorded outcome, how many the citizen left unfinished.",
        "Look at the last question asked before citizens of this group left.",
    ),
    Measure(
        "resolution_rate",
        "Resolution",
        "Of conversations with a recorded outcome, how many were resolved by the assistant or an "
        "agent and not followed by another contact about the same thing.",
        "Ask this group's citizens what was left undone.",
        worse="lower",
    ),
    Measure(
        "recontact_rate",
        "Came back about the same thing",
        "Of conversations with a recorded outcome, how many were followed by another contact "
        "about the same thing.",
        "Read what was left undone the first time.",
    ),
    Measure(
        "satisfaction_rate",
        "Satisfied",
        f"Of conversations that were rated, how many got {SATISFIED:.0f} or 5 of 5. Who rates is "
        "not who writes: read it beside the share that was rated.",
        "Read the low ratings of this group.",
        worse="lower",
    ),
    Measure(
        "turns_median",
        "Turns, median",
        "How many times the citizen had to write, in the middle conversation.",
        "Look for questions this group is asked twice.",
        kind="quantile",
    ),
    Measure(
        "resolved_in_five_turns_rate",
        "Resolved within five turns",
        "How many were resolved by the fifth time the citizen wrote. Giving up ends the wait too; "
        "conversations still open count for as long as they were seen (Aalen-Johansen).",
        "Look for what this group has to say twice before it is served.",
        kind="incidence",
        unit="turns",
        horizon=5.0,
        worse="lower",
    ),
    Measure(
        "resolved_in_a_day_rate",
        "Resolved within a day",
        "How many were resolved within 24 hours of the first message. Giving up ends the wait "
        "too; conversations still open count for as long as they were seen (Aalen-Johansen).",
        "Look at where this group's cases lie, and for how long.",
        kind="incidence",
        unit="min",
        horizon=DAY,
        worse="lower",
    ),
    Measure(
        "overruled_rate",
        "Overruled by a person",
        "Of conversations that were sent somewhere and that a person then finished, how many that "
        "person served another way.",
        "Read the conversations people served another way: the policy may be wrong for this group.",
    ),
    *(
        Measure(
            "selection_rate",
            f"Sent to {channel.replace('_', '-')}",
            f"Of conversations that were sent anywhere, how many were last sent to {channel}.",
            "No channel is good or bad in itself: read it beside false digital and denied choice.",
            of=channel,
            worse=None,
            judged=False,
        )
        for channel in CHANNELS
    ),
    *(_against_the_rest(channel, kind) for channel in CHANNELS for kind in ("true", "false")),
)

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "false_digital_rate": ("needed_channel",),
    "denied_choice_rate": ("asked_channel",),
    "fallback_rate": ("fallback",),
    "misunderstanding_rate": ("misunderstood",),
    "handoff_rate": ("handoff",),
    "handoff_wait_median_seconds": ("handoff_wait_seconds",),
    "handoff_wait_p90_seconds": ("handoff_wait_seconds",),
    "abandonment_rate": ("outcome_abandoned", "agent_closed"),
    "resolution_rate": ("outcome_resolved", "agent_closed"),
    "turns_median": ("turns",),
    "needless_escalation_rate": ("needed_channel",),
    "handoff_wait_over_target_rate": ("handoff_wait_seconds",),
    "recontact_rate": ("outcome_recontacted",),
    "satisfaction_rate": ("satisfaction",),
    "true_positive_rate": ("needed_channel",),
    "false_positive_rate": ("needed_channel",),
    "selection_rate": ("route_channel", "handed"),
    "answer_not_taken_rate": ("answer_not_taken",),
    "overruled_rate": ("agent_channel",),
    "resolved_in_five_turns_rate": ("outcome_resolved", "agent_closed"),
    "resolved_in_a_day_rate": ("minutes",),
}

_NO_TRUTH = (
    "what each citizen needed is not known: it takes conversations coded by people "
    "(a needed_channel column); the assistant's own choice is never the truth about need"
)
_REASONS: Mapping[str, str] = dict.fromkeys(
    (name for name, needs in _NEEDS.items() if needs == ("needed_channel",)), _NO_TRUTH
)


def _with_reason(measure: Measure, one: pd.DataFrame) -> Measure:
    """``measure``, or why it cannot be estimated: every column it needs is missing."""
    needs = _NEEDS[measure.name]
    if any(column in one and one[column].notna().any() for column in needs):
        return measure
    usual = f"the data holds no {' or '.join(needs)}"
    return Measure(**{**vars(measure), "missing": _REASONS.get(measure.name, usual)})


def _event(measure: Measure, one: pd.DataFrame) -> pd.Series[float]:
    """1.0 event, 0.0 none, NaN condition does not hold; for quantiles the value itself."""
    if measure.missing:
        return pd.Series(np.nan, index=one.index)
    name = measure.name
    if measure.kind == "incidence":
        return _until(one, measure)
    if name == "overruled_rate":
        return _overruled(one)
    if name == "selection_rate":
        return _is(one["channel"], measure.of or "").where(one["channel"].notna())
    if name == "false_digital_rate":
        in_need = one["needed_channel"].isin(["assisted", "face_to_face"])
        return _is(one["channel"], "digital").where(in_need & one["channel"].notna())
    if name in ("true_positive_rate", "false_positive_rate"):
        holds = _known_is(one["needed_channel"], measure.of or "") == (name[0] == "t")
        return _known_is(one["channel"], measure.of or "").where(holds)
    if name == "needless_escalation_rate":
        return _needless(one)
    if name == "handoff_wait_over_target_rate":
        waits = one["handoff_wait_seconds"]
        return (waits > WAIT_TARGET).astype(float).where(waits.notna())
    if name == "satisfaction_rate":
        return (one["satisfaction"] >= SATISFIED).astype(float).where(one["satisfaction"].notna())
    if name == "recontact_rate":
        return one["outcome_recontacted"].astype(float)
    if name == "denied_choice_rate":
        return _denied(one)
    if name in ("abandonment_rate", "resolution_rate"):
        return _ended(one, name)
    return one[_NEEDS[name][0]].astype(float)


def event_of(measure: Measure, one: pd.DataFrame) -> pd.Series[float]:
    """Whether ``measure``'s event happened in each conversation of ``one``, as ``units_of`` counts
    it; of incidences, whether it was resolved by the horizon."""
    if "handed" in one:
        one = one.assign(handoff=one["handed"].notna().astype(float))
    one = one.assign(channel=_channel(one))
    event = _event(_with_reason(measure, one), one)
    if measure.kind != "incidence":
        return event
    return ((_ended_how(one) == RESOLVED) & (event <= measure.horizon)).astype(float)


def _needless(one: pd.DataFrame) -> pd.Series[float]:
    """Digital would have done, and nobody asked for anything else."""
    would_do = (one["needed_channel"] == "digital") & one["channel"].notna()
    if "asked_channel" in one:
        would_do &= one["asked_channel"].isna() | (one["asked_channel"] == "digital")
    return 1.0 - _is(one["channel"], "digital").where(would_do)


def _denied(one: pd.DataFrame) -> pd.Series[float]:
    """Sent elsewhere or nowhere, and not handed to the person they asked for either."""
    asked = one["asked_channel"]
    given = one["channel"] == asked
    if "handoff" in one:
        given |= (asked == "assisted") & (one["handoff"] == 1.0)
    return (~given).astype(float).where(asked.notna())


def _ended_how(one: pd.DataFrame) -> pd.Series[float]:
    """RESOLVED by the assistant or an agent, GAVE_UP, or OPEN as far as is known."""
    blank = pd.Series(np.nan, index=one.index)
    resolved, left, by_agent = (
        one.get(c, blank) for c in ("outcome_resolved", "outcome_abandoned", "agent_resolved")
    )
    ended = pd.Series(OPEN, index=one.index).mask(left == 1.0, GAVE_UP)
    return ended.mask((resolved == 1.0) | (by_agent == 1.0), RESOLVED)


def _until(one: pd.DataFrame, measure: Measure) -> pd.Series[float]:
    """Turns, or minutes, to the end. What comes after the horizon need not be told apart."""
    if measure.name == "resolved_in_five_turns_rate":
        return one["turns"].astype(float).clip(upper=measure.horizon + 1)
    minutes = one["minutes"].astype(float).map(np.ceil)
    coarse = (minutes / 60).map(np.ceil) * 60
    return minutes.where(minutes <= 60, coarse).clip(upper=measure.horizon + 60)


def _overruled(one: pd.DataFrame) -> pd.Series[float]:
    """The person who finished it served it another way than the assistant had sent it."""
    sent = one.get("route_channel", pd.Series(index=one.index, dtype=object))
    agent = one["agent_channel"]
    return (agent != sent).astype(float).where(agent.notna() & sent.notna())


def _ended(one: pd.DataFrame, name: str) -> pd.Series[float]:
    blank = pd.Series(np.nan, index=one.index)
    resolved, left, again, closed, by_agent = (
        one.get(column, blank)
        for column in (
            "outcome_resolved", "outcome_abandoned", "outcome_recontacted",
            "agent_closed", "agent_resolved",
        )
    )  # fmt: skip
    known = resolved.notna() | (closed == 1.0)
    solved = (resolved == 1.0) | (by_agent == 1.0)
    event = solved & (again != 1.0) if name == "resolution_rate" else (left == 1.0) & ~solved
    return event.astype(float).where(known)


def _is(values: pd.Series[str], wanted: str) -> pd.Series[float]:
    return (values == wanted).astype(float)
