"""Whatever a council sends, a reader gives an answer or a GatewayError. Nothing else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.gateways.appointments import read_appointment, read_slots, to_ics
from actions.gateways.base import GatewayError
from actions.gateways.bins import read_bin_days
from actions.gateways.geo import kilometres_between
from actions.gateways.open311_wire import (
    read_definition,
    read_receipt,
    read_requests,
    read_services,
    read_updates,
)
from actions.gateways.places import read_places
from actions.gateways.postcodes import read_place, tidy_postcode
from actions.gateways.wire import decode

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
READERS: dict[str, Callable[[object], object]] = {
    "services": read_services,
    "definition": lambda answer: read_definition(answer, "1"),
    "receipt": read_receipt,
    "requests": read_requests,
    "updates": read_updates,
    "place": read_place,
    "bins": lambda answer: read_bin_days(answer, "http://bins.test", NOW),
    "places": lambda answer: read_places(answer, 52.7, -2.7),
    "slots": read_slots,
    "appointment": lambda answer: to_ics(read_appointment(answer)),
}
# Words the readers look for, so that what is drawn gets past the first check.
KEYS = st.sampled_from(
    [
        *("services", "service_code", "service_name", "metadata", "groups", "group", "keywords"),
        *("attributes", "code", "datatype", "description", "required", "variable", "automated"),
        *("order", "values", "key", "name", "service_request_id", "token", "status", "lat"),
        *("long", "requested_datetime", "update_id", "result", "postcode", "latitude"),
        *("longitude", "codes", "lsoa", "admin_ward", "bins", "type", "collectionDate"),
        *("source", "fetched_at", "places", "opening", "monday", "step_free", "slots", "id"),
        *("place", "starts_at", "ends_at", "interpreters", "reference", "address"),
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(alphabet=st.characters(), max_size=8)
    | st.sampled_from(["true", "24/11/2026", "2026-11-24T10:00:00Z", "9999-12-31T23:59:59-23:59"])
    | st.sampled_from(["0001-01-01T00:00:00+00:00", "SY1 2AS", "singlevaluelist", "x" * 9999])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@pytest.mark.parametrize("reader", READERS)
@given(answer=JSON)
@settings(max_examples=150, deadline=None)
def test_any_value(reader: str, answer: object) -> None:
    with contextlib.suppress(GatewayError):
        READERS[reader](answer)


WELL_FORMED: dict[str, object] = {
    "services": [{"service_code": "1", "metadata": "true", "groups": ["a"]}],
    "definition": {
        "service_code": "1",
        "attributes": [{"code": "q", "datatype": "singlevaluelist", "values": [{"key": "a"}]}],
    },
    "receipt": [{"service_request_id": 1}],
    "requests": [{"service_request_id": 1, "lat": 1, "long": 2, "requested_datetime": "x"}],
    "updates": [{"service_request_id": 1, "status": "open", "updated_datetime": "x"}],
    "place": {"result": {"postcode": "SY1 2AS", "latitude": 1, "longitude": 2, "codes": {}}},
    "bins": {"bins": [{"type": "a", "collectionDate": "24/11/2026"}]},
    "places": {"places": [{"name": "a", "latitude": 1, "longitude": 2, "opening": {}}]},
    "slots": {
        "slots": [
            {
                "id": "s",
                "place": {"id": "p", "name": "a"},
                "starts_at": "2026-11-24T10:00:00Z",
                "ends_at": "2026-11-24T10:30:00Z",
                "interpreters": ["bsl"],
            }
        ]
    },
    "appointment": {
        "reference": "A",
        "place": {"name": "a"},
        "starts_at": "2026-11-24T10:00:00Z",
        "ends_at": "2026-11-24T10:30:00Z",
    },
}


def spots(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    if not isinstance(value, dict | list):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(spot for key, item in inner for spot in spots(item, (*path, key)))]


def put(value: object, path: tuple[object, ...], new: object) -> object:
    if not path:
        return new
    if isinstance(value, dict):
        return {k: put(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    assert isinstance(value, list)
    return [put(v, path[1:], new) if k == path[0] else v for k, v in enumerate(value)]


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_good_answer_with_one_spot_gone_wrong(reader: str, data: st.DataObject) -> None:
    good = WELL_FORMED[reader]
    READERS[reader](good)
    spot = data.draw(st.sampled_from(spots(good)))
    with contextlib.suppress(GatewayError):
        READERS[reader](put(good, spot, data.draw(JSON)))


@given(body=st.binary() | st.text().map(str.encode) | JSON.map(lambda j: repr(j).encode()))
@settings(max_examples=200, deadline=None)
def test_any_bytes(body: bytes) -> None:
    for kind in ("application/json", "text/xml", "", "text/html; charset=nonsense"):
        with contextlib.suppress(GatewayError):
            decode(body, kind)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"1" * 5_000, b'"\\ud800"', b"\xff\xfe", b"\xef\xbb\xbf[]", b"1e999"]
)
def test_bytes_that_break_parsers(body: bytes) -> None:
    with contextlib.suppress(GatewayError):
        read_services([{"service_code": decode(body)}])


@given(value=JSON)
@settings(max_examples=50, deadline=None)
def test_json_comes_through_unchanged(value: object) -> None:
    try:
        body = json.dumps(value, allow_nan=False).encode()
        assert decode(body) == json.loads(body)
    except (ValueError, GatewayError):
        return


@given(text=st.text(max_size=20))
def test_a_tidy_postcode_stays_tidy(text: str) -> None:
    tidy = tidy_postcode(text)
    assert tidy is None or tidy_postcode(tidy) == tidy


DEGREES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(a=DEGREES, b=DEGREES)
def test_distance_is_the_same_both_ways_and_never_past_halfway_round(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    there = kilometres_between(*a, *b)
    assert there == pytest.approx(kilometres_between(*b, *a), abs=1e-6)
    assert 0 <= there <= 20_016


def test_a_known_distance() -> None:
    # Shrewsbury to Ludlow library: 38.0 km by the grid (Pythagoras on easting, northing).
    assert kilometres_between(52.7107205, -2.7508929, 52.3693258, -2.7169033) == pytest.approx(
        38.05, abs=0.1
    )
