"""S2: only the model that was trained is loaded."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bot.errors import BadFile
from bot.files.live_model import ModelMissing, ModelTampered, live_model, sha256_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    model = tmp_path / "fairway-1.tar.gz"
    model.write_bytes(b"a trained model" * 1000)
    live = {"file": model.name, "sha256": sha256_of(model), "inputs_fingerprint": "f"}
    (tmp_path / "live.json").write_text(json.dumps(live | {"trained_at": "2026-11-23"}), "utf-8")
    return tmp_path


def test_s2_the_trained_model_is_live(models: Path) -> None:
    assert live_model(models).path == models / "fairway-1.tar.gz"


def test_s2_a_changed_model_is_refused(models: Path) -> None:
    with (models / "fairway-1.tar.gz").open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelTampered, match="not the one that was trained"):
        live_model(models)


def test_s2_rasa_is_not_started_with_a_changed_model(models: Path) -> None:
    (models / "fairway-1.tar.gz").write_bytes(b"another")
    rasa_python = ROOT / ".venv-rasa" / "bin" / "python"
    start = [str(rasa_python), "-m", "bot.rasa.start", "--models", str(models)]
    start += ["--endpoints", "none.yml", "--credentials", "none.yml"]
    ran = subprocess.run(start, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 3
    assert "not the one that was trained" in ran.stderr


def test_s2_a_model_outside_the_folder_is_never_meant(models: Path) -> None:
    live = json.loads((models / "live.json").read_text("utf-8"))
    live["file"] = f"../../elsewhere/{live['file']}"
    (models / "live.json").write_text(json.dumps(live), "utf-8")
    assert live_model(models).path.parent == models


def test_no_model_yet(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="fairway train"):
        live_model(tmp_path)


def test_a_model_that_is_gone(models: Path) -> None:
    (models / "fairway-1.tar.gz").unlink()
    with pytest.raises(ModelMissing, match="is gone"):
        live_model(models)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"file": 3, "sha256": "x"}', "not json"])
def test_a_broken_live_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "live.json").write_text(text, "utf-8")
    with pytest.raises(BadFile, match="live.json"):
        live_model(tmp_path)
