"""Many readers of one feed beside many writers: none is disturbed by another."""

import asyncio
from typing import TYPE_CHECKING

from google.protobuf.wrappers_pb2 import StringValue

from services.chassis import outbox
from services.chassis.caller import Caller
from tests.support.feeds import Source
from vio.feed.v1 import feed_service_pb2 as pb

if TYPE_CHECKING:
    from vio.feed.v1.feed_service_pb2_grpc import ChangeFeedServiceAsyncStub as Stub

WATCHERS, WRITERS, WORDS = 6, 5, 40


async def test_every_watcher_hears_every_writer(source: Source, stub: "Stub") -> None:
    tenant_id = await source.tenant()
    *_, last = [each async for each in stub.List(pb.ListRequest())]
    wanted = {f"{writer}-{n}" for writer in range(WRITERS) for n in range(WORDS)}

    async def write(writer: int) -> None:
        for n in range(WORDS):
            async with source.db.transaction(Caller.service(tenant_id)) as tx:
                await outbox.append(tx, f"{writer}-{n}")
                await asyncio.sleep(0.002)

    async def hear() -> set[str]:
        heard: set[str] = set()
        async for response in stub.Watch(pb.WatchRequest(cursor=last.cursor)):
            heard |= {StringValue.FromString(each.payload.value).value for each in response.events}
            if heard >= wanted:
                break
        return heard

    watching = [asyncio.create_task(hear()) for _ in range(WATCHERS)]
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))

    async with asyncio.timeout(30):
        assert await asyncio.gather(*watching) == [wanted] * WATCHERS
