"""What an audit works on: units (rows or conversations), and what is measured on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from fairness.harm_weights import HarmWeights

NOT_RECORDED = "not recorded"
"""The group of everyone whose value is missing. Shown, counted, never judged."""

WEIGHT = "weight"
SQUARED = "squared"
"""Sum of squared weights, where one row of the frame stands for several of the data."""
PEOPLE = "people"
"""How many rows of the data a row of the frame stands for, where weights are of a survey."""
CLUSTER = "cluster"
TRUTH, PICKED = "truth", "picked"


def key_column(name: str) -> str:
    """Where ``Units.frame`` keeps the group (or stratum) column ``name``."""
    return f"group:{name}"


@dataclass(frozen=True)
class Measure:
    """One question asked of every group.

    ``kind`` is ``share`` (events out of those the condition holds for), ``quantile``
    (of a duration or a count, lower is better) or ``incidence`` (resolved by ``horizon``, which
    is in ``unit``, with giving up as a competing end). ``worse`` is the direction of harm, or
    None where neither direction is a harm. ``judged`` is false for what is reported
    without a verdict. ``of`` tells apart several rates of one name, such as the share
    sent to each channel. ``missing`` says why it cannot be estimated at all.
    """

    name: str
    title: str
    definition: str
    advice: str = ""
    kind: Literal["share", "quantile", "incidence"] = "share"
    of: str | None = None
    quantile: float = 0.5
    unit: str = ""
    horizon: float = 0.0
    worse: Literal["higher", "lower"] | None = "higher"
    judged: bool = True
    missing: str = ""

    @property
    def key(self) -> str:
        """Its name within one audit."""
        return self.name if self.of is None else f"{self.name}:{self.of}"

    @property
    def is_rate(self) -> bool:
        """Whether its values are between 0 and 1."""
        return self.kind != "quantile"

    @property
    def ends(self) -> str:
        """Where ``Units.frame`` keeps how it ended (incidences only): see ``incidence``."""
        return f"ended:{self.key}"

    @property
    def truth(self) -> str:
        """Where ``Units.frame`` keeps whether it should have happened (error rates only)."""
        return TRUTH if self.of is None else f"{TRUTH}:{self.of}"

    @property
    def picked(self) -> str:
        """Where ``Units.frame`` keeps whether it happened (error rates only)."""
        return PICKED if self.of is None else f"{PICKED}:{self.of}"

    @property
    def column(self) -> str:
        """Where ``Units.frame`` keeps it: 1.0 event, 0.0 none, NaN condition does not hold."""
        return f"measure:{self.key}"


@dataclass(frozen=True)
class Source:
    """Where the data came from. ``sha256`` is of the file, or of the rows read from a database."""

    kind: Literal["table", "decisions", "database"]
    name: str
    rows: int
    sha256: str
    window: tuple[str | None, str | None] = (None, None)
    model_versions: tuple[str, ...] = ()
    policy_versions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """A sorted sample as distinct ``values`` and how often each occurs: small at any size.

    Indexing gives order statistics: ``sample[0]`` is the smallest.
    """

    values: np.ndarray
    counts: np.ndarray

    @staticmethod
    def of(values: Iterable[float], counts: Iterable[float] | None = None) -> Sample:
        """From values in any order; ``counts`` says how often each is there (default once)."""
        held = np.asarray(list(values), float)
        times = np.ones(len(held)) if counts is None else np.asarray(list(counts), float)
        distinct, where = np.unique(held, return_inverse=True)
        return Sample(distinct, np.bincount(where, times, len(distinct)).round().astype(int))

    @staticmethod
    def pooled(samples: Iterable[Sample]) -> Sample:
        """All of them together."""
        held = list(samples)
        values = np.concatenate([s.values for s in held]) if held else np.array([])
        counts = np.concatenate([s.counts for s in held]) if held else np.array([])
        return Sample.of(values, counts)

    def __len__(self) -> int:
        return int(self.counts.sum())

    def __getitem__(self, place: int) -> float:
        return float(self.values[np.searchsorted(np.cumsum(self.counts), place, "right")])

    def above(self, limit: float) -> int:
        """How many are greater than ``limit``; where it is infinite, how many are infinite."""
        over = self.values > limit if np.isfinite(limit) else np.isinf(self.values)
        return int(self.counts[over].sum())


NO_SAMPLE = Sample(np.array([]), np.array([], int))


@dataclass(frozen=True)
class Units:
    """What is audited. One row of ``frame`` is one unit of inference, or ``weight`` of them.

    Columns of ``frame``: ``group:<name>`` (text, missing written as NOT_RECORDED) for each
    of ``groups`` and ``within``; ``weight``; ``measure:<key>`` for each measure; and, where
    a truth is known, ``truth`` and ``picked`` (1.0, 0.0 or NaN), or ``truth:<of>`` and
    ``picked:<of>`` where there are several classes. Where rows of one person or household
    are alike, ``cluster`` says which belong together.
    ``weights``: ``none``, ``counts`` (a row stands for that many units) or ``survey``, where
    ``people`` counts the rows of the data.
    """

    frame: pd.DataFrame
    groups: tuple[str, ...]
    within: tuple[str, ...]
    measures: tuple[Measure, ...]
    source: Source
    unit: str = "row"
    weights: Literal["none", "counts", "survey"] = "none"
    missing: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """How the audit judges. ``threshold`` None switches disclosure control off."""

    confidence: float = 0.95
    alpha: float = 0.05
    power: float = 0.8
    minimum: int = 10
    threshold: int | None = 10
    depth: int = 3
    resamples: int = 2000
    rounding: int = 5
    references: Mapping[str, str] = field(default_factory=dict)
    harm: HarmWeights | None = None


@dataclass(frozen=True)
class Cell:
    """One measure for one group, inside one stratum (``within``; empty for all).

    ``n`` counts those the condition holds for, ``k`` the events among them (None for
    quantiles). ``people`` is how many were asked, where survey weights make ``n`` another number;
    it is not published. ``n_effective`` is less than ``n`` only under survey weights and where rows
    come in clusters. ``resampled`` is the bootstrap's interval. ``sample`` holds a quantile's
    values and is never published, no more than ``patterns``: events and size of each cluster,
    and how many clusters are like that.
    """

    measure: Measure
    by: tuple[str, ...]
    group: Mapping[str, str]
    within: Mapping[str, str]
    n: float | None
    k: float | None
    value: float | None
    low: float | None
    high: float | None
    status: Literal["estimated", "not_estimable", "suppressed"]
    reason: str = ""
    n_effective: float = 0.0
    resampled: tuple[float, float] | None = None
    sample: Sample = field(default=NO_SAMPLE, repr=False)
    patterns: np.ndarray | None = field(default=None, repr=False, compare=False)
    people: float | None = None

    @property
    def recorded(self) -> bool:
        """Whether every value that makes up the group was recorded."""
        return not any(value.startswith(NOT_RECORDED) for value in self.group.values())

    @property
    def size(self) -> float:
        """How many people the figure rests on: a weight makes nobody harder to recognise."""
        return (self.n if self.people is None else self.people) or 0
