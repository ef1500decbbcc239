"""The policy table: which RPC is for whom. A method without a row is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from google.protobuf import descriptor_pool

from services.chassis.caller import Caller
from services.chassis.errors import Forbidden


class Audience(Enum):
    """Who may call a method at all; roles and objects are decided by the use-case."""

    ANYONE = "anyone"
    PEOPLE = "people"
    MACHINES = "machines"


ANYONE, PEOPLE, MACHINES = Audience


@dataclass(frozen=True, slots=True)
class Row:
    """What a method does, to what kind of object, and for whom it is there."""

    action: str
    kind: str
    audience: Audience = PEOPLE


Policy = Mapping[str, Row]

OPEN = Row("check", "health", ANYONE)
ALWAYS: Policy = {
    "/grpc.health.v1.Health/Check": OPEN,
    "/grpc.health.v1.Health/Watch": OPEN,
    "/grpc.health.v1.Health/List": OPEN,
}
REFLECTION: Policy = {
    f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo": Row(
        "describe", "contract", ANYONE
    )
    for version in ("v1", "v1alpha")
}
FEED: Policy = {
    "/vio.feed.v1.ChangeFeedService/List": Row("follow", "changes", MACHINES),
    "/vio.feed.v1.ChangeFeedService/Watch": Row("follow", "changes", MACHINES),
}


def admit(caller: Caller, row: Row) -> None:
    """Refuses people what is for machines, and machines what is for people."""
    if row.audience is MACHINES and not caller.machine:
        raise Forbidden("MACHINES_ONLY", "This is for services of the product only.")
    if row.audience is PEOPLE and caller.machine:
        raise Forbidden("PEOPLE_ONLY", "This is for people only.")


def missing(policy: Policy, methods: Iterable[str]) -> list[str]:
    """The methods that have no row."""
    return sorted(set(methods) - policy.keys())


def methods_of(services: Iterable[str]) -> list[str]:
    """The full names of the methods of services, from their contracts."""
    pool = descriptor_pool.Default()
    return [
        f"/{service}/{method.name}"
        for service in services
        for method in pool.FindServiceByName(service).methods
    ]
