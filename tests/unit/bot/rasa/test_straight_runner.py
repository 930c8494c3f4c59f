"""The straight runner gives what Rasa's own gives."""

from dataclasses import dataclass

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.rasa.straight_runner import StraightRunner


@dataclass
class Sum(GraphComponent):
    """Adds a number to what it is given."""

    more: int

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(config["more"])

    def add(self, first: int, second: int = 0) -> int:
        if first < 0:
            raise RuntimeError("too small")
        return first + second + self.more


def node(more: int, **needs: str) -> SchemaNode:
    return SchemaNode(needs, Sum, "create", "add", {"more": more}, eager=True, is_target=not more)


SCHEMA = GraphSchema(
    {
        "end": node(0, first="left", second="right"),
        "right": node(100, first="left"),
        "left": node(10, first="given"),
        "not_asked_for": node(1000, first="end"),
    }
)


@pytest.fixture(params=[DaskGraphRunner, StraightRunner])
def runner(request, tmp_path):
    context = ExecutionContext(SCHEMA)
    return request.param.create(SCHEMA, LocalModelStorage(tmp_path), context)


def test_every_node_is_run_after_those_it_needs(runner):
    for given in (1, 2):
        found = runner.run(inputs={"given": given}, targets=["end", "left"])
        assert found == {"end": 2 * (given + 10) + 100, "left": given + 10}


def test_without_targets_those_of_the_schema_are_run(runner):
    assert runner.run(inputs={"given": 1}) == {"end": 122}


def test_what_is_given_takes_the_place_of_a_node(runner):
    assert runner.run(inputs={"left": 5}, targets=["end"]) == {"end": 110}


def test_an_input_that_is_missing_is_named(runner):
    with pytest.raises(GraphRunError, match="given"):
        runner.run(targets=["left"])


def test_a_node_that_fails_is_an_error_of_the_run(runner):
    with pytest.raises(Exception, match="Error running"):
        runner.run(inputs={"given": -1}, targets=["left"])
