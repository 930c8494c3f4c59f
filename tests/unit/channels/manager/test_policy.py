"""The routing policy: tried on last month, let in through the gate, gone back from."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation
from bot.message import Medium
from bot.policy_try import Replay
from bot.turn_record import TurnRecord
from channels.gates import admitted_policy
from channels.manager.policy_trial import trial_of
from channels.settings import ROOT
from fairness.publishable import publishable
from tests.staff_kit import csrf

SHIPPED = (ROOT / "bot" / "routing_policy.yml").read_text("utf-8")
HARMLESS = SHIPPED.replace("2026-11-23.1", "trial-1").replace(
    "barriers: [no_internet", "adjustments: [step_free]\n    barriers: [no_internet"
)
HARMFUL = SHIPPED.replace("2026-11-23.1", "trial-2").replace(
    "[no_internet, no_device, no_data, cannot_read_well, not_confident, cannot_use_phone]",
    "[cannot_use_phone]",
)
PAGE = "/manager/policy"


@pytest.fixture
def live(parts):
    """The shipped policy, let in at the first start."""
    return admitted_policy(parts.settings).policy


@pytest.fixture
def send(post):
    return lambda path, **fields: post(path, PAGE, **fields)


def test_the_live_one_is_in_the_box(manager, live):
    page = manager.get(PAGE).text
    assert "Live: <b>2026-11-23.1</b>" in page and "at_least: face_to_face" in page


def test_what_is_wrong_is_said_with_its_line(send, live):
    broken = send(f"{PAGE}/try", text=SHIPPED.replace("at_least: assisted", "at_least: phone", 1))
    assert broken.status_code == 422
    assert "Line " in broken.text and "phone" in broken.text and ".tried" not in broken.text
    unsafe = SHIPPED.replace("2026-11-23.1", "unsafe").replace("failed_turns: 2", "failed_turns: 9")
    answer = send(f"{PAGE}/try", text=unsafe)
    assert answer.status_code == 422 and "breaks a safeguard" in answer.text
    assert "not understood 2 times" in answer.text  # with a citizen for whom it would
    assert "Let it in" not in answer.text


def test_last_month_again_and_then_let_in_and_back(site, manager, send, live, log):
    with site.store.begin() as work:
        now = site.parts.turn.clock.now()
        for n in range(63):
            held = Conversation(f"c{n}", Medium.WEB, now, now, "en")
            work.conversations.add(held)
            work.records.add_turn(
                TurnRecord(f"t{n}", held.id, 1, now, "web", "en", "answered_assistant",
                           service="library", adjustments=("step_free",) * (n > 20),
                           route_channel="digital")
            )  # fmt: skip
        work.commit()
    tried = send(f"{PAGE}/try", text=HARMLESS.replace("\n", "\r\n"))
    assert tried.status_code == 200
    assert "<b>40 of 65</b>" in tried.text and "nothing against it" in tried.text
    assert "<ins>+    adjustments: [step_free]</ins>" in tried.text
    assert admitted_policy(site.parts.settings).policy == live, "a trial changes nothing"
    assert send(f"{PAGE}/live", text=HARMLESS).status_code == 303
    assert admitted_policy(site.parts.settings).policy.version == "trial-1"  # as the next start
    assert log()[-1] == ("policy_made_live", "trial-1")
    page = manager.get(PAGE).text
    assert "Live: <b>trial-1</b>" in page and "Try to go back to it" in page
    refused = send(f"{PAGE}/live", text=SHIPPED)
    assert refused.status_code == 422 and "who tells us step_free" in refused.text
    assert send(f"{PAGE}/live", text=SHIPPED, reason="as it was").status_code == 303
    assert admitted_policy(site.parts.settings).policy == live


def test_a_trial_gives_nobody_away():
    """Two conversations in Somali moved: neither they, nor what would tell of them, is shown."""
    found = Replay(
        100,
        {("digital", "assisted"): 42, ("digital", "face_to_face"): 3},
        {("everybody", ""): (100, 45), ("language", "en"): (60, 43), ("language", "so"): (40, 2),
         ("medium", "web"): (97, 42), ("medium", "sms"): (3, 3)},
    )  # fmt: skip
    trial = trial_of(found, lambda counts: publishable(counts, 10, 5))
    assert (trial.conversations, trial.changed) == (100, 45)
    assert set(trial.moves.values()) == {None}
    assert trial.groups == {}
    many = Replay(100, {("digital", "assisted"): 48}, {("language", "en"): (62, 48),
                  ("language", "cy"): (38, 0)})  # fmt: skip
    told = trial_of(many, lambda counts: publishable(counts, 10, 5))
    assert (told.changed, told.groups) == (50, {("language", "en"): (60, 50)})


def test_a_trial_that_moves_one_says_only_that_it_is_not_shown(site, send, live):
    with site.store.begin() as work:
        now = site.parts.turn.clock.now()
        for n in range(30):
            held = Conversation(f"c{n}", Medium.WEB, now, now, "en")
            work.conversations.add(held)
            work.records.add_turn(
                TurnRecord(f"t{n}", held.id, 1, now, "web", "en", "answered_assistant",
                           service="library", adjustments=("step_free",) * (n == 0),
                           route_channel="digital")
            )  # fmt: skip
        work.commit()
    tried = send(f"{PAGE}/try", text=HARMLESS).text
    assert "is not shown: too few went" in tried and "1 of 30" not in tried
    assert "Step free" not in tried and "<td>1</td>" not in tried


def test_the_gate_says_no_until_somebody_answers_for_it(site, send, live, log):
    tried = send(f"{PAGE}/try", text=HARMFUL)
    assert "The gate says no" in tried.text
    refused = send(f"{PAGE}/live", text=HARMFUL)
    assert refused.status_code == 422 and "Write why" in refused.text
    assert admitted_policy(site.parts.settings).policy == live
    assert send(f"{PAGE}/live", text=HARMFUL, reason="agreed by the board").status_code == 303
    assert admitted_policy(site.parts.settings).policy.version == "trial-2"
    with site.store.begin() as work:
        (entry,) = work.staff_log.latest(1, action="policy_made_live")
    assert entry.entry.detail["overruled"] == "agreed by the board"
    assert entry.entry.detail["reasons"]


def test_a_version_is_used_once_and_a_newer_file_wins(site, send, live, tmp_path):
    again = send(f"{PAGE}/live", text=HARMLESS.replace("trial-1", "2026-11-23.1"))
    assert again.status_code == 422 and "Raise the number" in again.text
    send(f"{PAGE}/live", text=HARMLESS)
    deployed = tmp_path / "routing_policy.yml"
    deployed.write_text(HARMLESS.replace("trial-1", "deployed"), "utf-8")
    found = admitted_policy(site.parts.settings, wanted=deployed)
    assert found.policy.version == "deployed"


def test_a_policy_from_a_file_is_put_in_the_box(manager, live):
    token = csrf(manager.get(PAGE).text)
    files = {"file": ("new.yml", HARMLESS.encode(), "text/plain")}
    answer = manager.post(f"{PAGE}/file", data={"csrf": token}, files=files)
    assert answer.status_code == 200 and "trial-1" in answer.text
    assert manager.post(f"{PAGE}/file", data={"csrf": token}).status_code == 200
