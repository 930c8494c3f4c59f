"""Where events go: RabbitMQ, or a list in memory.

Errors::

    DeliveryUnavailable   the broker is away or did not confirm: try again
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pika
from pika.adapters.blocking_connection import BlockingChannel

from bot.errors import DeliveryUnavailable

EXCHANGE, QUEUE = "fairway.events", "fairway.events"
WAIT = 5.0
"""Seconds to wait for the broker."""

Event = tuple[str, Mapping[str, Any]]
"""An event's id, the same however often it is sent, and what it says."""


class Broker(Protocol):
    """Takes events and confirms that it has them."""

    def publish(self, events: Sequence[Event]) -> None:
        """Hand over, in order. Raises DeliveryUnavailable, with some perhaps handed over."""

    def close(self) -> None:
        """Let go of the connection."""


class MemoryBroker:
    """A Broker that keeps what it gets; ``down`` makes it refuse."""

    def __init__(self) -> None:
        self.held: dict[str, Mapping[str, Any]] = {}
        self.down = False

    def publish(self, events: Sequence[Event]) -> None:
        if self.down:
            raise DeliveryUnavailable
        self.held.update(events)

    def close(self) -> None:
        """Nothing to let go of."""


class RabbitBroker:
    """A durable topic exchange with one durable queue for everything.

    The routing key is the event's schema (``fairway.turn.v1``), the message id the event's own.
    A message is on disk in RabbitMQ when it is confirmed.
    """

    def __init__(self, url: str, exchange: str = EXCHANGE, queue: str = QUEUE) -> None:
        self._url, self._exchange, self._queue = url, exchange, queue
        self._channel: BlockingChannel | None = None

    def publish(self, events: Sequence[Event]) -> None:
        """Hand over and wait for the confirmation. Raises DeliveryUnavailable."""
        try:
            channel = self._open()
            for event_id, event in events:
                self._send(channel, event_id, event)
        except (pika.exceptions.AMQPError, OSError) as error:
            self.close()
            raise DeliveryUnavailable(f"the broker: {type(error).__name__}") from error

    def close(self) -> None:
        """Close the connection; the next ``publish`` opens another."""
        channel, self._channel = self._channel, None
        try:
            if channel is not None and channel.connection.is_open:
                channel.connection.close()
        except (pika.exceptions.AMQPError, OSError):
            return  # it is gone already

    def _open(self) -> BlockingChannel:
        if self._channel is not None and self._channel.is_open:
            return self._channel
        parameters = pika.URLParameters(self._url)
        parameters.socket_timeout = parameters.stack_timeout = WAIT
        parameters.blocked_connection_timeout = WAIT
        parameters.heartbeat = 0  # nobody serves it between two rounds; TCP tells of a dead peer
        channel = pika.BlockingConnection(parameters).channel()
        channel.exchange_declare(self._exchange, "topic", durable=True)
        channel.queue_declare(self._queue, durable=True)
        channel.queue_bind(self._queue, self._exchange, "#")
        channel.confirm_delivery()
        self._channel = channel
        return channel

    def _send(self, channel: BlockingChannel, event_id: str, event: Mapping[str, Any]) -> None:
        properties = pika.BasicProperties(
            message_id=event_id,
            type=str(event["schema"]),
            content_type="application/json",
            delivery_mode=pika.DeliveryMode.Persistent,
        )
        body = json.dumps(event, ensure_ascii=False).encode()
        channel.basic_publish(
            self._exchange, str(event["schema"]), body, properties, mandatory=True
        )
