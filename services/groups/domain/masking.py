"""What a role need not know in a tenant that the rules for health data apply to."""

from dataclasses import replace

from services.chassis.caller import Caller
from services.groups.domain import contacts, errors
from services.groups.domain.contacts import Contact, Fields
from services.groups.domain.members import Member
from services.groups.domain.selections import Selection

SHOWN_TO_STAFF = ("name", "phone", "appointment_time", "appointment_status")
SHOWN_TO_ADMINS = (
    *SHOWN_TO_STAFF,
    "appointment_type",
    "appointment_duration",
    "owner_name",
    "email",
)
_HIDDEN_FILTERS = ("provider", "type", "source")


def is_masked(caller: Caller, *, medical: bool) -> bool:
    """Whether the caller sees names, phones, appointment times and statuses only."""
    return medical and not caller.is_admin and not caller.is_machine


def shown(caller: Caller) -> tuple[str, ...]:
    """The fields of a person that a medical group view shows."""
    return SHOWN_TO_STAFF if is_masked(caller, medical=True) else SHOWN_TO_ADMINS


def member(caller: Caller, whole: Member, *, medical: bool) -> Member:
    """The member as the caller may see it."""
    if not is_masked(caller, medical=medical):
        return whole
    return replace(
        whole, email=None, appointment_type=None, appointment_duration=None, owner_name=None
    )


def refuse_hidden_filters(caller: Caller, selection: Selection, *, medical: bool) -> None:
    """Refuses a filter whose answer would tell a field that is masked."""
    if not is_masked(caller, medical=medical):
        return
    for name in _HIDDEN_FILTERS:
        if getattr(selection, name):
            raise errors.field_hidden(name)


def contact(caller: Caller, whole: Contact, *, medical: bool) -> Contact:
    """The contact as the caller may see it: staff of a medical tenant see what they need."""
    if not is_masked(caller, medical=medical):
        return whole
    fields = whole.fields
    needed = Fields(
        name=fields.name,
        phone=fields.phone,
        appointment_time=fields.appointment_time,
        appointment_status=fields.appointment_status,
    )
    return replace(whole, fields=needed, consents=())


def revealed(seen: Contact) -> list[str]:
    """What a contact, as the caller sees it, tells about the person."""
    return [*contacts.filled(seen.fields), *(["consents"] if seen.consents else [])]


def listed(caller: Caller, whole: Contact, *, medical: bool) -> Contact:
    """The contact in a list, where instructions of medical tenants never appear."""
    if medical:
        whole = replace(whole, fields=replace(whole.fields, special_instructions=None))
    return contact(caller, whole, medical=medical)
