"""The two businesses of a run: made through the product's own interface."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from deploy.local.demo import seeding
from deploy.local.demo.api import Api, Json
from deploy.local.issuer import personas
from deploy.local.signing_in import token
from tests.chaos.clients import Client, History
from tests.chaos.world import World

AUDIENCE = 12
# Endings that are kept for fiction and left to chance, and some with a fate of their own.
_ENDINGS = (*range(100, 134), 150, 155, 157, 160, 177, 198)
CROWD = len(_ENDINGS)
_COLUMNS = ("Customer ID", "Full Name", "Mobile", "Time zone")


@dataclass(frozen=True, slots=True)
class Business:
    """A tenant of the run; its people's family name is found nowhere else."""

    tenant_id: UUID
    admin: str
    user: str
    canary: str
    codes: tuple[int, ...]
    zones: tuple[str, ...]


CLINIC = Business(
    personas.CLINIC,
    "clinic-admin",
    "clinic-user",
    "Clinicanary",
    (201, 212, 315, 332, 347, 516, 518, 585),
    ("America/New_York", "America/New_York", "America/Chicago", "America/Los_Angeles"),
)
SALON = Business(
    personas.SALON,
    "salon-admin",
    "salon-user",
    "Saloncanary",
    (217, 224, 262, 309, 312, 314, 331, 414),
    ("America/Chicago", "America/Chicago", "America/New_York", "Pacific/Honolulu"),
)
BUSINESSES = (CLINIC, SALON)


@dataclass(frozen=True, slots=True)
class Audience:
    """A group that is only called, and the zone of its people."""

    group_id: UUID
    zone: str


@dataclass(frozen=True, slots=True)
class Office:
    """A business at work: its people's clients, its contacts, and whom it calls."""

    business: Business
    admin: Client
    user: Client
    contacts: tuple[UUID, ...]
    audiences: tuple[Audience, ...]


async def offices(world: World, history: History) -> tuple[Office, ...]:
    """Makes both businesses with contacts of several zones, a tenth of them without consent."""
    await seeding.tenants(world.settings)
    return tuple([await _office(world, history, each) for each in BUSINESSES])


async def _office(world: World, history: History, business: Business) -> Office:
    api = Api.at(world.settings.gateway, token(world.settings, business.admin))
    async with api.client:
        ids = await _contacts(api, business)
        audiences = [
            await _audience(api, f"{zone} {place}", ids[place * CROWD :][:AUDIENCE], zone)
            for place, zone in enumerate(_zones(business))
        ]
    foreign = next(each.canary for each in BUSINESSES if each is not business)
    admin, user = (
        Client.of(world.settings.gateway, token(world.settings, who), history, foreign)
        for who in (business.admin, business.user)
    )
    return Office(business, admin, user, tuple(ids), tuple(audiences))


async def _contacts(api: Api, business: Business) -> list[UUID]:
    """Imports everybody; in the order of their numbers."""
    asked = [row for number, row in enumerate(_rows(business)) if number % 10]
    silent = [row for number, row in enumerate(_rows(business)) if not number % 10]
    consent = {"consent_basis": "existing_customer", "consent_source": "form"}
    for rows, basis in ((asked, consent), (silent, {})):
        sent = await api.client.post(
            "/contacts/import",
            content=_file(rows),
            headers={"Content-Type": "text/csv"},
            params=basis,
        )
        sent.raise_for_status()
    return [UUID(each["id"]) for each in await _everybody(api)]


async def _everybody(api: Api) -> list[Json]:
    found, place = [], ""
    while True:
        page = await api.get("/contacts", page_size=100, **({"page_token": place} if place else {}))
        found += page["contacts"]
        if not (place := page["pagination"]["next_page_token"]):
            return sorted(found, key=lambda contact: str(contact["external_id"]))


def _rows(business: Business) -> Iterator[tuple[str, ...]]:
    """A code's people live in one zone, so that an audience has one."""
    for place, (code, zone) in enumerate(zip(business.codes, _zones(business), strict=True)):
        for number, ending in enumerate(_ENDINGS):
            name = f"{business.canary} {place:02}{number:03}"
            yield f"X-{place:02}{number:03}", f"Ada {name}", f"+1{code}555{ending:04}", zone


def _zones(business: Business) -> Sequence[str]:
    return business.zones * (len(business.codes) // len(business.zones))


def _file(rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_COLUMNS, *rows])
    return text.getvalue().encode()


async def _audience(api: Api, name: str, contacts: Sequence[UUID], zone: str) -> Audience:
    made = await api.post(
        "/groups", {"name": name, "initial_contact_ids": [str(each) for each in contacts]}
    )
    return Audience(UUID(made["id"]), zone)
