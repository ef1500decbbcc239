"""The life of a campaign: prepare, wait, dial batch by batch, settle."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from services.campaigns.temporal.activities import Calling
    from services.campaigns.temporal.messages import (
        STATE_ATTRIBUTE,
        WORKFLOW,
        Control,
        Dialled,
        Mark,
        Rest,
        Run,
        Settle,
    )
    from services.chassis import failpoints

_STATE = SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)
_PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30)
)
_BRIEF = timedelta(seconds=30)
_LONG = timedelta(minutes=5)
_HEARTBEAT = timedelta(seconds=5)


@workflow.defn(name=WORKFLOW)
class BulkCall:
    """Holds order and time; limits, people and counts are the database's."""

    @workflow.init
    def __init__(self, run: Run) -> None:
        self._run = run
        self._news = False
        self._state = ""
        self._marking = asyncio.Lock()

    @workflow.run
    async def run(self, run: Run) -> Run:
        try:
            verdict = await self._phases()
        except (asyncio.CancelledError, FailureError) as error:
            verdict = "cancelled" if is_cancelled_exception(error) else "failed"
            await _see_through(self._settle(verdict))
            raise
        await _see_through(self._settle(verdict))
        return self._run

    @workflow.signal
    async def pause(self, control: Control = Control()) -> None:  # noqa: B008 - immutable
        """Holds the campaign; sent by the product after its row says so, or by operators."""
        await self._heard("paused", control)

    @workflow.signal
    async def resume(self, control: Control = Control()) -> None:  # noqa: B008 - immutable
        """Lets the campaign go on; sent by the product after its row says so, or by operators."""
        await self._heard("running", control)

    async def _phases(self) -> str:
        if not self._run.batches:
            await self._rest(await self._prepare())
        while (batch := await self._dial()).left:
            await self._rest(batch.rest)
            if workflow.info().is_continue_as_new_suggested():
                await self._continue_as_new()
        return batch.verdict

    async def _continue_as_new(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        _stop_if_cancelled()
        failpoints.hit("at_continue_as_new")
        workflow.continue_as_new(self._run)

    async def _prepare(self) -> Rest:
        prepared = await workflow.execute_activity_method(
            Calling.prepare,
            self._run.ref,
            summary="prepare",
            start_to_close_timeout=_BRIEF,
            retry_policy=_PATIENT,
        )
        self._run = replace(self._run, people=prepared.people)
        return prepared.rest

    async def _dial(self) -> Dialled:
        self._news = False
        dialling = workflow.start_activity_method(
            Calling.dial,
            self._run.ref,
            summary=f"batch {self._run.batches + 1}",
            start_to_close_timeout=_LONG,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_PATIENT,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        try:
            batch = await asyncio.shield(dialling)
        except asyncio.CancelledError:
            await _see_through(self._drain(dialling))
            raise
        self._count(batch)
        _stop_if_cancelled()
        return batch

    async def _drain(self, dialling: workflow.ActivityHandle[Dialled]) -> None:
        dialling.cancel()  # the activity hears it by heartbeat
        await self._mark("cancelling")  # no dial is granted from here on
        with suppress(FailureError, asyncio.CancelledError):
            self._count(await dialling)  # the calls in hand are finished

    async def _rest(self, rest: Rest) -> None:
        """Sleeps until there is work or news; every wake-up asks again, so none is too early."""
        if rest.seconds <= 0 or self._news:
            return
        self._tell(rest.state, rest.reason)
        with suppress(asyncio.TimeoutError):
            await workflow.wait_condition(
                lambda: self._news, timeout=rest.seconds, timeout_summary=rest.reason
            )

    async def _heard(self, state: str, control: Control) -> None:
        if not control.recorded:
            async with self._marking:
                await self._mark(state)
        self._news = True

    async def _mark(self, state: str) -> None:
        await workflow.execute_activity_method(
            Calling.mark,
            Mark(self._run.ref, state),
            summary=f"mark {state}",
            start_to_close_timeout=_BRIEF,
            retry_policy=_PATIENT,
        )

    async def _settle(self, verdict: str) -> None:
        self._tell("cancelling" if verdict == "cancelled" else self._state, "settling")
        settled = None
        while settled is None or not settled.done:
            settled = await workflow.execute_activity_method(
                Calling.settle,
                Settle(self._run.ref, verdict),
                summary=f"settle {verdict}",
                start_to_close_timeout=_LONG,
                heartbeat_timeout=_HEARTBEAT,
                retry_policy=_PATIENT,
            )
            if settled.rest.seconds > 0:
                await workflow.sleep(settled.rest.seconds, summary=settled.rest.reason)
        self._tell(settled.state, "")
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _count(self, batch: Dialled) -> None:
        self._run = replace(self._run, batches=self._run.batches + (batch.dialled > 0))
        self._tell(
            batch.rest.state,
            f"{batch.settled_people} of {self._run.people} people done. {batch.rest.reason}",
        )

    def _tell(self, state: str, why: str) -> None:
        """Shows operators where the campaign stands."""
        workflow.set_current_details(f"**{state}** · {self._run.batches} batches · {why}".strip())
        if state and state != self._state:
            self._state = state
            workflow.upsert_search_attributes([_STATE.value_set(state)])


def _stop_if_cancelled() -> None:
    """An activity that ends normally swallows the cancellation that arrived meanwhile."""
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError


async def _see_through(work: Coroutine[Any, Any, None]) -> None:
    """Awaits `work` to its end, whatever cancellation arrives meanwhile."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    task.result()
