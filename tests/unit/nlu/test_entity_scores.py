"""The scores of entities: exact spans, values apart."""

import pytest

from nlu.entity_scores import entity_shares


def line(text, *entities, lang="en"):
    named = [dict(zip(("entity", "text", "value"), one, strict=True)) for one in entities]
    return {"text": text, "lang": lang, "variety": "plain", "entities": named}


def figure(shares, what, lang="*", group="all"):
    (one,) = [s for s in shares if (s.what, s.lang, s.group) == (what, lang, group)]
    return one.share


def test_what_is_found_missed_and_made_up_counts():
    shares = entity_shares(
        [
            line("sy1 2as please", ("postcode", "sy1 2as", "SY1 2AS")),
            line("the red gate by mine", ("address", "the red gate", "the red gate")),
            line("ring 07700 900123"),
        ]
    )
    assert figure(shares, "entity found") == pytest.approx(1 / 2)
    assert figure(shares, "entity right") == pytest.approx(1 / 2)
    assert figure(shares, "entity F1") == pytest.approx(2 / 4)
    assert figure(shares, "entity found", group="postcode") == 1


def test_a_value_read_wrong_is_no_hit_of_its_value():
    shares = entity_shares([line("sy1 2as", ("postcode", "sy1 2as", "SY1 2AT"))])
    assert figure(shares, "entity found") == 1 and figure(shares, "entity's value") == 0
