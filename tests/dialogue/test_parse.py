"""Understanding without servers, as `fairway parse` calls it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDED = {
    "language", "service", "lgsl", "intent", "confidence", "candidates", "kind", "crisis",
    "fallback", "ms",
}  # fmt: skip


def parse(models, tmp_path, lines, *arguments):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    source.write_text("\n".join(texts), "utf-8")
    command = [sys.executable, "-m", "nlu.parse", "--models", str(models)]
    command += ["--in", str(source), "--out", str(out), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    made = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    return done, made


@pytest.fixture(scope="module")
def understood(models, tmp_path_factory):
    """Text → what was made of it."""
    lines = [
        {"text": "there is a pothole on my road", "id": 7},
        {"text": "mae fy min heb ei gasglu"},
        {"text": "I want to kill myself"},
        {"text": "can I talk to a person please"},
        {"text": "I want to speak to someone in person"},
        {"text": "tell me a joke", "lang": "cy"},
        {"text": "/service_pothole"},
        {"text": ""},
        {"text": "😀"},
        {"text": "qwxz vbnm plok"},
        {"text": "42"},
        {"text": "pothole " * 2000},
    ]
    done, made = parse(models, tmp_path_factory.mktemp("parse"), lines, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert [line["text"] for line in made] == [line["text"] for line in lines]
    return {line["text"]: line for line in made}


def test_every_line_keeps_its_fields_and_gets_ours(understood):
    assert all(set(line) >= ADDED | {"text"} for line in understood.values())
    assert understood["there is a pothole on my road"]["id"] == 7


def test_services_are_named_with_their_code_and_rivals(understood):
    line = understood["there is a pothole on my road"]
    assert (line["service"], line["lgsl"], line["kind"]) == ("pothole", 557, "service")
    assert [c["lgsl"] for c in line["candidates"]][0] == 557
    assert all(isinstance(c["lgsl"], int) for c in line["candidates"])
    welsh = understood["mae fy min heb ei gasglu"]
    assert (welsh["language"], welsh["service"]) == ("cy", "bin_collection")


def test_danger_and_plain_requests_come_before_the_model(understood):
    line = understood["I want to kill myself"]
    assert (line["kind"], line["crisis"], line["service"]) == ("crisis", "suicide", None)
    assert understood["can I talk to a person please"]["kind"] == "human"
    assert understood["I want to speak to someone in person"]["kind"] == "face_to_face"


def test_a_given_language_is_kept(understood):
    assert understood["tell me a joke"]["language"] == "cy"


def test_nothing_to_understand_is_a_fallback(understood):
    for text in ("", "😀", "42", "qwxz vbnm plok"):
        assert understood[text]["fallback"], text
        assert understood[text]["kind"] == "out_of_scope"


@pytest.mark.parametrize("bad", ["{not json", '["text"]', '{"txt": "x"}'])
def test_a_bad_line_is_named(models, tmp_path, bad):
    done, made = parse(models, tmp_path, ['{"text": "hello"}', "", bad])
    assert done.returncode == 1 and "in.jsonl:3" in done.stderr and not made


def test_S2_a_model_that_was_changed_is_not_loaded(models, tmp_path):
    changed = tmp_path / "models"
    changed.mkdir()
    live = json.loads((models / "live.json").read_text())
    (changed / "live.json").write_text(json.dumps(live))
    (changed / live["file"]).write_bytes((models / live["file"]).read_bytes() + b"x")
    done, _ = parse(changed, tmp_path, ['{"text": "hello"}'])
    assert done.returncode == 1 and "SHA-256" in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_model_that_cannot_be_loaded_is_said_and_nothing_hangs(tmp_path, jobs):
    (tmp_path / "other.tar.gz").write_bytes(b"no model")
    file = tmp_path / "other.tar.gz"
    live = {"file": file.name, "sha256": hashlib.sha256(b"no model").hexdigest()}
    more = {"inputs_fingerprint": "x", "trained_at": "2026-01-01T00:00:00+00:00"}
    (tmp_path / "live.json").write_text(json.dumps(live | more))
    done, made = parse(tmp_path, tmp_path, ['{"text": "hello"}'], "--jobs", jobs)
    assert done.returncode == 1 and "could not be loaded" in done.stderr and not made
