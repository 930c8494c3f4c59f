"""The area of a postcode is noted for the audit, and answers that were no use are reported."""

from __future__ import annotations

import asyncio

import pytest

from actions.area_heard import NotingPostcodes, listening
from actions.gateways.base import PostcodeUnknown
from actions.gateways.postcodes import Place
from tests.unit.actions.driver import Talk


class KnownPostcodes:
    """An in-memory ``Postcodes``."""

    areas = {"SY1 2AS": "E01028866", "SY1 1AA": None}

    async def find(self, postcode: str) -> Place:
        if postcode not in self.areas:
            raise PostcodeUnknown(postcode)
        return Place(postcode, 52.7, -2.7, "Shropshire", None, self.areas[postcode])


def find_all(*postcodes: str) -> list[str]:
    async def look() -> list[str]:
        noting = NotingPostcodes(KnownPostcodes())
        with listening() as areas:
            for postcode in postcodes:
                await asyncio.create_task(noting.find(postcode))  # as a task within a task
        await noting.find("SY1 2AS")  # nobody listens any more
        return areas

    return asyncio.run(look())


def test_areas_are_noted_in_order_and_only_while_somebody_listens():
    assert find_all("SY1 2AS", "SY1 1AA") == ["E01028866"]


def test_an_unknown_postcode_is_an_error_as_before():
    with pytest.raises(PostcodeUnknown):
        find_all("ZZ1 1ZZ")


def test_two_turns_at_once_do_not_hear_each_other():
    async def turn(postcode: str) -> list[str]:
        with listening() as areas:
            await asyncio.sleep(0)
            await NotingPostcodes(KnownPostcodes()).find(postcode)
        return areas

    async def both() -> list[list[str]]:
        return list(await asyncio.gather(turn("SY1 2AS"), turn("SY1 1AA")))

    assert asyncio.run(both()) == [["E01028866"], []]


def test_an_answer_that_cannot_be_used_is_reported(talk: Talk):
    asked = talk.say("when is my bin day", "service_bin_collection")
    assert not asked.of("answer_not_taken")
    again = talk.say("umm the usual place")
    assert again.of("answer_not_taken")
    assert not talk.say("SY1 2AS").of("answer_not_taken")
