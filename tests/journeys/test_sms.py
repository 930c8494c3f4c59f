"""By text message: the terminal phone and the webhook it stands for."""

from __future__ import annotations

import threading
import uuid

import httpx

from benchmarks.processes import wait_until

OF_NUMBER = "join conversations c on c.id = h.conversation_id where c.address = :n"


def inbound(
    product, number: str, text: str, message_id: str | None = None, token: str | None = None
):
    body = {
        "id": message_id or str(uuid.uuid4()),
        "source_number": number,
        "destination_number": "07700900999",
        "message": text,
        "date_received": "2026-11-23T09:00:00.000000Z",
    }
    bearer = product.secrets["notify_bearer"] if token is None else token
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return httpx.post(
        f"{product.url}/sms/notify/inbound", json=body, headers=headers, trust_env=False, timeout=60
    )


def sent_to(product, number: str) -> list[str]:
    rows = product.rows(
        "select text from sms_log where address = :n order by seq",
        n=product.held_as("sms_log.address", number),
    )
    return [row["text"] for row in rows]


def test_the_terminal_phone_reports_and_is_answered(product):
    done = product.run("sms", "--number", "07700900101", "--once", "when is my bin day")
    assert done.returncode == 0, done.stderr
    assert "postcode" in done.stdout.lower()


def test_a_person_can_be_asked_for_by_text(product):
    number = "447700900102"
    assert inbound(product, number, "can i talk to someone").status_code in (200, 204)
    wait_until(lambda: bool(sent_to(product, number)), 20)
    query = f"select h.* from handoffs h {OF_NUMBER}"
    (handoff,) = product.rows(query, n=product.held_as("conversations.address", number))
    assert handoff["status"] == "waiting"


def test_L4_danger_by_text(product):
    number = "447700900103"
    inbound(product, number, "i want to die")
    wait_until(lambda: "116 123" in " ".join(sent_to(product, number)), 20)


def test_f2_twenty_replays_at_once_are_one_turn(product):
    number, message_id = "447700900104", str(uuid.uuid4())
    threads = [
        threading.Thread(target=inbound, args=(product, number, "pothole on my road", message_id))
        for _ in range(20)
    ]
    [t.start() for t in threads]
    [t.join() for t in threads]
    wait_until(lambda: bool(sent_to(product, number)), 20)
    query = "select count(*) n from messages where provider_id = :id"
    assert product.rows(query, id=message_id)[0]["n"] == 1
    query = f"select h.* from turn_records h {OF_NUMBER}"
    assert len(product.rows(query, n=product.held_as("conversations.address", number))) == 1


def test_s4_a_wrong_or_missing_token_changes_nothing(product):
    number = "447700900105"
    for token in ("wrong", ""):
        assert inbound(product, number, "hello", token=token).status_code == 403
    held = product.held_as("conversations.address", number)
    assert product.rows("select * from conversations where address = :n", n=held) == []


def test_stop_is_final_until_start(product):
    number = "447700900106"
    held = product.held_as("sms_opt_outs.address", number)
    inbound(product, number, "STOP")
    wait_until(
        lambda: bool(product.rows("select * from sms_opt_outs where address = :n", n=held)),
        20,
    )
    before = len(sent_to(product, number))
    inbound(product, number, "START")
    wait_until(lambda: len(sent_to(product, number)) > before, 20)
