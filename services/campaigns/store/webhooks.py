"""Reports of the provider as they came in, and the attempts that they are about."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid, bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.campaigns.store.tables import attempts, provider_events, unmatched_webhooks
from services.chassis import db
from services.chassis.db import Transaction

_FIND = db.compiled(
    select(attempts.c.tenant_id, attempts.c.id)
    .where(
        or_(
            attempts.c.provider_call_id == bindparam("call", type_=Text),
            attempts.c.id == bindparam("attempt", type_=Uuid),
        )
    )
    .order_by(attempts.c.provider_call_id.is_(None))
    .limit(1)
)
_VALUES = {
    "call_id": bindparam("call", type_=Text),
    "event": bindparam("kind", type_=Text),
    "hash": bindparam("digest", type_=LargeBinary),
}
_NEW = db.compiled(insert(provider_events).values(**_VALUES).on_conflict_do_nothing())
_UNMATCHED = db.compiled(insert(unmatched_webhooks).values(**_VALUES).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Found:
    """An attempt and whose it is."""

    tenant_id: UUID
    id: UUID


async def find(tx: Transaction, call_id: str, attempt_id: UUID | None) -> Found | None:
    """The attempt of a call, in whichever tenant; by its own id until the call's is known."""
    return await tx.fetch_one(Found, _FIND, call=call_id, attempt=attempt_id)


async def is_new(tx: Transaction, call_id: str, event: str, digest: bytes) -> bool:
    """Notes a report; whether it was not noted before."""
    return await tx.execute(_NEW, call=call_id, kind=event, digest=digest) == 1


async def note_unmatched(tx: Transaction, call_id: str, event: str, digest: bytes) -> None:
    """Notes a report about a call that nobody here knows."""
    await tx.execute(_UNMATCHED, call=call_id, kind=event, digest=digest)
