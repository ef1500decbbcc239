"""Consents: recorded and taken back, never altered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis import requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.requests import Request
from services.groups.domain import consents, errors, permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry
from services.groups.domain.consents import Consent
from services.groups.domain.permissions import Action
from services.groups.store import audit, contacts
from services.groups.store import consents as store


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """A consent to be recorded; None stands for now."""

    contact_id: UUID
    channel: str
    purpose: str
    basis: str
    source: str
    captured_at: datetime | None = None


async def record_consent(
    db: Database, caller: Caller, request: Request, order: RecordConsent
) -> Consent:
    """Records a consent of a contact."""
    permissions.allow(caller, Action.EDIT)
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Consent):
            return before
        if await contacts.find(tx, order.contact_id) is None:
            raise errors.no_contact()
        consent = consents.given(
            order.basis,
            order.source,
            tx.now,
            channel=order.channel,
            purpose=order.purpose,
            captured_at=order.captured_at,
        )
        await record(tx, order.contact_id, consent)
        return await requests.keep(tx, request, consent)


async def revoke_consent(
    db: Database, caller: Caller, contact_id: UUID, consent_id: UUID
) -> Consent:
    """Takes a consent back; a second time changes nothing."""
    permissions.allow(caller, Action.EDIT)
    async with db.transaction(caller) as tx:
        revoked = await store.revoke(tx, contact_id, consent_id)
        if revoked is None:
            raise errors.no_consent_found()
        if revoked.revoked_at == tx.now:
            entry = Entry(
                Audited.CONSENT_REVOKED, contact_id=contact_id, before={"basis": revoked.basis}
            )
            await audit.append(tx, entry, tx.now)
        return revoked


async def record(tx: Transaction, contact_id: UUID, consent: Consent) -> None:
    """Stores the consent with its audit row."""
    await store.record(tx, contact_id, consent)
    entry = Entry(
        Audited.CONSENT_RECORDED,
        contact_id=contact_id,
        after={
            "channel": consent.channel,
            "purpose": consent.purpose,
            "basis": consent.basis,
            "source": consent.source,
        },
    )
    await audit.append(tx, entry, tx.now)
