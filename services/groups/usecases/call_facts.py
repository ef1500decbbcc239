"""What groups learns from campaigns: calls, decisions about appointments, do-not-call."""

from services.chassis import outbox
from services.chassis.db import Transaction
from services.groups.domain.audit import Action, Entry
from services.groups.domain.calls import Call
from services.groups.store import audit, contacts_past
from services.groups.store import call_facts as store


async def call_ended(tx: Transaction, call: Call) -> None:
    """Counts the call once, by its highest version; a later manual edit is never overruled."""
    if not await store.keep(tx, call):
        return
    decided = await store.decide(tx, call)
    if decided is None:
        return
    entry = Entry(
        Action.CONTACT_UPDATED,
        contact_id=call.contact_id,
        reason="said so in a call",
        before={"appointment_status": decided.before},
        after={"appointment_status": decided.after},
    )
    await audit.append(tx, entry, tx.now)
    await outbox.append(tx, *await contacts_past.some(tx, [call.contact_id]))


async def suppressed(tx: Transaction, phone: str) -> None:
    await store.suppress(tx, phone)


async def released(tx: Transaction, phone: str) -> None:
    await store.release(tx, phone)
