"""Events for the council's data platform: what was done and decided, without who or what words.

Written in the transaction of what they tell of, carried to RabbitMQ afterwards, at least once.
``docs/data-platform.md`` describes them, ``events.schema.json`` is their schema.
"""

from channels.platform.carrier import Carrier, start_carrier
from channels.platform.publishing import PublishingStore, publishing

__all__ = ["Carrier", "PublishingStore", "publishing", "start_carrier"]
