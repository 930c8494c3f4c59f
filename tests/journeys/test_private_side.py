"""What must not be reachable, and what must be refused."""

from __future__ import annotations

from pathlib import Path

import httpx


def listeners() -> set[tuple[str, int]]:
    """(hexadecimal address, port) of every TCP listener (Linux)."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[3] == "0A":
            address, port = parts[1].split(":")
            found.add((address, int(port, 16)))
    return found


def test_s1_rasa_and_the_action_server_listen_on_loopback_only(product):
    private = {product.rasa_port, int(product.internal_url.rsplit(":", 1)[1])}
    ours = {(address, port) for address, port in listeners() if port in private}
    assert {port for _, port in ours} == private
    assert {address for address, _ in ours} == {"0100007F"}


def test_s1_rasa_offers_nothing_but_our_connector(product):
    base = f"http://127.0.0.1:{product.rasa_port}"
    for path in ("/webhooks/rest/webhook", "/model/parse", "/conversations/x/tracker", "/model"):
        for method in ("GET", "POST", "PUT"):
            assert (
                httpx.request(method, base + path, json={}, timeout=60, trust_env=False).status_code
                == 404
            )


def test_s1_rasa_and_the_actions_ask_for_their_secret(product):
    rasa = f"http://127.0.0.1:{product.rasa_port}/webhooks/fairway/webhook"
    assert (
        httpx.post(
            rasa, json={"sender": "x", "message": "hi"}, timeout=60, trust_env=False
        ).status_code
        == 401
    )
    actions = f"{product.internal_url}/webhook"
    assert httpx.post(actions, json={}, timeout=60, trust_env=False).status_code == 403
    wrong = httpx.post(f"{actions}?token=wrong", json={}, timeout=60, trust_env=False)
    assert wrong.status_code == 403


def test_s1_the_private_side_is_not_on_the_public_port(product):
    for path in ("/sandbox/", "/webhook", "/sms/log/outbox"):
        assert httpx.get(product.url + path, timeout=60, trust_env=False).status_code in (404, 405)


def test_s7_every_page_has_its_guards(product):
    for path in ("/", "/accessibility", "/privacy", "/sign-in", "/healthz", "/api/docs", "/none"):
        headers = httpx.get(product.url + path, timeout=60, trust_env=False).headers
        policy = headers["content-security-policy"]
        assert "unsafe-inline" not in policy and "frame-ancestors" in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
