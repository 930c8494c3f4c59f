"""Whatever is sent, nothing answers 5xx and every refusal has the published shape.

Requests are made up from our own OpenAPI by schemathesis; for the routes that are not in it
(forms, webhooks), by Hypothesis.
"""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.pages.csrf import Csrf
from channels.sms import make_sms_router
from tests.forms_kit import PAGE
from tests.unit.channels.auth.test_route_matrix import PUBLIC_ROUTES
from tests.unit.channels.web.test_api import Caller
from tests.web_kit import make_parts, public_app, serve

EXAMPLES = 40
MANY = 4000
quickly = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
thoroughly = settings(quickly, max_examples=MANY)
OPERATIONS = [
    ("/api/conversations", "POST"),
    ("/api/conversations/{conversation_id}/messages", "POST"),
    ("/api/conversations/{conversation_id}/messages", "GET"),
]
OTHERS = sorted(
    (method, path)
    for method, path in PUBLIC_ROUTES
    if not path.startswith("/api/") and not path.endswith("/events")
)
# A file sent to a form that has none is let go of with its request, not closed by anybody.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    limits = {
        "FAIRWAY_RATE_PER_CONVERSATION": "1000000",
        "FAIRWAY_RATE_PER_ADDRESS": "1000000",
        "FAIRWAY_TWILIO_AUTH_TOKEN": "t" * 32,
    }
    made = make_parts(tmp_path_factory.mktemp("fuzz"), **limits)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def url(parts):
    with serve(public_app(parts, make_sms_router)) as served:
        yield served.url


@pytest.fixture(scope="module")
def site(url):
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def schema(url):
    return schemathesis.openapi.from_url(f"{url}/api/openapi.json")


def test_the_operations_are_all_there_are(schema):
    found = {(path, method.upper()) for path in schema for method in schema[path]}
    streams = {("/api/conversations/{conversation_id}/events", "GET")}  # test_api.py follows them
    assert found - streams == set(OPERATIONS)


def ask_everything(schema, site, operation, how: settings) -> None:
    path, method = operation
    caller = Caller(site)

    @how
    @given(case=schema[path][method].as_strategy(), known=st.booleans())
    def ask(case, known):
        if known and "conversation_id" in (case.path_parameters or {}):
            case.path_parameters["conversation_id"] = caller.started["id"]
            case.headers = {**(case.headers or {}), **caller.headers}
        answer = case.call(timeout=10)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert {"error", "message", "what_next"} <= set(answer.json())

    ask()


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_made_from_the_openapi_nothing_answers_5xx(schema, site, operation):
    ask_everything(schema, site, operation, quickly)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_made_from_the_openapi_at_length(schema, site, operation):
    ask_everything(schema, site, operation, thoroughly)


text = st.text(max_size=60)
fields = st.dictionaries(
    st.sampled_from(
        ["text", "choice", "client_id", "got", "comment", "code", "to", "csrf", "lang", "id",
         "status", "source_number", "message", "MessageSid", "From", "Body", "after", "photo"]
    ) | text,
    text,
    max_size=6,
)  # fmt: skip
bodies = st.one_of(
    st.binary(max_size=200).map(lambda raw: {"content": raw}),
    fields.map(lambda data: {"data": data}),
    st.recursive(
        st.none() | st.booleans() | st.integers() | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: {"json": value}),
    st.tuples(text, st.binary(max_size=100)).map(
        lambda file: {"files": {"photo": ("x", file[1], "image/jpeg")}, "data": {"csrf": file[0]}}
    ),
)


def ask_a_route(parts, site, route, how: settings) -> None:
    method, path = route
    caller = Caller(site)
    cookie = f"{caller.started['id']}.{caller.started['token']}"
    csrf = f"n.{Csrf.of(parts.settings)._sign('n', cookie)}"
    bearer = f"Bearer {parts.settings.secrets.notify_bearer}"

    @how
    @given(body=bodies, query=fields, opened=st.booleans(), part=text)
    def ask(body, query, opened, part):
        headers = {**PAGE}
        if opened:
            headers |= {"Cookie": f"fairway_chat={cookie}", "X-CSRF-Token": csrf}
            headers |= {"Authorization": bearer}
        where = path.replace("{photo_id}", "x").replace("{path:path}", "fairway.css")
        try:
            request = site.build_request(
                method, where, params=query, headers=headers, **(body if method == "POST" else {})
            )
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError):
            return
        answer = site.send(request)
        assert answer.status_code < 500, (where, answer.text[:300])

    ask()


@pytest.mark.parametrize("route", OTHERS, ids=" ".join)
def test_no_form_and_no_webhook_answers_5xx(parts, site, route):
    ask_a_route(parts, site, route, quickly)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("route", OTHERS, ids=" ".join)
def test_no_form_and_no_webhook_answers_5xx_at_length(parts, site, route):
    ask_a_route(parts, site, route, thoroughly)
