"""The sandbox council as a process of its own: ``python -m benchmarks.sandbox_alone FILE PORT``.

So that it can be killed without the Fairway that otherwise holds it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from actions.sandbox import create_sandbox


def main(file: str, port: str) -> None:
    """Serve it at ``/sandbox`` on this machine alone, until ended."""
    app = FastAPI(openapi_url=None)
    app.mount("/sandbox", create_sandbox(Path(file)))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
