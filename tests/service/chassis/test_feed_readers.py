"""The change feed with several readers: each knows of other open transactions."""

import asyncio

from google.protobuf.wrappers_pb2 import StringValue

from tests.support import feeds
from tests.support.databases import Databases
from tests.support.feeds import Source
from vio.feed.v1 import feed_service_pb2 as pb

WORDS = [f"word {number}" for number in range(60)]


async def test_several_readers_beside_several_writers_are_each_told_everything(
    databases: Databases,
) -> None:
    pair = feeds.make_schemas(databases, f"{databases.name}_readers")
    async with feeds.opened(pair, "groups") as database:
        source = Source(database)
        async with source.served() as stub, asyncio.timeout(30):
            tenant_id = await source.tenant()
            (listed,) = [each.cursor async for each in stub.List(pb.ListRequest()) if each.cursor]

            async def read() -> set[str]:
                heard: set[str] = set()
                async for batch in stub.Watch(pb.WatchRequest(cursor=listed)):
                    words = (StringValue.FromString(each.payload.value) for each in batch.events)
                    heard |= {word.value for word in words}
                    if len(heard) == len(WORDS):
                        break
                return heard

            async def write(words: list[str]) -> None:
                for word in words:
                    await source.announce(tenant_id, word)

            *_, heard = await asyncio.gather(
                *(write(WORDS[number::6]) for number in range(6)),
                asyncio.gather(*(read() for _ in range(6))),
            )

    assert heard == [set(WORDS)] * 6
