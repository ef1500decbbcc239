"""Contacts, selections, the tenant and its people."""

from gateway.route import Route
from vio.groups.v1 import contact_pb2 as contact
from vio.groups.v1 import contact_service_pb2 as contacts
from vio.groups.v1 import member_service_pb2 as members
from vio.groups.v1 import people_service_pb2 as people
from vio.groups.v1 import selection_service_pb2 as selections
from vio.groups.v1 import tenant_pb2 as tenant
from vio.groups.v1 import tenant_service_pb2 as tenants

_LIST = (
    lambda stubs: stubs.contacts.ListContacts,
    contacts.ListContactsRequest,
    contacts.ListContactsResponse,
)
_IN_NO_GROUP = {"include_ungrouped": True, "group_ids": [], "any": [], "all": []}

ROUTES = (
    Route("GET", "/contacts", *_LIST),
    Route("GET", "/contacts/by-groups", *_LIST),
    Route("GET", "/contacts/ungrouped", *_LIST, given=_IN_NO_GROUP),
    Route(
        "POST",
        "/contacts",
        lambda stubs: stubs.contacts.CreateContact,
        contacts.CreateContactRequest,
        contact.Contact,
        status=201,
    ),
    Route(
        "POST",
        "/contacts/select",
        lambda stubs: stubs.selections.CreateSelection,
        selections.CreateSelectionRequest,
        selections.CreateSelectionResponse,
    ),
    Route(
        "GET",
        "/contacts/{contact_id}",
        lambda stubs: stubs.contacts.GetContact,
        contacts.GetContactRequest,
        contact.Contact,
    ),
    Route(
        "PATCH",
        "/contacts/{contact_id}",
        lambda stubs: stubs.contacts.UpdateContact,
        contacts.UpdateContactRequest,
        contact.Contact,
    ),
    Route(
        "PUT",
        "/contacts/{contact_id}/groups",
        lambda stubs: stubs.members.SetContactGroups,
        members.SetContactGroupsRequest,
        members.SetContactGroupsResponse,
        constants={"success": True},
    ),
    Route(
        "POST",
        "/contacts/{contact_id}/consents",
        lambda stubs: stubs.contacts.RecordConsent,
        contacts.RecordConsentRequest,
        contact.Consent,
        status=201,
    ),
    Route(
        "DELETE",
        "/contacts/{contact_id}/consents/{consent_id}",
        lambda stubs: stubs.contacts.RevokeConsent,
        contacts.RevokeConsentRequest,
        contact.Consent,
    ),
    Route("GET", "/me", lambda stubs: stubs.people.GetMe, people.GetMeRequest, people.Person),
    Route(
        "GET",
        "/people",
        lambda stubs: stubs.people.ListPeople,
        people.ListPeopleRequest,
        people.ListPeopleResponse,
    ),
    Route(
        "PUT",
        "/people/{person_id}",
        lambda stubs: stubs.people.UpsertPerson,
        people.UpsertPersonRequest,
        people.Person,
    ),
    Route(
        "GET",
        "/tenant",
        lambda stubs: stubs.tenants.GetTenant,
        tenants.GetTenantRequest,
        tenant.Tenant,
    ),
    Route(
        "PATCH",
        "/tenant",
        lambda stubs: stubs.tenants.UpdateTenant,
        tenants.UpdateTenantRequest,
        tenant.Tenant,
    ),
    Route(
        "POST",
        "/tenants",
        lambda stubs: stubs.tenants.CreateTenant,
        tenants.CreateTenantRequest,
        tenant.Tenant,
        status=201,
    ),
)
