"""The demonstration's businesses: made once, through the product's own interface."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.local.demo import people
from deploy.local.demo.api import Api, Json
from deploy.local.demo.people import CLINIC, SALON
from deploy.local.issuer import personas
from deploy.local.settings import StackSettings
from deploy.local.signing_in import token

_TENANTS: tuple[Json, ...] = (
    {
        "id": str(personas.CLINIC),
        "name": "Harbor Family Clinic",
        "business_type": "medical",
        "timezone": CLINIC.zone,
        "medical": True,
    },
    {
        "id": str(personas.SALON),
        "name": "Studio Lumen",
        "business_type": "salon",
        "timezone": SALON.zone,
        "average_appointment_value": 8500,
    },
)
_GROUPS: tuple[Json, ...] = (
    {"name": "VIP", "color": "#EC4899", "icon": "⭐", "description": "Our most loyal people"},
    {"name": "Board only", "color": "#6B7280", "visibility": "admins_only"},
)


async def tenants(settings: StackSettings) -> None:
    """Makes both businesses."""
    root = Api.at(settings.gateway, token(settings, "root"))
    async with root.client:
        for each in _TENANTS:
            await root.post("/tenants", each)


async def everything(settings: StackSettings) -> None:
    """Both businesses with their contacts and a few groups, once for a stack."""
    done = settings.state / "seeded"
    if done.exists():
        return
    await tenants(settings)
    for person, business in (("clinic-admin", CLINIC), ("salon-admin", SALON)):
        api = Api.at(settings.gateway, token(settings, person))
        async with api.client:
            today = datetime.now(ZoneInfo(business.zone))
            file = people.write(business, today, settings.state / f"{business.name}.csv")
            await _fill(api, file)
    done.touch()


async def _fill(api: Api, file: Path) -> None:
    consent = {"consent_basis": "existing_customer", "consent_source": "registration form"}
    await api.upload("/contacts/import", file, **consent)
    for group in _GROUPS:
        made = await api.post("/groups", group)
        found = await api.get("/contacts", page_size=15)
        ids = [each["id"] for each in found["contacts"]]
        await api.post(f"/groups/{made['id']}/members/add", {"contact_ids": ids})
