"""The demonstration's businesses: made once, through the product's own interface."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.local.demo import people
from deploy.local.demo.api import Api, Json, Refused
from deploy.local.demo.people import CLINIC, SALON
from deploy.local.issuer import personas
from deploy.local.settings import StackSettings
from deploy.local.signing_in import token

_DONE = "seeded"
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
    """Makes both businesses, unless they are there."""
    root = Api.at(settings.gateway, token(settings, "root"))
    async with root.client:
        for each in _TENANTS:
            try:
                await root.post("/tenants", each)
            except Refused as refusal:
                if refusal.reason != "TENANT_EXISTS":
                    raise


def is_done(settings: StackSettings) -> bool:
    """Whether the state is one that somebody works with."""
    return (settings.state / _DONE).exists()


async def everything(settings: StackSettings) -> None:
    """Both businesses with their contacts and a few groups, once for a stack.

    What was interrupted is done again: every step leaves alone what is there.
    """
    if is_done(settings):
        return
    await tenants(settings)
    for person, business in (("clinic-admin", CLINIC), ("salon-admin", SALON)):
        api = Api.at(settings.gateway, token(settings, person))
        async with api.client:
            today = datetime.now(ZoneInfo(business.zone))
            file = people.write(business, today, settings.state / f"{business.name}.csv")
            await _fill(api, file)
    (settings.state / _DONE).touch()


async def _fill(api: Api, file: Path) -> None:
    consent = {"consent_basis": "existing_customer", "consent_source": "registration form"}
    await api.upload("/contacts/import", file, **consent)
    known = {each["name"]: each for each in (await api.get("/groups"))["groups"]}
    found = await api.get("/contacts", page_size=15)
    ids = [each["id"] for each in found["contacts"]]
    for group in _GROUPS:
        made = known.get(group["name"]) or await api.post("/groups", group)
        await api.post(f"/groups/{made['id']}/members/add", {"contact_ids": ids})
