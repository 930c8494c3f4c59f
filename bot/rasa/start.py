"""Start Rasa with the live model, and only with it. Runs in Rasa's environment.

    python -m bot.rasa.start --models DIR --endpoints FILE --credentials FILE [--port N]

Rasa listens on a private address, with our connector only and without its own HTTP API.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bot.errors import FairwayError
from bot.files.live_model import live_model


def main() -> int:
    parser = argparse.ArgumentParser(description="Start Rasa with the live model.")
    for name in ("--models", "--endpoints", "--credentials"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--interface", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5005)
    asked = parser.parse_args()
    try:
        model = live_model(asked.models)
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 3
    command = [sys.executable, "-m", "rasa", "run", "--model", str(model.path)]
    command += ["--endpoints", str(asked.endpoints), "--credentials", str(asked.credentials)]
    command += ["--interface", asked.interface, "--port", str(asked.port)]
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main())
