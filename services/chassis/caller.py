"""Who asks: the verified person or machine behind a call."""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5


class Role(StrEnum):
    """What a token says its bearer is."""

    SUPER_ADMIN = "super_admin"
    CLIENT_ADMIN = "client_admin"
    CLIENT_USER = "client_user"
    SERVICE = "service"


_ADMINS = frozenset({Role.SUPER_ADMIN, Role.CLIENT_ADMIN})


@dataclass(frozen=True, slots=True)
class Caller:
    """A person of a tenant, or a service; `machine` names the service that brought a person."""

    tenant_id: UUID | None
    person_id: UUID
    role: Role
    name: str = ""
    machine: str = ""

    @staticmethod
    def service(tenant_id: UUID | None, name: str = "service") -> "Caller":
        """A service at work in the background of a tenant."""
        return Caller(tenant_id, service_id(name), Role.SERVICE, machine=name)

    @property
    def is_admin(self) -> bool:
        return self.role in _ADMINS

    @property
    def is_machine(self) -> bool:
        return self.role is Role.SERVICE

    def for_tenant(self, tenant_id: UUID) -> "Caller":
        """The same service, at work in the tenant that a message names."""
        return replace(self, tenant_id=tenant_id)


current: ContextVar[Caller] = ContextVar("caller")


def person_id(issuer: str, subject: str) -> UUID:
    """The stable id of a person: the subject of a token, namespaced by its issuer."""
    return uuid5(uuid5(NAMESPACE_URL, issuer), subject)


def service_id(name: str) -> UUID:
    """The stable id under which a service stands in audits."""
    return uuid5(NAMESPACE_URL, f"service:{name}")
