"""Models on the shelf: compared, made live through the gate, gone back to."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from bot.files.live_model import live_model
from channels.model_shelf import answers_beside, shelf


def share(what, language, k, n=100):
    low, high = k / n - 0.05, k / n + 0.05
    return {"what": what, "lang": language, "group": "all", "k": k, "n": n, "share": k / n,
            "low": low, "high": high, "good": True}  # fmt: skip


@pytest.fixture
def models(parts):
    """A live model that is right always, and an older one that misses half the danger in Welsh."""
    folder = parts.settings.home / "models"
    folder.mkdir()
    for age, (name, missed, k) in enumerate((("new", 0, 95), ("old", 20, 60))):
        model = folder / f"fairway-{name}.tar.gz"
        model.write_bytes(name.encode())
        about = {
            "file": model.name, "sha256": hashlib.sha256(name.encode()).hexdigest(),
            "inputs_fingerprint": name, "trained_at": "2026-11-29T10:00:00+00:00",
        }  # fmt: skip
        (folder / f"fairway-{name}.about.json").write_text(json.dumps(about))
        (folder / f"fairway-{name}.figures.json").write_text(
            json.dumps([share("service, first guess", "cy", k), share("danger caught", "en", 90)])
        )
        lines = [
            json.dumps({"id": str(n), "what": "danger missed", "lang": "cy", "variety": "plain",
                        "right": n >= missed})
            for n in range(40)
        ]  # fmt: skip
        answers_beside(model).write_text("\n".join(lines))
        os.utime(model, (1000 - age, 1000 - age))
        if name == "new":
            (folder / "live.json").write_text(json.dumps(about))
    return folder


def test_an_empty_shelf_says_how_to_train(manager):
    assert "There is no model yet" in manager.get("/manager/models").text


def test_scores_by_group_beside_the_live_one(manager, models):
    assert [(one.name, one.live) for one in shelf(models)] == [
        ("fairway-new.tar.gz", True), ("fairway-old.tar.gz", False),
    ]  # fmt: skip
    page = manager.get("/manager/models?model=fairway-old.tar.gz").text
    assert "95.0 %" in page and "60.0 %" in page and "Worse" in page
    assert page.count("Worse") == 1 and "Better" not in page.split("<tbody>")[-1]
    other_way = "/manager/models?model=fairway-new.tar.gz&beside=fairway-old.tar.gz"
    assert "Better" in manager.get(other_way).text.split("<tbody>")[-1]


def test_going_back_asks_the_gate_and_wants_a_reason(site, manager, post, models, log):
    page = manager.get("/manager/models?model=fairway-old.tar.gz").text
    assert "The gate says no" in page and "danger missed for language cy" in page
    refused = post("/manager/models/live", "/manager/models", model="fairway-old.tar.gz")
    assert refused.status_code == 422 and "Write why" in refused.text
    assert live_model(models).path.name == "fairway-new.tar.gz"
    done = post("/manager/models/live", "/manager/models", model="fairway-old.tar.gz",
                reason="the new one loops")  # fmt: skip
    assert done.status_code == 303
    now = live_model(models)
    assert (now.path.name, now.instead_of) == ("fairway-old.tar.gz", "new")
    assert log()[-1] == ("model_made_live", "fairway-old.tar.gz")
    noted = json.loads((models / "gate.jsonl").read_text().splitlines()[-1])
    assert noted["overruled"] == {"by": "mair", "reason": "the new one loops"}
    # And forward again: the gate has nothing against it, and no newer inputs are passed over.
    assert post("/manager/models/live", "/manager/models",
                model="fairway-new.tar.gz").status_code == 303  # fmt: skip
    assert (live_model(models).path.name, live_model(models).instead_of) == (
        "fairway-new.tar.gz", "",
    )  # fmt: skip


def test_a_changed_or_unknown_model_is_never_made_live(manager, post, models):
    (models / "fairway-old.tar.gz").write_bytes(b"changed")
    changed = post("/manager/models/live", "/manager/models", model="fairway-old.tar.gz",
                   reason="x")  # fmt: skip
    assert changed.status_code == 422 and "not the one that was trained" in changed.text
    for name in ("fairway-none.tar.gz", "../../etc/passwd", ""):
        answer = post("/manager/models/live", "/manager/models", model=name)
        assert answer.status_code == 422 and "no such model" in answer.text
    (models / "fairway-old.about.json").unlink()
    page = manager.get("/manager/models?model=fairway-old.tar.gz").text
    assert "cannot be used" in page and "/manager/models/live" not in page
    assert live_model(models).path.name == "fairway-new.tar.gz"


def test_what_the_gate_said_at_training_still_counts(manager, models):
    entry = {"model": "fairway-old.tar.gz", "reasons": ["cy: below its floor"], "live": False}
    (models / "gate.jsonl").write_text(json.dumps(entry) + "\n{half a li")
    page = manager.get("/manager/models?model=fairway-old.tar.gz").text
    assert "cy: below its floor" in page and "The gate kept it out" in page


def test_a_model_that_was_compared_with_nothing_is_not_said_to_have_passed(manager, models):
    answers_beside(models / "fairway-new.tar.gz").unlink()
    page = manager.get("/manager/models?model=fairway-old.tar.gz").text
    assert "Nothing was compared" in page and "answers to the evaluation messages" in page
    assert "nothing against it" not in page
