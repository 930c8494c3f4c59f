"""No citizen's words in the logs; no TensorFlow for a model that needs none."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from bot.rasa.lean import is_light

ROOT = Path(__file__).resolve().parents[4]
CANARY = "canary-7731"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_S10_no_words_of_a_citizen_reach_the_log():
    done = run(
        f"""
import logging, warnings, structlog
from bot.rasa.quiet import make_logs_quiet
make_logs_quiet()
log, plain = structlog.get_logger(), logging.getLogger("rasa.core.processor")
log.warning("message.parsing.failed", user_text="{CANARY}")
log.error("turn", text="{CANARY}")
log.debug("slots", slot_values="{CANARY}")
warnings.simplefilter("always")
warnings.warn("Parsed {CANARY}")
try:
    raise ValueError("{CANARY}")
except ValueError:
    plain.exception("Encountered an exception")
    log.exception("failed", text="{CANARY}")
"""
    )
    assert done.returncode == 0
    assert CANARY not in done.stdout + done.stderr.replace(f'raise ValueError("{CANARY}")', "")
    assert "message.parsing.failed" in done.stderr
    assert "Encountered an exception" in done.stderr and "ValueError" in done.stderr


def model(folder: Path, *components: str) -> Path:
    """A model file with these components, for its metadata only."""
    nodes = {str(n): {"uses": uses} for n, uses in enumerate(components)}
    metadata = folder / "metadata.json"
    metadata.write_text(json.dumps({"predict_schema": {"nodes": nodes}}))
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(metadata, "metadata.json")
    return folder / "model.tar.gz"


OURS = "nlu.components.intent_classifier.IntentClassifier"


@pytest.mark.parametrize(
    ("components", "light"),
    [
        ((OURS, "rasa.core.policies.rule_policy.RulePolicy"), True),
        ((OURS, "rasa.nlu.classifiers.diet_classifier.DIETClassifier"), False),
        ((OURS, "somebody.elses.Component"), False),
        ((), False),
    ],
)
def test_only_a_model_with_no_neural_part_is_light(tmp_path, components, light):
    assert is_light(model(tmp_path, *components)) is light


def test_a_file_that_is_no_model_is_not_light(tmp_path):
    (tmp_path / "model.tar.gz").write_bytes(b"nonsense")
    assert not is_light(tmp_path / "model.tar.gz")


def test_rasa_starts_without_tensorflow_and_messengers_for_a_light_model(tmp_path):
    path = model(tmp_path, OURS, "rasa.core.policies.rule_policy.RulePolicy")
    done = run(
        f"""
import sys
from pathlib import Path
from bot.rasa.lean import start_lean
assert start_lean(Path({str(path)!r}))
import rasa.core.run
from rasa.core.channels import BUILTIN_CHANNELS
from rasa.utils.tensorflow.callback import RasaTrainingLogger
assert not sys.modules.keys() & {"tensorflow", "aiogram", "slack_sdk", "socketio", "twilio"}
for left_out in (RasaTrainingLogger, BUILTIN_CHANNELS["SlackInput"]):
    try:
        left_out()
    except RuntimeError as error:
        print(error)
"""
    )
    said = done.stdout
    assert "without RasaTrainingLogger" in said and "without SlackInput" in said, done.stderr[
        -2000:
    ]
