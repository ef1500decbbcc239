"""Serves the simulator over HTTP."""

import uvicorn

from deploy.local.simulator.app import build
from deploy.local.simulator.connection import Connection
from deploy.local.simulator.settings import SimulatorSettings


def server(settings: SimulatorSettings) -> uvicorn.Server:
    """A server that stops within a second, whoever still waits for an answer."""
    host, port = settings.address
    config = uvicorn.Config(
        build(settings),
        host=host,
        port=port,
        http=Connection,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
