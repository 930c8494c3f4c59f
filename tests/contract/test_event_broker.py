"""One suite for where events go, run on memory and on RabbitMQ alike; and the way there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pika
import pytest

from bot.errors import DeliveryUnavailable
from channels.platform.broker import Broker, MemoryBroker, RabbitBroker
from channels.platform.carrier import Carrier
from channels.platform.events import EVENT
from channels.platform.publishing import PublishingStore
from tests.servers import AMQP
from tests.turn_kit import Citizen, ScriptedAssistant, turn_parts


@dataclass(frozen=True)
class Place:
    """A broker and how to look at what it has."""

    broker: Broker
    held: Callable[[], dict[str, Any]]


@pytest.fixture(params=["memory", "rabbitmq"])
def place(request) -> Iterator[Place]:
    if request.param == "memory":
        broker = MemoryBroker()
        yield Place(broker, lambda: dict(broker.held))
        return
    name = f"fairway.test.{uuid.uuid4().hex[:8]}"
    rabbit = RabbitBroker(AMQP, exchange=name, queue=name)
    yield Place(rabbit, lambda: read_queue(name))
    rabbit.close()
    with pika.BlockingConnection(pika.URLParameters(AMQP)) as connection:
        channel = connection.channel()
        channel.queue_delete(name)
        channel.exchange_delete(name)


def read_queue(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with pika.BlockingConnection(pika.URLParameters(AMQP)) as connection:
        channel = connection.channel()
        while True:
            method, properties, body = channel.basic_get(name, auto_ack=True)
            if method is None:
                return found
            assert method.routing_key == properties.type
            assert properties.delivery_mode == 2
            found[properties.message_id] = json.loads(body)


def event(number: int) -> dict[str, Any]:
    return {"schema": "fairway.outcome.v1", "n": number, "words": "ŵ"}


def test_what_is_published_is_there_with_its_id(place):
    place.broker.publish([("a", event(1)), ("b", event(2))])
    place.broker.publish([("c", event(3))])
    assert place.held() == {"a": event(1), "b": event(2), "c": event(3)}


def test_after_closing_it_opens_again(place):
    place.broker.publish([("a", event(1))])
    place.broker.close()
    place.broker.publish([("b", event(2))])
    assert set(place.held()) == {"a", "b"}


def test_f3_a_broker_that_is_away_says_so_and_may_come_back():
    rabbit = RabbitBroker("amqp://guest:guest@127.0.0.1:1")
    with pytest.raises(DeliveryUnavailable):
        rabbit.publish([("a", event(1))])


def test_f3_events_wait_for_the_broker_and_citizens_notice_nothing(place):
    parts = turn_parts(ScriptedAssistant())
    parts = turn_parts(
        ScriptedAssistant(), PublishingStore(parts.store, parts.clock, "key"), clock=parts.clock
    )
    away = MemoryBroker()
    away.down = True
    citizen = Citizen(parts)
    assert citizen.says("hello")
    assert Carrier(parts, away).run_once() == 0
    with parts.store.begin() as work:
        assert work.outbox.waiting(EVENT) == 1
    for _ in range(20):
        parts.clock.now()
    assert Carrier(parts, place.broker).run_once() == 1
    (told,) = place.held().values()
    assert told["schema"] == "fairway.turn.v1"
    assert Carrier(parts, place.broker).run_once() == 0
