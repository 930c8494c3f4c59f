"""Hypothesis strategies for our own types, in one place."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.need import (
    Adjustment,
    Availability,
    Barrier,
    Channel,
    Circumstances,
    Need,
    NeedKind,
    Urgency,
)
from bot.routing import Doors, RoutingPolicy, Rule

channels = st.sampled_from(Channel)
barriers = st.sampled_from(Barrier)
adjustments = st.sampled_from(Adjustment)

needs = st.builds(
    Need,
    service=st.none() | st.sampled_from(["pothole", "homelessness"]),
    lgsl=st.none() | st.integers(1, 2000),
    kind=st.sampled_from(NeedKind),
    urgency=st.sampled_from(Urgency),
)
circumstances = st.builds(
    Circumstances,
    asked_channel=st.none() | channels,
    barriers=st.frozensets(barriers),
    adjustments=st.frozensets(adjustments),
    language=st.sampled_from(["en", "cy", "pl", "ur"]),
    failed_turns=st.integers(0, 5),
)
availabilities = st.builds(
    Availability,
    contact_centre_open=st.booleans(),
    agents_present=st.integers(0, 50),
    queue_wait_minutes=st.none() | st.integers(0, 500),
    places_near=st.booleans(),
    appointments_free=st.booleans(),
    next_open=st.none() | st.just("Monday 09:00"),
)
doors = st.builds(
    Doors,
    digital=st.none() | st.sampled_from(["do_it_here", "link", "answer"]),
    assisted=st.sampled_from(["talk_to_person", "call_back"]),
    face_to_face=st.sampled_from(["library_hub", "appointment", "home_visit"]),
)
rules = st.builds(
    Rule,
    at_least=st.sampled_from([Channel.ASSISTED, Channel.FACE_TO_FACE]),
    barriers=st.frozensets(barriers),
    adjustments=st.frozensets(adjustments),
    kinds=st.frozensets(st.sampled_from(NeedKind)),
    urgencies=st.frozensets(st.sampled_from(Urgency)),
    failed_turns=st.none() | st.integers(1, 4),
)
policies = st.builds(
    RoutingPolicy,
    version=st.just("generated"),
    rules=st.lists(rules, max_size=6).map(tuple),
    long_wait_minutes=st.integers(1, 60),
)
