"""The work of a campaign's workflow; every activity is safe to run twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from temporalio import activity

from services.campaigns.temporal.messages import (
    Dialled,
    Mark,
    Prepared,
    Ref,
    Rest,
    Settle,
    Settled,
)
from services.campaigns.usecases import control, dialling, finishing
from services.campaigns.usecases.desk import Desk, Work
from services.chassis import background
from services.chassis.caller import Caller

Result = TypeVar("Result")

BEAT = 0.4
SHORT = 15.0
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Calling:
    """The activities of one worker, which share a desk."""

    desk: Desk

    @activity.defn
    async def prepare(self, ref: Ref) -> Prepared:
        """Looks at the campaign before its first dial; changes nothing."""
        work = _work(ref)
        people = await control.people(self.desk.db, work.caller, work.campaign_id)
        return Prepared(people)

    @activity.defn
    async def dial(self, ref: Ref) -> Dialled:
        """Calls one batch, claimed before the phone rings: a retry rings nobody twice."""
        return await _see_through(lambda stop: self._dial(_work(ref), stop))

    @activity.defn
    async def mark(self, wish: Mark) -> None:
        """Writes a state that began in Temporal into the row; a final state stays."""
        work = _work(wish.ref)
        await control.mark(self.desk.db, work.caller, work.campaign_id, wish.state)

    @activity.defn
    async def settle(self, settle: Settle) -> Settled:
        """Ends the campaign once no call is in hand; a settled one stays as it is."""
        return await _see_through(lambda stop: self._settle(settle, stop))

    async def _dial(self, work: Work, stop: asyncio.Event) -> Dialled:
        """Sleeps short waits itself and asks again; longer ones are the workflow's timers."""
        until = time.monotonic() + PATIENCE
        while True:
            batch = await dialling.dial(self.desk, work, stop)
            waits = 0 < batch.seconds < SHORT and time.monotonic() + batch.seconds < until
            if batch.dialled or not batch.left or not waits or stop.is_set():
                _measure(batch.dialled)
                rest = Rest(batch.seconds, batch.state, batch.reason)
                return Dialled(batch.left, batch.dialled, batch.done, batch.verdict, rest)
            await _pause(stop, batch.seconds)

    async def _settle(self, settle: Settle, stop: asyncio.Event) -> Settled:
        until, work = time.monotonic() + SHORT, _work(settle.ref)
        while True:
            end = await finishing.finish(self.desk, work, settle.verdict, stop)
            if end.done or stop.is_set() or time.monotonic() + end.seconds >= until:
                return Settled(end.done, end.state, Rest(end.seconds, end.state, end.reason))
            await _pause(stop, end.seconds)


async def _see_through(work: Callable[[asyncio.Event], Awaitable[Result]]) -> Result:
    """Lets what was begun end well: on cancellation nothing new is begun."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(work(stop))
    async with _beating():
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            stop.set()
            result = await task
            if (why := activity.cancellation_details()) and why.cancel_requested:
                return result
            raise


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Heartbeats all along: by them a cancellation is heard."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(BEAT)

    async with background.running(beat(), "heartbeats"):
        yield


def _measure(calls: int) -> None:
    meter = activity.metric_meter()
    meter.create_counter("campaigns_calls_placed", "Calls that the provider took.").add(calls)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


def _work(ref: Ref) -> Work:
    """The run of the activity is the token: what another run began can be told from ours."""
    info = activity.info()
    tenant_id = UUID(ref.tenant_id)
    token = f"{info.workflow_run_id}/{info.activity_id}/{info.attempt}"
    caller = Caller.service(tenant_id, "campaigns")
    return Work(caller, tenant_id, UUID(ref.campaign_id), token)
