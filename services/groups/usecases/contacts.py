"""Contacts: made, read and changed by people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.chassis import outbox, requests
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.errors import etag_mismatch
from services.chassis.ids import new_id
from services.chassis.requests import Request
from services.groups.domain import contacts, errors, masking, permissions, selections
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Change, Entry, storable
from services.groups.domain.consents import given
from services.groups.domain.contacts import Contact
from services.groups.domain.events import ContactChanged
from services.groups.domain.members import Origin
from services.groups.domain.permissions import Action
from services.groups.store import audit, call_facts, members, tenants, visits
from services.groups.store import consents as consents_store
from services.groups.store import contacts as store
from services.groups.usecases import consents, membership


@dataclass(frozen=True, slots=True)
class CreateContact:
    """A contact to be made, the groups it joins, and the consent that came along."""

    values: Mapping[str, Any]
    group_ids: tuple[UUID, ...] = ()
    consent_basis: str = ""
    consent_source: str = ""


@dataclass(frozen=True, slots=True)
class UpdateContact:
    """New values of a contact's fields, and the version they were decided on."""

    contact_id: UUID
    values: Mapping[str, Any]
    etag: str = ""


async def create_contact(
    db: Database, caller: Caller, request: Request, order: CreateContact
) -> Contact:
    """Makes the contact with memberships, consent, audit rows and events, or nothing."""
    permissions.allow(caller, Action.CREATE)
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Contact):
            return before
        country = (await tenants.profile(tx)).profile.default_country
        contact = await store.create(tx, new_id(), contacts.made(order.values, country))
        if contact is None:
            raise errors.external_id_taken()
        contact = await _marked(tx, contact)
        await audit.append(tx, _creation(contact), tx.now)
        await outbox.append(tx, changed(contact))
        if order.consent_basis:
            consent = given(order.consent_basis, order.consent_source, tx.now)
            await consents.record(tx, contact.id, consent)
        if order.group_ids:
            joined = selections.few_groups(order.group_ids)
            await membership.enter(tx, (contact.id,), joined, Origin(new_id()))
        whole = await with_relations(tx, (contact,))
        return await requests.keep(tx, request, whole[0])


async def get_contact(db: Database, caller: Caller, contact_id: UUID) -> Contact:
    """One contact as the caller may see it; in a medical tenant the reading is audited."""
    permissions.allow(caller, Action.VIEW)
    async with db.transaction(caller) as tx:
        found = await store.find(tx, contact_id)
        if found is None:
            raise errors.no_contact()
        whole = await with_relations(tx, (found,))
        medical = (await tenants.profile(tx)).medical
        seen = masking.contact(caller, whole[0], medical=medical)
        if medical:
            fields = {"fields": masking.revealed(seen)}
            entry = Entry(Audited.CONTACT_READ, contact_id=contact_id, after=fields)
            await audit.append(tx, entry, tx.now)
        return seen


async def update_contact(
    db: Database, caller: Caller, request: Request, order: UpdateContact
) -> Contact:
    """Changes the fields given, with audit row and event, or nothing."""
    permissions.allow(caller, Action.EDIT)
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Contact):
            return before
        contact = await store.lock(tx, order.contact_id)
        if contact is None:
            raise errors.no_contact()
        if order.etag and order.etag != contact.etag:
            raise etag_mismatch(order.etag, contact.etag)
        saved = await _changed(tx, contact, order.values)
        whole = await with_relations(tx, (saved,))
        return await requests.keep(tx, request, whole[0])


async def with_relations(tx: Transaction, found: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts with their consents and the groups that the caller may see."""
    ids = [each.id for each in found]
    leave = await consents_store.of(tx, ids)
    theirs = await members.groups_of(tx, ids)
    return tuple(
        replace(each, consents=tuple(leave.get(each.id, ())), groups=theirs.get(each.id, ()))
        for each in found
    )


def changed(contact: Contact) -> ContactChanged:
    """The event that tells other contexts of a contact."""
    fields = contact.fields
    return ContactChanged(
        contact.id,
        fields.appointment_status,
        fields.appointment_time,
        fields.appointment_type,
        contact.created_at,
        contact.deleted_at,
    )


def _creation(contact: Contact) -> Entry:
    given = contacts.filled(contact.fields)
    after = {name: storable(value) for name, value in given.items()}
    return Entry(Audited.CONTACT_CREATED, contact_id=contact.id, after=after)


async def _changed(tx: Transaction, contact: Contact, values: Mapping[str, Any]) -> Contact:
    country = (await tenants.profile(tx)).profile.default_country
    after = contacts.changed(contact.fields, values, country)
    differences = contacts.differences(contact.fields, after)
    if not differences:
        return contact
    if after.external_id and await store.external_id_is_taken(tx, contact.id, after.external_id):
        raise errors.external_id_taken()
    decided = contacts.touches_appointment(differences)
    if past := contacts.visit(contact.fields, after, tx.now):
        await visits.keep(tx, contact.id, past)
    saved = await store.save(tx, contact, after, appointment_decided=decided)
    if "phone" in differences:
        saved = await _marked(tx, saved)
    change = Change.of(differences)
    entry = Entry(
        Audited.CONTACT_UPDATED,
        contact_id=contact.id,
        before=change.before,
        after=change.after,
    )
    await audit.append(tx, entry, tx.now)
    await outbox.append(tx, changed(saved))
    return saved


async def _marked(tx: Transaction, contact: Contact) -> Contact:
    """The contact as the do-not-call list knows its number."""
    await call_facts.mark(tx, contact.id)
    return await store.find(tx, contact.id) or contact
