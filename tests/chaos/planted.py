"""Ten safeties, each of which can be taken out of the product from outside.

The invariants must notice each. Undo, which could restore too much, does not exist yet;
a limiter that is off takes its place.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unittest.mock import patch
from uuid import UUID

from retell.resources.call import AsyncCallResource
from sqlalchemy import text
from temporalio import activity

from services.campaigns.domain import calls, contactability
from services.campaigns.domain.calls import Known
from services.campaigns.domain.hours import Whereabouts, ZoneSource
from services.campaigns.store.live import Live
from services.campaigns.telephony.answers import Answer, Order
from services.campaigns.telephony.retell import Telephone
from services.campaigns.usecases import permits
from services.chassis import db as sql
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.feed import reading
from services.chassis.ids import new_id
from services.groups.store import audit, groups
from tests.support.faulty_worker import FAULTS

# Long enough for whoever wants to come between.
BETWEEN = 3.0


@dataclass(frozen=True, slots=True)
class Bug:
    """A safety that is taken out, the invariant that must notice, and where it sits."""

    invariant: str
    part: str
    patches: Callable[[], tuple[AbstractContextManager[Any], ...]]

    def planted(self) -> AbstractContextManager[Any]:
        with ExitStack() as stack:
            for each in self.patches():
                stack.enter_context(each)
            return stack.pop_all()


def _key_of_the_run() -> tuple[AbstractContextManager[Any], ...]:
    """A reset workflow is another run."""
    create = AsyncCallResource.create_phone_call

    async def with_its_key(self: AsyncCallResource, **order: Any) -> Any:
        key = f"{activity.info().workflow_run_id}/{order['metadata']['attempt_id']}"
        return await create(self, **(order | {"idempotency_key": key}))

    return (patch.object(AsyncCallResource, "create_phone_call", with_its_key),)


_later: ContextVar[list[tuple[Any, ...]]] = ContextVar("audit lines to be written")


def _audit_afterwards() -> tuple[AbstractContextManager[Any], ...]:
    """Another transaction, a moment later."""
    append_each, transaction = audit.append_each, Database.transaction

    async def remember(tx: Transaction, *line: Any) -> None:
        _later.get().append(line)

    @asynccontextmanager
    async def followed(self: Database, caller: Caller) -> AsyncIterator[Transaction]:
        lines: list[tuple[Any, ...]] = []
        _later.set(lines)
        async with transaction(self, caller) as tx:
            yield tx
        if lines:
            await asyncio.sleep(BETWEEN)
            async with transaction(self, caller) as tx:
                for line in lines:
                    await append_each(tx, *line)

    return (
        patch.object(audit, "append_each", remember),
        patch.object(Database, "transaction", followed),
    )


def _cursor_by_number() -> tuple[AbstractContextManager[Any], ...]:
    """The highest number seen, whoever is still writing lower ones."""
    events = sql.compiled(
        text(
            "select tenant_id, 0::bigint as xid, id, event_id, at, type, payload "
            "from outbox where id > :id order by id limit :size"
        )
    )
    return (patch.object(reading, "_EVENTS", events),)


def _count_without_lock() -> tuple[AbstractContextManager[Any], ...]:
    """Read, add, write."""
    read = sql.compiled(text("select contact_count from groups where id = :group_id"))
    write = sql.compiled(text("update groups set contact_count = :count where id = :group_id"))

    async def count(tx: Transaction, group_id: UUID, delta: int, what: str, at: datetime) -> int:
        before: int = await tx.fetch_value(read, group_id=group_id)
        await asyncio.sleep(0.05)
        await tx.execute(write, group_id=group_id, count=before + delta)
        return before + delta

    return patch.object(groups, "lock", groups.find), patch.object(groups, "count", count)


def _last_report_wins() -> tuple[AbstractContextManager[Any], ...]:
    joined = calls.joined

    def overwritten(one: Known, other: Known) -> Known:
        return other if other.call_id else joined(one, other)

    return (patch.object(calls, "joined", overwritten),)


def _cancel_unheard() -> tuple[AbstractContextManager[Any], ...]:
    return (
        patch.object(Live, "may_dial", lambda self, now: True),
        patch.object(permits, "_unless_live", lambda campaign, now: None),
    )


def _hours_of_the_server() -> tuple[AbstractContextManager[Any], ...]:
    def here(contact_zone: str, tenant_zone: str, phone: str) -> Whereabouts:
        return Whereabouts(("UTC",), ZoneSource.CONTACT)

    return (
        patch.object(permits, "whereabouts", here),
        patch.object(contactability, "whereabouts", here),
    )


def _dial_before_intent() -> tuple[AbstractContextManager[Any], ...]:
    """No attempt was written before, so each request of it is a stranger to the provider."""
    call = Telephone.call

    async def with_a_new_key(self: Telephone, order: Order) -> Answer:
        return await call(self, replace(order, attempt_id=new_id()))

    return (patch.object(Telephone, "call", with_a_new_key),)


def _set_for_the_session() -> tuple[AbstractContextManager[Any], ...]:
    """SET where SET LOCAL is meant."""
    return tuple(
        patch.object(sql, name, getattr(sql, name).replace("true)", "false)"))
        for name in ("_BEGIN", "_ACROSS", "_SWITCH")
    )


BUGS: Mapping[str, Bug] = {
    "dial_before_intent": Bug("I1", "campaigns-worker", _dial_before_intent),
    "key_of_the_run": Bug("I1", "campaigns-worker", _key_of_the_run),
    "audit_afterwards": Bug("I5", "groups", _audit_afterwards),
    "cursor_by_number": Bug("I4", "groups", _cursor_by_number),
    "count_without_lock": Bug("I4", "groups", _count_without_lock),
    "last_report_wins": Bug("I2", "campaigns", _last_report_wins),
    "cancel_unheard": Bug("I9", "campaigns-worker", _cancel_unheard),
    "hours_of_the_server": Bug("I7", "campaigns-worker", _hours_of_the_server),
    "limiter_off": Bug("I8", "campaigns-worker", lambda: tuple(FAULTS["limiter_off"])),
    "set_for_the_session": Bug("P17", "groups", _set_for_the_session),
}
