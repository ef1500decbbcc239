"""Who can sign in at the development issuer."""

from dataclasses import dataclass
from uuid import UUID

CLINIC = UUID("018f0000-0000-7000-8000-000000000001")
SALON = UUID("018f0000-0000-7000-8000-000000000002")
MACHINES = ("groups", "campaigns", "analytics", "gateway")


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody of a demonstration business; `subject` is what one signs in as."""

    subject: str
    name: str
    role: str
    tenant_id: UUID
    business: str


PERSONAS = {
    each.subject: each
    for each in (
        Persona("clinic-admin", "Avery Stone", "client_admin", CLINIC, "Harbor Family Clinic"),
        Persona("clinic-user", "Blake Reyes", "client_user", CLINIC, "Harbor Family Clinic"),
        Persona("clinic-user-2", "Casey Wong", "client_user", CLINIC, "Harbor Family Clinic"),
        Persona("salon-admin", "Drew Okoye", "client_admin", SALON, "Studio Lumen"),
        Persona("salon-user", "Ellis Vega", "client_user", SALON, "Studio Lumen"),
        Persona("root", "Robin Platt", "super_admin", CLINIC, "Harbor Family Clinic"),
    )
}
