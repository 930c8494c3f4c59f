"""Run Rasa's prediction graph step after step, in an order found once.

Rasa 3.6 plans the graph anew for every message, and hands it to a scheduler made for graphs that
run in parallel, which these never do. The nodes, their inputs and their outputs are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any, TypeVar

import rasa.core.processor as processor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner

Component = TypeVar("Component")
Plan = tuple[tuple[str, tuple[str, ...]], ...]
"""Nodes in the order they are run, each with the nodes whose outputs it needs."""


class StraightRunner(DaskGraphRunner):
    """A ``GraphRunner`` in the place of Rasa's own."""

    def run(
        self, inputs: Mapping[str, Any] | None = None, targets: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """The outputs of ``targets``. Raises GraphRunError."""
        wanted = tuple(targets or self._graph_schema.target_names)
        results = {name: (name, value) for name, value in (inputs or {}).items()}
        try:
            for name, needs in self._plan(wanted):
                if name not in results:
                    met = (results[need] for need in needs if need in results)
                    results[name] = self._instantiated_nodes[name](*met)
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(results[name] for name in wanted)

    def component(self, kind: type[Component]) -> Component | None:
        """The component of this kind in the graph, if there is one."""
        found = (node._component for node in self._instantiated_nodes.values())
        return next((one for one in found if isinstance(one, kind)), None)

    def _plan(self, wanted: tuple[str, ...]) -> Plan:
        plans: dict[tuple[str, ...], Plan] = self.__dict__.setdefault("_plans", {})
        if wanted not in plans:
            nodes = self._graph_schema.minimal_graph_schema(list(wanted)).nodes
            needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
            plans[wanted] = _ordered(needs)
        return plans[wanted]


def _ordered(needs: Mapping[str, tuple[str, ...]]) -> Plan:
    """Every node after those it needs; what is no node comes from outside."""
    order = TopologicalSorter(needs).static_order()
    return tuple((name, needs[name]) for name in order if name in needs)


def use_straight_runner() -> None:
    """Have Rasa answer with a ``StraightRunner``. Call once, before the model is loaded."""
    processor.DaskGraphRunner = StraightRunner
