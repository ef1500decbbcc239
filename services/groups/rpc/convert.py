"""Groups, members and selections between messages and the domain."""

from typing import Any
from uuid import UUID

from services.chassis import wire
from services.chassis.caller import Caller
from services.chassis.errors import unknown_choice
from services.chassis.listing import Pagination
from services.groups.domain import activity, performance
from services.groups.domain.appointments import AppointmentDay, AppointmentStatus
from services.groups.domain.groups import Group, Ref
from services.groups.domain.members import Member, Rejected
from services.groups.domain.selections import CallResult, Selection
from vio.groups.v1 import (
    group_pb2,
    group_ref_pb2,
    member_pb2,
    member_service_pb2,
    page_pb2,
    selection_pb2,
)


def group(shown: Group, caller: Caller) -> group_pb2.Group:
    """The group; who is permitted to see it is told to administrators only."""
    fields = shown.fields
    return group_pb2.Group(
        id=str(shown.id),
        tenant_id=str(shown.tenant_id),
        name=fields.name,
        description=fields.description,
        color=fields.color,
        icon=fields.icon,
        visibility=wire.from_word(group_pb2.Visibility, fields.visibility),
        permitted_users=sorted(map(str, fields.permitted_users)) if caller.is_admin else (),
        contact_count=shown.contact_count,
        created_by=str(shown.created_by),
        created_at=wire.from_moment(shown.created_at),
        updated_at=wire.from_moment(shown.updated_at),
        last_activity=_activity(shown),
        performance=_performance(shown),
        archived=fields.archived,
        etag=shown.etag,
    )


def ref(shown: Ref) -> group_ref_pb2.GroupRef:
    return group_ref_pb2.GroupRef(
        id=str(shown.id),
        name=shown.name,
        color=shown.color,
        icon=shown.icon,
        description=shown.description,
    )


def member(shown: Member) -> member_pb2.Member:
    return member_pb2.Member(
        id=str(shown.id),
        name=shown.name,
        phone=shown.phone,
        email=shown.email,
        appointment_time=wire.from_moment(shown.appointment_time),
        appointment_status=wire.from_word(group_pb2.AppointmentStatus, shown.appointment_status),
        appointment_type=shown.appointment_type,
        appointment_duration=shown.appointment_duration,
        owner_name=shown.owner_name,
        date_added_to_group=wire.from_moment(shown.date_added_to_group),
        added_by_user=shown.added_by_user or "",
        added_via=wire.from_word(member_pb2.AddedVia, shown.added_via),
        other_groups=[each.name for each in shown.other_groups],
        other_group_refs=map(ref, shown.other_groups),
        call_attempts=shown.call_attempts,
        last_contact_time=wire.from_moment(shown.last_contact_time),
        next_scheduled_call=wire.from_moment(shown.next_scheduled_call),
        call_success_rate=performance.percent(shown.answered_calls, shown.call_attempts),
        do_not_call=shown.do_not_call,
        consent=shown.consent,
        created_at=wire.from_moment(shown.created_at),
        updated_at=wire.from_moment(shown.updated_at),
    )


def rejected(one: Rejected) -> member_service_pb2.RejectedContact:
    return member_service_pb2.RejectedContact(contact_id=str(one.contact_id), reason=one.reason)


def to_selection(message: selection_pb2.Selection) -> Selection:
    """The selection as it was sent; its rules are the use-case's."""
    statuses = (
        wire.to_word(group_pb2.AppointmentStatus, each, AppointmentStatus, "status")
        for each in message.status
    )
    return to_filters(
        message,
        any=wire.to_uuids(message.any, "any"),
        all=wire.to_uuids(message.all, "all"),
        none=wire.to_uuids(message.none, "none"),
        ungrouped=message.ungrouped,
        status=tuple(each for each in statuses if each),
        ids=wire.to_uuids(message.ids, "ids"),
        except_ids=wire.to_uuids(message.except_ids, "except_ids"),
    )


def to_filters(message: Any, **clauses: Any) -> Selection:
    """The clauses that selections and list requests have in common, and those given."""
    day = wire.to_word(
        selection_pb2.AppointmentDay, message.appointment, AppointmentDay, "appointment"
    )
    result = wire.to_word(selection_pb2.CallResult, message.call_result, CallResult, "call_result")
    return Selection(
        appointment_from=wire.to_moment(message, "appointment_from"),
        appointment_to=wire.to_moment(message, "appointment_to"),
        appointment=day,
        call_result=result,
        provider=message.provider,
        type=message.type,
        source=message.source,
        search=message.search,
        **clauses,
    )


def place(pagination: Pagination) -> dict[str, Any]:
    """The fields that every list's pagination has."""
    return {
        "current_page": pagination.current_page,
        "page_size": pagination.page_size,
        "total_pages": pagination.total_pages,
        "next_page_token": pagination.next_page_token,
    }


def optional_id(one: UUID | None) -> str:
    return str(one) if one else ""


def _activity(shown: Group) -> group_pb2.LastActivity | None:
    if shown.activity is None:
        return None
    return group_pb2.LastActivity(
        at=wire.from_moment(shown.activity.at), text=activity.sentence(shown.activity)
    )


def _performance(shown: Group) -> group_pb2.GroupPerformance | None:
    if shown.calls is None:
        return None
    calls = shown.calls
    return group_pb2.GroupPerformance(
        answer_rate=performance.percent(calls.answered, calls.total),
        confirmation_rate=performance.percent(calls.confirmed, calls.answered),
        total_calls=calls.total,
    )


def is_descending(direction: int) -> bool:
    """Whether a list runs downwards; both words for either way are read."""
    if direction not in page_pb2.SortDirection.values():
        raise unknown_choice("sort_direction", ["asc", "desc"])
    return direction in {page_pb2.SORT_DIRECTION_DESC, page_pb2.SORT_DIRECTION_DESCENDING}
