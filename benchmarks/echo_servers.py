"""Servers that answer each chat widget in its own protocol, so that ten turns can be weighed.

They say back what was said. rasa-webchat speaks socket.io, as Rasa's own channel does: the server
for it comes with Rasa and runs in its environment. botframework-webchat speaks Direct Line 3.0: a
conversation is started and written to by POST, and answered over a WebSocket.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import APIRouter, Request, WebSocket

from benchmarks.capacity import ROOT
from benchmarks.processes import free_port

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
SOCKET_IO = """
import sys
import socketio
from aiohttp import web

server = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")
app = web.Application()
server.attach(app)

@server.on("session_request")
async def session(sid, data):
    await server.emit("session_confirm", (data or {}).get("session_id") or sid, room=sid)

@server.on("user_uttered")
async def said(sid, data):
    if data.get("message"):  # not when it only introduces itself
        await server.emit("bot_uttered", {"text": "You said: " + data["message"]}, room=sid)

web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""
"""Rasa's environment has no FastAPI, so this stands by itself."""


@contextmanager
def socket_io_echo() -> Iterator[str]:
    """The address of a socket.io server that talks as Rasa's socket.io channel does."""
    port = free_port()
    running = subprocess.Popen([str(RASA_PYTHON), "-c", SOCKET_IO, str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/socket.io/?EIO=4&transport=polling", running)
        yield url
    finally:
        running.kill()
        running.wait(10)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and running.poll() is None:
        try:
            httpx.get(url, trust_env=False)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("the socket.io server did not start")


def direct_line_router() -> APIRouter:
    """Direct Line 3.0 under ``/line``, as far as a chat of words needs it."""
    router, said = APIRouter(prefix="/line"), dict[str, asyncio.Queue[dict[str, Any]]]()

    @router.post("/conversations", status_code=201)
    async def start(request: Request) -> dict[str, Any]:
        one = uuid.uuid4().hex
        said[one] = asyncio.Queue()
        stream = f"ws://{request.url.netloc}/line/stream/{one}"
        return {"conversationId": one, "token": "t", "expires_in": 3600, "streamUrl": stream}

    @router.post("/conversations/{one}/activities")
    async def say(one: str, request: Request) -> dict[str, str]:
        mine = {**await request.json(), **_stamp(one)}
        said[one].put_nowait(mine)
        if mine.get("type") == "message":
            bot = {"type": "message", "from": {"id": "bot"}, "replyToId": mine["id"]}
            said[one].put_nowait({**bot, "text": f"You said: {mine['text']}", **_stamp(one)})
        return {"id": mine["id"]}

    @router.websocket("/stream/{one}")
    async def stream(socket: WebSocket, one: str) -> None:
        await socket.accept()
        number = 0
        while True:
            activity, number = await said[one].get(), number + 1
            await socket.send_json({"activities": [activity], "watermark": str(number)})

    return router


def _stamp(conversation: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": uuid.uuid4().hex, "timestamp": now, "conversation": {"id": conversation}}
