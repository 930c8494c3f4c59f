"""A new policy is tried on what was held: who would be routed differently."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from bot.conversation import Conversation
from bot.files.cards import load_cards
from bot.files.policy import load_policy
from bot.message import Medium
from bot.need import Barrier, Channel
from bot.policy_try import replay
from bot.routing import RoutingPolicy, Rule
from bot.stores.engine import migrate, open_engine
from bot.stores.sql import SqlStore
from bot.turn_record import TurnRecord
from channels.commands.policy import policy as command
from tests.turn_kit import START

BOT = Path(__file__).parents[3] / "bot"
CARDS = load_cards(BOT / "services")
NOW = load_policy(BOT / "routing_policy.yml")
THEN = RoutingPolicy("then", (Rule(Channel.FACE_TO_FACE, frozenset({Barrier.NO_DATA})),))


def record(conversation: str, turn: int = 1, **values: object) -> TurnRecord:
    made = {"medium": "web", "language": "en", "ending": "answered_assistant", "service": "pothole"}
    made |= {"route_channel": "digital", **values}
    return TurnRecord(f"{conversation}-{turn}", conversation, turn, START, **made)


def test_each_conversation_counts_once_by_its_first_difference() -> None:
    found = replay(
        [
            record("a", barriers=("no_data",)),
            record("a", 2, barriers=("no_data",)),
            record("b", language="cy"),
            record("c", misunderstood=True, route_channel=None),
            record("c", 2, misunderstood=True),
            record("d", asked_channel="digital", barriers=("no_data",)),
            record("e", ending="safety_suicide", barriers=("no_data",)),
        ],
        CARDS,
        NOW,
        THEN,
    )
    assert found.conversations == 4 and found.changed == 2
    assert found.moves == {("assisted", "face_to_face"): 1, ("assisted", "digital"): 1}
    assert found.groups["barrier", "no_data"] == (2, 1)
    assert found.groups["language", "cy"] == (1, 0)
    assert found.groups["everybody", ""] == (4, 2)


def test_the_same_policy_changes_nothing() -> None:
    records = [record(str(n), barriers=("no_internet",)) for n in range(5)]
    assert replay(records, CARDS, NOW, NOW).changed == 0
    assert replay([], CARDS, NOW, THEN).conversations == 0


def tried(tmp_path: Path, monkeypatch, not_confident: int, no_data: int) -> str:
    """What the command says of a policy that no longer minds a lack of confidence."""
    url = f"sqlite:///{tmp_path / 'fairway.db'}"
    migrate(url)
    now = datetime.now(UTC)
    barriers = [("not_confident",)] * not_confident + [("no_data",)] * no_data
    with SqlStore(open_engine(url)).begin() as work:
        for n, told in enumerate(barriers):
            medium = "sms" if n == 0 else "web"
            made = vars(record(f"c{n}", barriers=told, medium=medium)) | {"at": now}
            work.conversations.add(Conversation(f"c{n}", Medium.WEB, now, now))
            work.records.add_turn(TurnRecord(**made))
        work.commit()
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    new = tmp_path / "new.yml"
    text = (BOT / "routing_policy.yml").read_text("utf-8")
    new.write_text(text.replace("not_confident, ", "").replace("2026-11-23.1", "new"), "utf-8")
    said = CliRunner().invoke(command, ["try", str(new)])
    assert said.exit_code == 0, said.output
    return said.output


def test_the_command_reads_the_database_and_hides_small_groups(tmp_path: Path, monkeypatch) -> None:
    said = tried(tmp_path, monkeypatch, 38, 32)
    assert "40 of 70 conversations differ" in said
    assert "assisted → digital: 40" in said
    assert "barrier not_confident: 100% of 40" in said
    assert "38" not in said, "numbers are rounded"
    assert "sms" not in said and "no_data" not in said


def test_the_command_tells_no_number_that_is_too_small(tmp_path: Path, monkeypatch) -> None:
    said = tried(tmp_path, monkeypatch, 12, 2)
    assert "not shown" in said and "12" not in said and "14" not in said


def test_a_policy_without_a_safeguard_is_refused(tmp_path: Path) -> None:
    new = tmp_path / "new.yml"
    new.write_text("rules: []\n")
    assert CliRunner().invoke(command, ["check", str(new)]).exit_code == 1
