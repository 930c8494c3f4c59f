"""Start Rasa with the live model, and only with it. Runs in Rasa's environment.

    python -m bot.rasa.start --models DIR --endpoints FILE --credentials FILE [--port N]

Rasa listens on a private address, with our own ways in only: no HTTP API of its own, no CORS,
no telemetry, no citizen's words in its log, and no TensorFlow unless the model needs it.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from bot.errors import FairwayError
from bot.files.live_model import live_model
from bot.rasa.lean import start_lean
from bot.rasa.quiet import make_logs_quiet

ONE_CORE = "1"
"""Threads that share a sentence wait for each other: on an idle machine that saves a few
milliseconds, beside anything else that works it costs many times as much."""


def main() -> int:
    asked = _arguments()
    make_logs_quiet()
    try:
        model = live_model(asked.models).path
        os.environ["RASA_TELEMETRY_ENABLED"] = "false"
        os.environ.setdefault("OMP_NUM_THREADS", ONE_CORE)
        start_lean(model)
        serve(model, asked.endpoints, asked.credentials, asked.interface, asked.port)
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 3
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Start Rasa with the live model.")
    for name in ("--models", "--endpoints", "--credentials"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--interface", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5005)
    return parser.parse_args()


def serve(model: Path, endpoints: Path, credentials: Path, interface: str, port: int) -> None:
    """Serve until told to stop. Raises BadFile when a card or catalogue is broken."""
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    from bot.rasa.action_endpoint import ActionEndpoint
    from bot.rasa.remote_action import use_quick_actions
    from bot.rasa.responses import CatalogueResponses
    from bot.rasa.straight_runner import use_straight_runner

    logging.getLogger("rasa").setLevel(logging.WARNING)
    use_quick_actions()
    use_straight_runner()
    available = AvailableEndpoints.read_endpoints(str(endpoints))
    if available.action is not None:
        available.action = ActionEndpoint.like(available.action)
    available.nlg = CatalogueResponses(available.nlg)
    serve_application(
        str(model),
        channel=None,  # those that the credentials name
        credentials=str(credentials),
        interface=interface,
        port=port,
        endpoints=available,
        enable_api=False,
    )


if __name__ == "__main__":
    sys.exit(main())
