"""S9: who may use each route of the product. A route that is not in the table fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from bot.staff import Role
from bot.stores.staff_sql import SqlStaffStore
from channels.app import build_product
from channels.auth.accounts import new_api_token
from channels.pages.csrf import Csrf
from channels.settings import load_settings
from tests.staff_kit import PAGE, Site
from tests.web_kit import serve

BODY = {"text": "x", "note": "x", "team": "highways", "outcome": "resolved"}
EVERYBODY = frozenset(["nobody", *(role.value for role in Role)])
DESK = frozenset(["agent", "team_lead", "administrator"])
LEADS = frozenset(["team_lead", "administrator"])
LOG = frozenset(["auditor", "administrator"])
MANAGES = frozenset(["service_manager", "administrator"])
AUDIT = frozenset(["auditor", "service_manager", "administrator"])

STAFF_ROUTES = {
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): EVERYBODY,
    ("GET", "/sign-in/link/{token}"): EVERYBODY,
    ("POST", "/sign-in/link/{token}"): EVERYBODY,
    ("POST", "/sign-out"): EVERYBODY,
    ("POST", "/sign-in/code"): EVERYBODY,
    ("GET", "/sign-in/council/go"): EVERYBODY,
    ("GET", "/sign-in/council"): EVERYBODY,
    ("GET", "/account"): EVERYBODY - {"nobody"},
    ("POST", "/account/codes"): EVERYBODY - {"nobody"},
    ("GET", "/desk"): DESK,
    ("GET", "/desk/events"): DESK,
    ("GET", "/desk/cases/{case_id}"): DESK,
    ("POST", "/desk/cases/{case_id}/claim"): DESK,
    ("POST", "/desk/cases/{case_id}/answer"): DESK,
    ("GET", "/desk/cases/{case_id}/photos/{photo_id}"): DESK,
    ("POST", "/desk/cases/{case_id}/confirm"): DESK,
    ("POST", "/desk/cases/{case_id}/close"): DESK,
    ("POST", "/desk/cases/{case_id}/return"): DESK,
    ("POST", "/desk/cases/{case_id}/queue"): DESK,
    ("POST", "/desk/cases/{case_id}/again"): DESK,
    ("POST", "/desk/cases/{case_id}/pass"): DESK,
    ("POST", "/desk/cases/{case_id}/notes"): DESK,
    ("POST", "/desk/cases/{case_id}/labels"): DESK,
    ("POST", "/desk/cases/{case_id}/promise"): DESK,
    ("POST", "/desk/cases/{case_id}/called"): DESK,
    ("POST", "/desk/cases/{case_id}/refer"): DESK,
    ("GET", "/desk/cases/{case_id}/council"): DESK,
    ("GET", "/desk/cases/{case_id}/earlier"): DESK,
    ("POST", "/desk/cases/{case_id}/earlier"): DESK,
    ("GET", "/desk/cases/{case_id}/earlier/{conversation_id}"): DESK,
    ("POST", "/desk/cases/{case_id}/questions"): DESK,
    ("GET", "/desk/cases/{case_id}/visit"): DESK,
    ("POST", "/desk/cases/{case_id}/visit"): DESK,
    ("POST", "/desk/cases/{case_id}/typing"): DESK,
    ("POST", "/desk/cases/{case_id}/messages/{message_id}/edit"): DESK,
    ("POST", "/desk/cases/{case_id}/messages/{message_id}/withdraw"): DESK,
    ("POST", "/desk/presence"): DESK,
    ("GET", "/desk/team"): LEADS,
    ("POST", "/desk/team/{username}"): LEADS,
    ("GET", "/desk/history"): LEADS,
    ("GET", "/desk/history.csv"): LEADS,
    ("GET", "/desk/phrases"): LEADS,
    ("POST", "/desk/phrases"): LEADS,
    ("GET", "/desk/notices"): LEADS,
    ("GET", "/desk/holds"): LEADS,
    ("POST", "/desk/holds"): LEADS,
    ("POST", "/desk/holds/release"): LEADS,
    ("POST", "/desk/notices"): LEADS,
    ("GET", "/desk/log"): LOG,
    ("GET", "/manager"): MANAGES,
    ("POST", "/manager/phrases"): MANAGES,
    ("POST", "/manager/phrases/drop"): MANAGES,
    ("GET", "/manager/models"): MANAGES,
    ("POST", "/manager/models/live"): MANAGES,
    ("GET", "/manager/policy"): MANAGES,
    ("POST", "/manager/policy/file"): MANAGES,
    ("POST", "/manager/policy/try"): MANAGES,
    ("POST", "/manager/policy/live"): MANAGES,
    ("GET", "/manager/gaps"): MANAGES,
    ("GET", "/manager/open-data/{month}.csv"): MANAGES,
    ("GET", "/manager/services"): MANAGES,
    ("GET", "/manager/services/{service}"): MANAGES,
    ("POST", "/manager/services/{service}"): MANAGES,
    ("POST", "/manager/services/{service}/confirm"): MANAGES,
    ("GET", "/audit"): AUDIT,
    ("POST", "/audit"): AUDIT,
    ("GET", "/audit/making/{making_id}"): AUDIT,
    ("GET", "/audit/reports/{report_id}"): AUDIT,
    ("POST", "/audit/reports/{report_id}/notes"): AUDIT,
    ("GET", "/audit/reports/{report_id}/{name:path}"): AUDIT,
    ("GET", "/audit/reports/{report_id}/behind"): AUDIT,
    ("GET", "/audit/coding"): AUDIT,
    ("POST", "/audit/coding"): AUDIT,
    ("GET", "/audit/coding/next"): AUDIT,
    ("POST", "/audit/coding/next"): AUDIT,
}
# Opened with a token that acts as one member of staff, and with nothing else.
TOKEN_ROUTES = {
    ("GET", "/api/desk/cases"): DESK,
    ("GET", "/api/desk/cases/{case_id}"): DESK,
    ("POST", "/api/desk/cases/{case_id}/claim"): DESK,
    ("POST", "/api/desk/cases/{case_id}/decline"): DESK,
    ("POST", "/api/desk/cases/{case_id}/messages"): DESK,
    ("POST", "/api/desk/cases/{case_id}/notes"): DESK,
    ("POST", "/api/desk/cases/{case_id}/transfer"): DESK,
    ("POST", "/api/desk/cases/{case_id}/close"): DESK,
    ("POST", "/api/desk/cases/{case_id}/return"): DESK,
    ("POST", "/api/desk/cases/{case_id}/looked-at"): DESK,
    ("POST", "/api/desk/cases/{case_id}/confirm"): DESK,
}
# For citizens, their tokens and suppliers: no member of staff has more of these than others.
PUBLIC_ROUTES = {
    ("GET", "/"),
    ("POST", "/chat"),
    ("POST", "/chat/end"),
    ("POST", "/chat/new"),
    ("GET", "/chat/transcript.txt"),
    ("GET", "/chat/events"),
    ("GET", "/chat/wait"),
    ("POST", "/chat/seen"),
    ("POST", "/chat/typing"),
    ("POST", "/chat/move"),
    ("POST", "/chat/feedback"),
    ("GET", "/resume"),
    ("POST", "/resume"),
    ("GET", "/widget.js"),
    ("POST", "/chat/photo"),
    ("POST", "/chat/mail"),
    ("GET", "/chat/photos/{photo_id}.jpg"),
    ("GET", "/about-you"),
    ("POST", "/about-you"),
    ("POST", "/api/conversations"),
    ("POST", "/api/conversations/{conversation_id}/messages"),
    ("GET", "/api/conversations/{conversation_id}/messages"),
    ("GET", "/api/conversations/{conversation_id}/events"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
    ("GET", "/accessibility"),
    ("GET", "/privacy"),
    ("GET", "/privacy/my-data"),
    ("GET", "/privacy/my-data.json"),
    ("POST", "/privacy/needs"),
    ("GET", "/privacy/erase"),
    ("POST", "/privacy/erase"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("POST", "/sms/notify/inbound"),
    ("POST", "/sms/notify/delivery"),
    ("POST", "/sms/twilio/inbound"),
    ("POST", "/chatwoot/webhook"),
    ("GET", "/static/{path:path}"),
}


def routes_of(routes, prefix="") -> Iterator[tuple[str, str]]:
    for route in routes:
        inside = getattr(route, "original_router", None)
        if inside is not None:
            yield from routes_of(inside.routes, prefix + route.include_context.prefix)
        else:
            yield from ((method, prefix + route.path) for method in route.methods - {"HEAD"})


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    home = tmp_path_factory.mktemp("matrix")
    made = build_product(load_settings({"FAIRWAY_HOME": str(home)}))
    yield made
    made.parts.engine.dispose()


@pytest.fixture(scope="module")
def clients(product):
    """A signed-in browser a role, and one of nobody."""
    with serve(product.public) as served:
        site = Site(product.parts, served.url)
        made = {role.value: site.client(site.hire(role.value, [role])) for role in Role}
        made["nobody"] = site.client()
        yield made
        for client in made.values():
            client.close()


def test_s9_every_route_is_in_the_table(product):
    found = set(routes_of(product.public.routes))
    known = {*STAFF_ROUTES, *TOKEN_ROUTES}
    assert found - known - PUBLIC_ROUTES == set(), "say who may use the new routes"
    assert known - found == set(), "the table has routes that are gone"


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("route", sorted(STAFF_ROUTES), ids=" ".join)
def test_s9_only_those_in_the_table_may_use_a_route(product, clients, route, role):
    answer = ask(product, clients[role], *route)
    if role in STAFF_ROUTES[route]:
        assert answer.status_code not in (401, 403)
        assert not goes_to_sign_in(answer) or route[1].startswith("/sign-")
    elif role == "nobody":
        assert goes_to_sign_in(answer)
    else:
        assert answer.status_code == 403
        assert "cannot open this page" in answer.text


PROGRAMS = ("/api/", "/sms/", "/chatwoot/")


def test_every_address_of_a_form_is_a_page_too(product, clients):
    """A page drawn in answer to a form has the form's address, and its language links too."""
    posts = {path for method, path in routes_of(product.public.routes) if method == "POST"}
    forms = sorted(filled(path) for path in posts if not path.startswith(PROGRAMS))
    assert len(forms) > 50
    for client in (clients["administrator"], clients["nobody"]):
        for path in forms:
            answer = client.get(f"{path}?lang=cy", headers=PAGE)
            assert answer.status_code != 405, path
            if answer.status_code == 303 and not goes_to_sign_in(answer):
                again = client.get(answer.headers["location"], headers=PAGE)
                assert again.status_code < 500 and again.status_code != 405, path


@pytest.fixture(scope="module")
def tokens(product, clients):
    """Role → a token that acts as somebody with it."""
    store = SqlStaffStore(product.parts.engine)
    return {role.value: new_api_token(store, role.value, "matrix") for role in Role}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("route", sorted(TOKEN_ROUTES), ids=" ".join)
def test_s9_a_token_may_do_what_its_owner_may(clients, tokens, route, role):
    method, path = route
    headers = {"Idempotency-Key": f"{role} {path}", "Accept": "application/json"}
    if role != "nobody":
        headers["Authorization"] = f"Bearer {tokens[role]}"
    answer = clients["nobody"].request(method, filled(path), headers=headers, json=BODY)
    if role == "nobody":
        assert (answer.status_code, answer.json()["error"]) == (401, "api_token_wrong")
    elif role in TOKEN_ROUTES[route]:
        assert answer.status_code not in (401, 403), answer.text
    else:
        assert (answer.status_code, answer.json()["error"]) == (403, "role_missing")


@pytest.mark.parametrize("route", sorted(TOKEN_ROUTES), ids=" ".join)
def test_s9_a_signed_in_browser_is_no_token(clients, route):
    method, path = route
    answer = clients["administrator"].request(method, filled(path), json=BODY)
    assert answer.status_code == 401


@pytest.mark.parametrize("route", sorted(STAFF_ROUTES), ids=" ".join)
def test_s9_a_made_up_cookie_is_nobody(product, clients, route):
    nobody = httpx.Client(
        base_url=clients["nobody"].base_url, headers=PAGE, trust_env=False, timeout=60,
        cookies={"fairway_staff": "x" * 43},
    )  # fmt: skip
    with nobody:
        answer = ask(product, nobody, *route)
    if STAFF_ROUTES[route] != EVERYBODY:
        assert goes_to_sign_in(answer)


@pytest.mark.parametrize(
    "route", sorted(r for r in STAFF_ROUTES if r[0] == "POST"), ids=lambda route: route[1]
)
def test_s5_no_form_is_taken_without_its_token(clients, route):
    for client in clients.values():
        answer = client.post(filled(route[1]), data={})
        assert answer.status_code == 403 or goes_to_sign_in(answer)


def ask(product, client: httpx.Client, method: str, path: str) -> httpx.Response:
    if method == "GET":
        return client.get(filled(path))
    csrf = Csrf.of(product.parts.settings)
    token = f"n.{csrf._sign('n', client.cookies.get('fairway_staff') or '')}"
    if path == "/sign-out":  # with another cookie, so that the other tests stay signed in
        return client.post(path, data={"csrf": f"n.{csrf._sign('n', 'gone')}"},
                           headers={"Cookie": "fairway_staff=gone"})  # fmt: skip
    return client.post(filled(path), data={"csrf": token})


def filled(path: str) -> str:
    for name in re.findall(r"{[\w:]+}", path):
        path = path.replace(name, "unknown")
    return path + ("?case=unknown" if path == "/desk/events" else "")


def goes_to_sign_in(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
