"""A small made-up council: conversations written with the product's own tables."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.stores.schema import metadata

CASES = Path(__file__).parents[2] / "data" / "audit_cases"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def cases() -> Path:
    return CASES


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """``write(text)`` puts a CSV file in the test's folder."""

    def put(text: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


class CouncilDatabase:
    """Add conversations one by one; ``url`` is what the audit reads."""

    start = START

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._engine = sa.create_engine(self.url)
        metadata.create_all(self._engine)
        self._number = 0

    def add(
        self,
        *turns: dict[str, Any],
        language: str = "en",
        medium: str = "web",
        service: str | None = "pothole",
        outcomes: tuple[str, ...] = (),
        handoff: dict[str, Any] | None = None,
        at: datetime = START,
    ) -> str:
        self._number += 1
        name = f"c{self._number:05d}"
        common = {"conversation_id": name}
        with self._engine.begin() as db:
            db.execute(metadata.tables["conversations"].insert(), [{
                "id": name, "medium": medium, "started_at": at, "last_at": at,
                "language": language, "language_chosen": False, "circumstances": {}, "told": {},
            }])  # fmt: skip
            rows = [
                {
                    "id": f"{name}-{i}", **common, "turn": i, "at": at + timedelta(seconds=i),
                    "medium": medium, "language": language, "ending": "answered", "intent": "x",
                    "kind": "service", "service": service, "lgsl": None, "confidence": 0.9,
                    "fallback": False, "misunderstood": False, "asked_channel": None,
                    "barriers": [], "adjustments": [], "route_channel": None, "route_way": None,
                    "route_reasons": [], "route_alternatives": [], "policy_version": "p1",
                    "model_version": "m1", "ms": 1.0, "lsoa": None,
                    **turn,
                }
                for i, turn in enumerate(turns or ({},), 1)
            ]  # fmt: skip
            db.execute(metadata.tables["turn_records"].insert(), rows)
            for i, code in enumerate(outcomes):
                db.execute(metadata.tables["outcomes"].insert(), [{
                    "id": f"{name}-o{i}", **common, "code": code, "source": "system", "at": at,
                }])  # fmt: skip
            if handoff is not None:
                db.execute(metadata.tables["handoffs"].insert(), [{
                    "id": f"{name}-h", **common, "team": "highways", "urgency": "routine",
                    "way": "talk_to_person", "reasons": [], "asked_at": at, "status": "waiting",
                    "summary": {}, "contact": {}, "claimed_by": None, "claimed_at": None,
                    "closed_at": None, "outcome_code": None, "note": "", **handoff,
                }])  # fmt: skip
        return name

    def fill(self, conversations: int = 300, seed: int = 7) -> None:
        """A made-up winter: Welsh is misunderstood more often and waits longer."""
        dice = random.Random(seed)
        for i in range(conversations):
            welsh = i % 3 == 0
            asked = dice.choice([None, None, "assisted", "face_to_face"])
            given = asked if asked and dice.random() < (0.6 if welsh else 0.9) else "digital"
            handoff = None
            if given == "assisted":
                wait = timedelta(seconds=dice.expovariate(1 / (600 if welsh else 120)))
                handoff = {"claimed_at": START + wait} if dice.random() < 0.9 else {}
            lost = dice.random() < (0.4 if welsh else 0.1)
            self.add(
                *({"misunderstood": lost and t == 0, "fallback": lost and t == 1,
                   "asked_channel": asked, "route_channel": given if t else None}
                  for t in range(dice.randint(2, 6))),
                language="cy" if welsh else "en",
                medium=dice.choice(["web", "web", "sms"]),
                service=dice.choice(["pothole", "library", None]),
                outcomes=(dice.choice(["resolved", "resolved", "abandoned"]),),
                handoff=handoff,
            )  # fmt: skip


@pytest.fixture(scope="session")
def make_council(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], CouncilDatabase]:
    """A new, empty council each time it is called."""
    return lambda: CouncilDatabase(tmp_path_factory.mktemp("council") / "fairway.db")


@pytest.fixture
def council(make_council: Callable[[], CouncilDatabase]) -> CouncilDatabase:
    return make_council()
