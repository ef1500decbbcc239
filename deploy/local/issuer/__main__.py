"""Runs the development issuer until it is stopped: `python -m deploy.local.issuer`."""

import uvicorn

from deploy.local.issuer.app import build
from deploy.local.issuer.settings import IssuerSettings

if __name__ == "__main__":
    settings = IssuerSettings()
    uvicorn.run(
        build(settings),
        host="127.0.0.1",
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
