"""Contacts over gRPC."""

from typing import Any

import grpc

from services.chassis import caller as callers
from services.chassis import wire
from services.chassis.db import Database
from services.chassis.ids import to_uuid
from services.chassis.pages import PageTokens
from services.groups.domain import errors, selections
from services.groups.domain.appointments import AppointmentStatus
from services.groups.domain.selections import FilterLogic, Selection
from services.groups.rpc import contact_convert, convert
from services.groups.usecases import consents, contact_list, contacts
from services.groups.usecases.consents import RecordConsent
from services.groups.usecases.contacts import CreateContact, UpdateContact
from vio.groups.v1 import contact_pb2, group_pb2
from vio.groups.v1 import contact_service_pb2 as pb
from vio.groups.v1.contact_service_pb2_grpc import ContactServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


class ContactService(ContactServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database, tokens: PageTokens) -> None:
        self._db = db
        self._tokens = tokens

    async def CreateContact(
        self, message: pb.CreateContactRequest, context: Context
    ) -> contact_pb2.Contact:
        order = CreateContact(
            contact_convert.given(message),
            wire.to_uuids(message.group_ids, "group_ids"),
            message.consent_basis,
            message.consent_source,
        )
        request = wire.request("CreateContact", message)
        caller = callers.current.get()
        return contact_convert.contact(
            await contacts.create_contact(self._db, caller, request, order)
        )

    async def GetContact(
        self, message: pb.GetContactRequest, context: Context
    ) -> contact_pb2.Contact:
        contact_id = to_uuid(message.contact_id, "contact_id")
        found = await contacts.get_contact(self._db, callers.current.get(), contact_id)
        return contact_convert.contact(found)

    async def UpdateContact(
        self, message: pb.UpdateContactRequest, context: Context
    ) -> contact_pb2.Contact:
        contact_id = to_uuid(message.contact_id, "contact_id")
        order = UpdateContact(contact_id, _masked(message), message.etag)
        request = wire.request("UpdateContact", message)
        saved = await contacts.update_contact(self._db, callers.current.get(), request, order)
        return contact_convert.contact(saved)

    async def ListContacts(
        self, message: pb.ListContactsRequest, context: Context
    ) -> pb.ListContactsResponse:
        page = await contact_list.list_contacts(
            self._db,
            callers.current.get(),
            self._tokens,
            _selection(message),
            wire.paging(message),
        )
        return pb.ListContactsResponse(
            contacts=map(contact_convert.contact, page.contacts),
            pagination=pb.ContactPagination(
                total_contacts=page.pagination.total,
                total_is_capped=page.pagination.total_is_capped,
                **convert.place(page.pagination),
            ),
            filters_applied=_filters(message, page.sentence),
            query_performance=pb.QueryPerformance(query_execution_time=page.milliseconds),
        )

    async def RecordConsent(
        self, message: pb.RecordConsentRequest, context: Context
    ) -> contact_pb2.Consent:
        order = RecordConsent(
            to_uuid(message.contact_id, "contact_id"),
            message.channel,
            message.purpose,
            message.basis,
            message.source,
            wire.to_moment(message, "captured_at"),
        )
        request = wire.request("RecordConsent", message)
        recorded = await consents.record_consent(self._db, callers.current.get(), request, order)
        return contact_convert.consent(recorded)

    async def RevokeConsent(
        self, message: pb.RevokeConsentRequest, context: Context
    ) -> contact_pb2.Consent:
        revoked = await consents.revoke_consent(
            self._db,
            callers.current.get(),
            to_uuid(message.contact_id, "contact_id"),
            to_uuid(message.consent_id, "consent_id"),
        )
        return contact_convert.consent(revoked)


def _masked(message: pb.UpdateContactRequest) -> dict[str, Any]:
    """The new value of every field that the mask names."""
    given = contact_convert.given(message)
    for name in message.update_mask.paths:
        if name not in given:
            raise errors.field_unknown(name, given)
    return {name: given[name] for name in message.update_mask.paths}


def _selection(message: pb.ListContactsRequest) -> Selection:
    """The list's filters as a selection; `group_ids` go where `filter_logic` sends them."""
    logic = wire.to_word(pb.FilterLogic, message.filter_logic, FilterLogic, "filter_logic")
    status = _status(message)
    filters = convert.to_filters(
        message,
        any=wire.to_uuids(message.any, "any"),
        all=wire.to_uuids(message.all, "all"),
        none=wire.to_uuids(message.none, "none"),
        status=(status,) if status else (),
    )
    return selections.plain(
        filters,
        wire.to_uuids(message.group_ids, "group_ids"),
        logic or FilterLogic.OR,
        include_ungrouped=message.include_ungrouped,
    )


def _filters(message: pb.ListContactsRequest, sentence: str) -> pb.ContactFilters:
    return pb.ContactFilters(
        group_ids=message.group_ids,
        filter_logic=message.filter_logic or pb.FILTER_LOGIC_OR,
        include_ungrouped=message.include_ungrouped,
        status_filter=message.status_filter or None,
        search_term=message.search or None,
        sentence=sentence,
    )


def _status(message: pb.ListContactsRequest) -> AppointmentStatus | None:
    return wire.to_word(
        group_pb2.AppointmentStatus, message.status_filter, AppointmentStatus, "status_filter"
    )
