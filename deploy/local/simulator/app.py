"""The simulator's application: provider routes, admin routes, and one shape of error."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from deploy.local.simulator import admin, provider
from deploy.local.simulator.ledger import Ledger
from deploy.local.simulator.refusals import Refused
from deploy.local.simulator.settings import SimulatorSettings
from deploy.local.simulator.switchboard import House, Switchboard
from deploy.local.simulator.webhooks import Courier, Receiver
from services.chassis.clock import Clock


def build(settings: SimulatorSettings) -> FastAPI:
    """Opens the ledger, takes up the calls where it left them, and offers the routes."""
    clock = Clock.load(settings.clock_file)
    ledger = Ledger(settings.folder / "ledger.jsonl")
    house = House(clock, settings.seed, timedelta(seconds=settings.key_seconds))
    switchboard = Switchboard(house, ledger, settings.limits)
    key = settings.api_key.get_secret_value()
    receiver = Receiver(settings.webhook_url, key, settings.webhook_timeout, settings.webhook_pause)
    courier = Courier(receiver, clock, ledger)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        for call in switchboard.calls.values():
            courier.follow(call)
        yield
        await courier.close()
        ledger.close()

    app = FastAPI(title="Simulated telephony provider", lifespan=lifespan)
    app.include_router(provider.routes(switchboard, courier, key))
    app.include_router(admin.routes(switchboard))
    app.add_api_route("/health", _health)
    _speak_the_providers_errors(app)
    return app


async def _health() -> dict[str, str]:
    return {"status": "ok"}


def _speak_the_providers_errors(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return _error(error.status, error.message, error.headers)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> JSONResponse:
        return _error(error.status_code, str(error.detail))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _error(422, "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors()))


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"status": "error", "message": message}, status, headers)
