"""What groups learns from campaigns: calls, decisions about appointments, do-not-call."""

from services.chassis import outbox
from services.chassis.db import Transaction
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.audit import Action, Entry
from services.groups.domain.calls import Call
from services.groups.store import audit, contacts_past
from services.groups.store import call_facts as store

_SAID = "said so in a call"
_TAKEN_BACK = "a call was not what it first seemed"


async def call_ended(tx: Transaction, call: Call) -> None:
    """Counts the call once, by its highest version.

    The last call since people edited the appointment decides about it; if a later
    version takes the decision back, the status that people left returns.
    """
    if not await store.lock(tx, call.contact_id):
        return
    before = await store.standing(tx, call.contact_id)
    if not await store.keep(tx, call, before.left_by_people):
        return
    decided = (await store.standing(tx, call.contact_id)).decided
    status = decided or before.left_by_people
    if status is not before.status:
        await store.settle(tx, call.contact_id, status)
        await _tell(tx, call, before.status, status, _SAID if decided else _TAKEN_BACK)


async def _tell(
    tx: Transaction, call: Call, before: AppointmentStatus, after: AppointmentStatus, reason: str
) -> None:
    entry = Entry(
        Action.CONTACT_UPDATED,
        contact_id=call.contact_id,
        reason=reason,
        before={"appointment_status": before},
        after={"appointment_status": after},
    )
    await audit.append(tx, entry, tx.now)
    await outbox.append(tx, *await contacts_past.some(tx, [call.contact_id]))


async def suppressed(tx: Transaction, phone: str) -> None:
    await store.suppress(tx, phone)


async def released(tx: Transaction, phone: str) -> None:
    await store.release(tx, phone)
