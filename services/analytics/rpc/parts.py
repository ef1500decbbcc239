"""The parts that both answers have: the group, the freshness, moments."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from services.analytics.domain.freshness import Freshness
from services.analytics.domain.groups import Group
from vio.analytics.v1 import figures_pb2 as pb


def moment(value: datetime | None) -> Timestamp | None:
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def group_info(group: Group) -> pb.GroupInfo:
    return pb.GroupInfo(
        id=str(group.id),
        name=group.name,
        description=group.description,
        color=group.color,
        icon=group.icon,
        created_at=moment(group.created_at),
    )


def freshness(fresh: Freshness) -> pb.Freshness:
    lag = None if fresh.lag_seconds is None else round(fresh.lag_seconds, 3)
    return pb.Freshness(as_of=moment(fresh.as_of), lag_seconds=lag)
