"""The eight safeguards, as properties of routing under any need, circumstance and policy."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import routing
from bot.need import Channel, Circumstances, Need
from bot.routing import DISTANCE, decide_route
from tests import strategies as our

situation = (our.needs, our.circumstances, our.availabilities, our.doors, our.policies)
many = settings(max_examples=150)


@many
@given(*situation)
def test_safeguard_1_the_asked_for_channel_is_granted(need, told, open_now, doors, policy):
    decision = decide_route(need, told, open_now, doors, policy)
    shut = told.asked_channel is Channel.DIGITAL and doors.digital is None
    if told.asked_channel and not shut:
        assert decision.channel is told.asked_channel
        assert f"citizen_asked_{told.asked_channel.value}" in decision.reasons


@many
@given(*situation, our.barriers)
def test_safeguard_2_ratchet_a_barrier_never_makes_it_more_digital(
    need, told, open_now, doors, policy, barrier
):
    before = decide_route(need, told, open_now, doors, policy)
    after = decide_route(need, told.with_barrier(barrier), open_now, doors, policy)
    assert DISTANCE[after.channel] >= DISTANCE[before.channel]


@many
@given(*situation, our.adjustments)
def test_safeguard_2_ratchet_an_adjustment_never_makes_it_more_digital(
    need, told, open_now, doors, policy, adjustment
):
    before = decide_route(need, told, open_now, doors, policy)
    after = decide_route(need, told.with_adjustment(adjustment), open_now, doors, policy)
    assert DISTANCE[after.channel] >= DISTANCE[before.channel]


@many
@given(*situation, st.integers(1, 3))
def test_safeguard_2_ratchet_a_failed_turn_never_makes_it_more_digital(
    need, told, open_now, doors, policy, more
):
    worse = replace(told, failed_turns=told.failed_turns + more)
    before = decide_route(need, told, open_now, doors, policy)
    after = decide_route(need, worse, open_now, doors, policy)
    assert DISTANCE[after.channel] >= DISTANCE[before.channel]


@many
@given(*situation)
def test_safeguard_3_safety_outranks_everything(need, told, open_now, doors, policy):
    decision = decide_route(need, told, open_now, doors, policy, danger=True)
    assert (decision.channel, decision.way) == (Channel.ASSISTED, "urgent_person")
    assert decision.reasons[0] == "safety_danger"


@many
@given(*situation, st.booleans())
def test_safeguard_4_no_answer_is_digital_only(need, told, open_now, doors, policy, danger):
    decision = decide_route(need, told, open_now, doors, policy, danger=danger)
    offered = {decision.channel, *(a.channel for a in decision.alternatives)}
    assert {Channel.ASSISTED, Channel.FACE_TO_FACE} <= offered
    assert decision.way and all(a.way for a in decision.alternatives)


@many
@given(*situation, st.sampled_from(["en", "cy", "pl", "ur", "so"]))
def test_safeguard_5_language_changes_nothing(need, told, open_now, doors, policy, language):
    other = replace(told, language=language)
    assert decide_route(need, told, open_now, doors, policy) == decide_route(
        need, other, open_now, doors, policy
    )


def test_safeguard_5_routing_cannot_be_given_a_protected_characteristic():
    allowed = {"need", "circumstances", "availability", "doors", "policy", "danger"}
    assert set(inspect.signature(decide_route).parameters) == allowed
    words = {*get_type_hints(Need), *get_type_hints(Circumstances)}
    protected = "age sex gender race ethnic religion belief disab orient marri pregnan name"
    parts = {part for word in words for part in word.split("_")}
    assert not [part for part in parts if any(part.startswith(p) for p in protected.split())]
    assert "equality" not in inspect.getsource(routing)


@many
@given(*situation)
def test_every_reason_is_in_a_known_family(need, told, open_now, doors, policy):
    decision = decide_route(need, told, open_now, doors, policy)
    families = ("safety_", "citizen_asked_", "barrier_", "need_", "unsure_", "availability_")
    assert decision.reasons and all(r.startswith(families) for r in decision.reasons)
    assert decision.policy_version == policy.version


@given(our.circumstances, our.availabilities)
def test_circumstances_and_availability_survive_json(told, open_now):
    assert Circumstances.from_json(told.as_json()) == told
    assert type(open_now).from_json(open_now.as_json()) == open_now
