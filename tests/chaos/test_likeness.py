"""Tables that must say the same in two contexts: each pair that differs is named."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import psycopg
from sqlalchemy import insert

from services.campaigns.store import tables
from tests.chaos import likeness
from tests.chaos.scenes import Stage
from tests.service.groups.contacts import Contacts


async def test_every_pair_of_tables_that_differs_is_named(
    curtain: Callable[[float], AbstractAsyncContextManager[Stage]],
) -> None:
    """Here only analytics follows, and loses a group; a contact came without a word.

    It came behind the listing with which every follower begins.
    """
    async with curtain(100) as stage:
        await stage.desk.create_group()
        await stage.hall.through(await stage.hall.campaign("+12125550157"))
        async with stage.hall.db.transaction(stage.hall.caller) as tx:
            suppression = {"phone": "+12125550100", "source": "person", "reason": ""}
            await tx.execute(
                insert(tables.suppressions).values(
                    **suppression, added_by=stage.hall.tenant_id, created_at=tx.now
                )
            )
        async with await psycopg.AsyncConnection.connect(
            stage.databases.url("postgres"), autocommit=True
        ) as superuser:
            await stage.until(lambda: _arrived(superuser))
            await Contacts(stage.groups, stage.desk.person.caller).many(1)
            await superuser.execute("delete from analytics.groups")
            unlike = await likeness.unlike(superuser)
            behind = await likeness.behind(superuser)

    assert {sentence.partition(":")[0] for sentence in unlike} == likeness.PAIRS.keys()
    assert "campaigns has not read all of groups" in behind


async def _arrived(connection: psycopg.AsyncConnection[tuple[int]]) -> bool:
    found = await connection.execute("select from analytics.groups")
    return await found.fetchone() is not None
