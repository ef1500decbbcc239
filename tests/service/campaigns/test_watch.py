"""Watching: all that is known at once, then every change, and no name in it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import grpc
import pytest

from services.campaigns import rpc
from services.campaigns.rpc import policy
from services.campaigns.usecases import settling, watching
from services.campaigns.usecases.launch import Launching
from services.chassis import server, status
from services.chassis.auth import Verifier
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.ids import new_id
from services.chassis.pages import PageTokens
from services.chassis.settings import Settings
from services.chassis.status import Failure
from tests.service.campaigns.audience import Audience
from tests.service.campaigns.desk import Desk, Engine, state
from tests.service.campaigns.line import Line
from tests.service.groups.desk import Desk as GroupsDesk
from tests.support.issuer import Person
from vio.campaigns.v1 import campaign_service_pb2 as pb
from vio.campaigns.v1.campaign_service_pb2_grpc import CampaignServiceStub

PEOPLE = 6


@pytest.fixture
async def launched(desk: Desk, groups: GroupsDesk, audience: Audience) -> str:
    """A campaign of five people who may be called and one who may not."""
    people = [*await audience.make(PEOPLE - 1), await audience.one("Planted No", consent=False)]
    group = await groups.create_group("Planted Group", initial_contact_ids=map(str, people))
    answer = await desk.launch(group.id, custom_message_addition="Planted words")
    return answer.campaign_id


class Watch:
    """A stream of a campaign's course, read step by step."""

    def __init__(self, call: Any) -> None:
        self._call = call

    async def step(self, seconds: float = 20) -> pb.WatchCampaignResponse:
        """The next message that is no heartbeat."""
        async with asyncio.timeout(seconds):
            while not (found := await self._next()).HasField("progress"):
                pass
        return found

    async def until(self, word: str) -> pb.WatchCampaignResponse:
        """The first step that tells of a state."""
        while state((found := await self.step()).progress) != word:
            pass
        return found

    async def _next(self) -> pb.WatchCampaignResponse:
        found = await self._call.read()
        if found is grpc.aio.EOF:
            raise StopAsyncIteration
        return found  # type: ignore[no-any-return]

    async def is_over(self) -> bool:
        async with asyncio.timeout(20):
            return await self._call.read() is grpc.aio.EOF


@asynccontextmanager
async def watched(who: Desk, tenant_id: Any, campaign_id: str) -> AsyncIterator[Watch]:
    request = pb.WatchCampaignRequest(tenant_id=str(tenant_id), campaign_id=campaign_id)
    call = CampaignServiceStub(who.channel).WatchCampaign(request, metadata=who.person.metadata)
    try:
        yield Watch(call)
    finally:
        call.cancel()


async def refused(who: Desk, tenant_id: Any, campaign_id: str) -> Failure:
    async with watched(who, tenant_id, campaign_id) as watch:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await watch.step()
    return status.of_error(error.value)


def by_state(step: pb.WatchCampaignResponse) -> list[str]:
    """How far the people of a step have come."""
    names = pb.RecipientState.Name
    return sorted(
        names(each.state).removeprefix("RECIPIENT_STATE_").lower() for each in step.recipients
    )


async def settle(db: Database, tenant_id: UUID, campaign_id: str, verdict: str) -> None:
    """What the workflow does at its end."""
    caller = Caller.service(tenant_id, "campaigns")
    assert (await settling.settle(db, caller, UUID(campaign_id), verdict)).done


async def test_the_first_step_tells_all_that_is_known(
    machine: Desk, launched: str, tenant_id: UUID
) -> None:
    """S-17, X-48: ids, states and counts, no names."""
    async with watched(machine, tenant_id, launched) as watch:
        first = await watch.step()

    progress = first.progress
    assert (progress.campaign_id, state(progress)) == (launched, "preparing")
    assert (progress.counts.pending, progress.counts.skipped) == (PEOPLE - 1, 1)
    assert list(progress.allowed_actions) == ["pause", "cancel"]
    assert by_state(first) == ["skipped"]
    assert b"Planted" not in first.SerializeToString()


async def test_every_change_is_told_until_the_end(
    machine: Desk, launched: str, tenant_id: UUID, line: Line, db: Database
) -> None:
    async with watched(machine, tenant_id, launched) as watch:
        await watch.step()

        calls = await line.dial(launched, PEOPLE - 1)
        ringing = await watch.until("running")
        for call in calls:
            await line.ended(call)
        ended = await watch.step()
        while ended.progress.counts.in_call:
            ended = await watch.step()
        await settle(db, tenant_id, launched, "completed")
        last = await watch.until("completed")

        assert await watch.is_over()
    assert by_state(ringing) == ["in_call"] * (PEOPLE - 1)
    assert ended.progress.counts.no_answer == PEOPLE - 1
    assert last.progress.is_final


async def test_the_sum_of_the_steps_is_what_the_list_says(
    machine: Desk, desk: Desk, launched: str, tenant_id: UUID, line: Line, db: Database
) -> None:
    told: dict[str, pb.Recipient] = {}
    async with watched(machine, tenant_id, launched) as watch:
        calls = await line.dial(launched, 3)
        for call in calls:
            await line.ended(call)
        await settle(db, tenant_id, launched, "cancelled")
        step = await watch.step()
        while not step.progress.is_final:
            told |= {each.contact_id: each for each in step.recipients}
            step = await watch.step()
        told |= {each.contact_id: each for each in step.recipients}

    listed = (await desk.recipients(launched)).recipients
    for each in listed:
        each.ClearField("contact_name")
    assert [told[each.contact_id] for each in listed] == list(listed)


async def test_a_watcher_is_woken_by_the_database(
    machine: Desk,
    desk: Desk,
    launched: str,
    tenant_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Long before the look that every watcher takes by itself."""
    monkeypatch.setattr(watching, "POLL", 30.0)
    async with watched(machine, tenant_id, launched) as watch:
        await watch.step()
        await asyncio.sleep(0.5)

        asked = time.monotonic()
        await desk.pause(launched)
        await watch.until("paused")

    assert time.monotonic() - asked < 15


async def test_a_quiet_campaign_is_heard_to_be_watched_still(
    machine: Desk, launched: str, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "POLL", 0.05)
    monkeypatch.setattr(watching, "HEARTBEAT", 0.1)
    request = pb.WatchCampaignRequest(tenant_id=str(tenant_id), campaign_id=launched)

    call = CampaignServiceStub(machine.channel).WatchCampaign(
        request, metadata=machine.person.metadata
    )
    read: list[Any] = [await asyncio.wait_for(call.read(), 20) for _ in range(3)]
    call.cancel()

    assert read[0].HasField("progress")
    assert read[1:] == [pb.WatchCampaignResponse()] * 2


async def test_an_ended_campaign_is_told_once(
    machine: Desk, launched: str, tenant_id: UUID, db: Database
) -> None:
    await settle(db, tenant_id, launched, "cancelled")

    async with watched(machine, tenant_id, launched) as watch:
        only = await watch.step()
        assert await watch.is_over()

    assert (state(only.progress), len(only.recipients)) == ("cancelled", PEOPLE)


async def test_only_the_tenant_that_owns_a_campaign_has_it(
    machine: Desk, launched: str, tenant_id: UUID
) -> None:
    """S-01: another tenant's campaign answers like none."""
    elsewhere = await refused(machine, new_id(), launched)
    nowhere = await refused(machine, tenant_id, str(new_id()))

    assert elsewhere == nowhere
    assert (nowhere.code, nowhere.reason) == (grpc.StatusCode.NOT_FOUND, "CAMPAIGN_NOT_FOUND")
    assert (await refused(machine, "x", launched)).reason == "INVALID_ID"


async def test_people_do_not_watch_by_themselves(
    desk: Desk, launched: str, tenant_id: UUID
) -> None:
    assert (await refused(desk, tenant_id, launched)).reason == "MACHINES_ONLY"


async def test_a_machine_shows_the_person_it_brings_their_own_tenant_only(
    machine: Desk, stranger: Desk, launched: str, tenant_id: UUID
) -> None:
    brought = (*machine.person.metadata, ("x-vio-caller", stranger.person.token))
    request = pb.WatchCampaignRequest(tenant_id=str(tenant_id), campaign_id=launched)

    call = CampaignServiceStub(machine.channel).WatchCampaign(request, metadata=brought)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call.read()

    assert error.value.code() is grpc.StatusCode.NOT_FOUND


async def test_streams_end_when_their_server_closes(
    db: Database, settings: Settings, http: Any, admin: Person, machine: Desk, launched: str
) -> None:
    def register(to: grpc.aio.Server) -> list[str]:
        nobody: Any = None
        return rpc.register(
            to,
            Launching(db, nobody, Engine()),
            nobody,
            PageTokens("k" * 32),
            provider_key="key",
            is_fresh=lambda _: True,
        )

    verifier = Verifier(settings, http)
    async with server.running(
        "127.0.0.1:0", register, policy.POLICY, verifier, with_reflection=False
    ) as port:
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        request = pb.WatchCampaignRequest(
            tenant_id=str(admin.caller.tenant_id), campaign_id=launched
        )
        call = CampaignServiceStub(channel).WatchCampaign(request, metadata=machine.person.metadata)
        first: Any = await call.read()
        assert first.HasField("progress")
        closing = time.monotonic()

    assert time.monotonic() - closing < 8
    await channel.close()
