"""Which campaigns the gateway follows."""

import asyncio

import grpc
import pytest

from gateway import live
from gateway.live import Hub
from gateway.stubs import Channels, Stubs
from services.chassis.ids import new_id

NOWHERE = "127.0.0.1:1"


async def test_a_campaign_that_nobody_looks_at_any_more_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its upstream, which nobody answers, is not asked for ever."""
    monkeypatch.setattr(live, "_LINGER", 0.1)
    async with grpc.aio.insecure_channel(NOWHERE) as channel:
        hub = Hub(Stubs.over(Channels(channel, channel, channel, channel)))
        course = hub.course(str(new_id()), str(new_id()))
        with hub.viewer(course):
            (upstream,) = hub.upstreams.values()
            await asyncio.sleep(0.3)
            ended_while_seen = upstream.done()
        await asyncio.wait([upstream], timeout=30)

    assert not ended_while_seen
    assert upstream.cancelled()
    assert (hub.courses, hub.upstreams) == ({}, {})


async def test_who_comes_back_soon_finds_the_same_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_LINGER", 0.3)
    async with grpc.aio.insecure_channel(NOWHERE) as channel:
        hub = Hub(Stubs.over(Channels(channel, channel, channel, channel)))
        first = hub.course(str(new_id()), str(new_id()))
        with hub.viewer(first):
            pass
        with hub.viewer(hub.course(first.campaign_id, "")):
            await asyncio.sleep(0.5)
            kept = hub.courses[first.campaign_id]

    assert kept is first
