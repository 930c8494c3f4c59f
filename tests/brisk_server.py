"""A web server for tests that does not keep them waiting."""

from __future__ import annotations

import asyncio
import socket

import uvicorn


class BriskServer(uvicorn.Server):
    """Ends at once when told to. uvicorn's own looks ten times a second, and then waits a tenth for
    each step of its end: hundreds of tests would wait for that."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        state, tries = self.server_state, 100 * (self.config.timeout_graceful_shutdown or 1)
        for connection in list(state.connections):
            connection.shutdown()
        while (state.connections or state.tasks) and (tries := tries - 1):
            await asyncio.sleep(0.01)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()
