"""Column types that seal what is put in and open what is read. The keys belong to the engine.

What was written before there was a key is read as it is, until ``bot.stores.reseal`` seals it.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators

from bot.stores.sealing import SEALED, Keys, every_form, seal, unseal

LENGTH = 200
"""Characters: room for a sealed number or sign-in secret."""
_KEYS = "fairway_keys"


def use_keys(engine: sa.Engine, keys: Keys | None) -> None:
    """Seal and open with ``keys`` on this engine; None: nothing is sealed and nothing opened."""
    setattr(engine.dialect, _KEYS, keys)


def keys_of(dialect: sa.Dialect) -> Keys | None:
    """The keys of an engine."""
    keys: Keys | None = getattr(dialect, _KEYS, None)
    return keys


class SealedText(sa.TypeDecorator[str]):
    """A short text. ``findable``: it can be looked up (``is_held_as``).

    ``declared``: the length SQLite's table says. SQLite does not mind longer texts, and saying
    another length would mean to copy the table with everything that hangs on it.
    """

    impl = sa.String
    cache_ok = True

    class Comparator(sa.TypeDecorator.Comparator[str]):
        """Refuses what would compare with one key only, and so miss some of what is held."""

        def operate(self, op: Any, *other: Any, **rest: Any) -> Any:
            if op in (operators.eq, operators.ne, operators.in_op):
                raise TypeError("a sealed column is looked up with is_held_as")
            return super().operate(op, *other, **rest)

    comparator_factory = Comparator

    def __init__(self, place: str, declared: int, findable: bool = False) -> None:
        super().__init__(LENGTH)
        self.place, self.declared, self.findable = place, declared, findable

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """The length that the table has."""
        return sa.String(self.declared if dialect.name == "sqlite" else LENGTH)

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Sealed, where there is a key."""
        keys = keys_of(dialect)
        if not value or keys is None or keys.newest is None:
            return value
        return seal(keys.newest, self.place, value.encode(), findable=self.findable)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Opened. Raises KeyMissing, SealBroken."""
        return self.opened(value, keys_of(dialect))

    def opened(self, value: str | None, keys: Keys | None) -> str | None:
        """A value as it is held, opened. Raises KeyMissing, SealBroken."""
        if not value or not value.startswith(SEALED):
            return value
        return unseal(keys, self.place, value, findable=self.findable).decode()


class SealedJson(sa.TypeDecorator[Any]):
    """An object. An empty one stays as it is: it tells nothing."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """Sealed as a JSON string, where there is a key."""
        keys = keys_of(dialect)
        if not value or keys is None or keys.newest is None:
            return value
        return seal(keys.newest, self.place, json.dumps(value, ensure_ascii=False).encode())

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """Opened. Raises KeyMissing, SealBroken."""
        return self.opened(value, keys_of(dialect))

    def opened(self, value: Any, keys: Keys | None) -> Any:
        """A value as it is held, opened. Raises KeyMissing, SealBroken."""
        if not isinstance(value, str) or not value.startswith(SEALED):
            return value
        return json.loads(unseal(keys, self.place, value))


def is_held_as(db: sa.Connection, column: sa.Column[str], told: str) -> sa.ColumnElement[bool]:
    """Whether a findable column holds ``told``, sealed with whichever key or not yet at all."""
    kind = column.type
    if not isinstance(kind, SealedText) or not kind.findable:
        raise TypeError(f"{column} is not findable")
    forms = every_form(keys_of(db.dialect), kind.place, told)
    return sa.type_coerce(column, sa.String).in_(list(forms))


def opened(engine: sa.Engine, column: sa.Column[Any], held: Any) -> Any:
    """``held``, as the table has it in ``column``, opened. Raises KeyMissing, SealBroken."""
    kind = column.type
    if not isinstance(kind, SealedText | SealedJson):
        raise TypeError(f"{column} is not sealed")
    return kind.opened(held, keys_of(engine.dialect))
