"""How well entities are found, apart from what the message wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlu.components.uk_entities import find_entities
from nlu.shares import Share, share

FOUND, RIGHT, F1, VALUE = "entity found", "entity right", "entity F1", "entity's value"
Key = tuple[str, str]
"""Entity, and the piece of text it stands in."""


@dataclass(frozen=True)
class Read:
    """One message: ``wanted`` and ``got`` map each entity to its value."""

    lang: str
    variety: str
    wanted: Mapping[Key, str]
    got: Mapping[Key, str]


def entity_shares(lines: Sequence[Mapping[str, Any]]) -> list[Share]:
    """Recall, precision, F1 (2·hits / (wanted + got), exact spans) and whether the value of what
    was found is right, by language; in English by way of writing and kind of entity too."""
    read = [_read(line) for line in lines]
    found: list[Share] = []
    for lang in sorted({one.lang for one in read}):
        mine = [one for one in read if one.lang == lang]
        found += _scores(lang, "all", mine)
        if lang == "en":
            for variety in sorted({one.variety for one in mine}):
                found += _scores(lang, variety, [one for one in mine if one.variety == variety])
    found += _scores("*", "all", read)
    for entity in sorted({key[0] for one in read for key in one.wanted}):
        found += _scores("*", entity, [_only(entity, one) for one in read])
    return [one for one in found if one.n]


def _scores(lang: str, group: str, read: Sequence[Read]) -> Iterator[Share]:
    hits = [key for one in read for key in one.wanted if key in one.got]
    yield share(FOUND, lang, group, (key in one.got for one in read for key in one.wanted))
    yield share(RIGHT, lang, group, (key in one.wanted for one in read for key in one.got))
    total = sum(len(one.wanted) + len(one.got) for one in read)
    f1 = 2 * len(hits) / total if total else None
    yield Share(F1, lang, group, 0, sum(len(one.wanted) for one in read), f1, None, None)
    both = ((one.wanted[k], one.got[k]) for one in read for k in one.wanted if k in one.got)
    yield share(VALUE, lang, group, (wanted == got for wanted, got in both))


def _read(line: Mapping[str, Any]) -> Read:
    text = str(line["text"])
    got = {
        (str(e["entity"]), text[e["start"] : e["end"]]): str(e["value"])
        for e in find_entities(text)
    }
    wanted = {(str(e["entity"]), str(e["text"])): str(e["value"]) for e in line["entities"]}
    return Read(str(line["lang"]), str(line["variety"]), wanted, got)


def _only(entity: str, one: Read) -> Read:
    def part(held: Mapping[Key, str]) -> dict[Key, str]:
        return {key: value for key, value in held.items() if key[0] == entity}

    return Read(one.lang, one.variety, part(one.wanted), part(one.got))
