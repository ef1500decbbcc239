"""What happens to groups and their members, as other contexts hear it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.groups.domain.events import GroupChanged, MembersAdded, MembersRemoved
from vio.groups.v1 import events_pb2, group_pb2


def group_changed(event: GroupChanged) -> events_pb2.GroupChanged:
    group, fields = event.group, event.group.fields
    message = events_pb2.GroupChanged(
        group_id=str(group.id),
        name=fields.name,
        description=fields.description,
        color=fields.color,
        icon=fields.icon,
        visibility=group_pb2.Visibility.Value(f"VISIBILITY_{fields.visibility.upper()}"),
        permitted_users=sorted(map(str, fields.permitted_users)),
        archived=fields.archived,
        created_at=_stamp(group.created_at),
    )
    if group.deleted_at is not None:
        message.deleted_at.FromDatetime(group.deleted_at)
    return message


def members_added(event: MembersAdded) -> events_pb2.MembersAdded:
    return events_pb2.MembersAdded(
        group_id=str(event.group_id),
        contact_ids=map(str, event.contact_ids),
        at=_stamp(event.at),
    )


def members_removed(event: MembersRemoved) -> events_pb2.MembersRemoved:
    return events_pb2.MembersRemoved(
        group_id=str(event.group_id),
        contact_ids=map(str, event.contact_ids),
        at=_stamp(event.at),
    )


ENCODERS: dict[type, Callable[[Any], Message]] = {
    GroupChanged: group_changed,
    MembersAdded: members_added,
    MembersRemoved: members_removed,
}


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
