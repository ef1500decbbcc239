"""Makes tenants with people and things, through the services' own methods."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from services.chassis import caller as callers
from services.chassis.ids import new_id
from tests.authz.expected import Role, Visibility
from tests.authz.house import House, Household, Things
from tests.support.issuer import Person
from vio.campaigns.v1 import campaign_service_pb2 as campaigns_pb
from vio.groups.v1 import group_pb2, import_service_pb2, selection_pb2

_GROUPS, _CAMPAIGNS = "/vio.groups.v1", "/vio.campaigns.v1"
_PATIENCE = 30.0
_FILE = b"name,phone\nCANARY-{mark} Imported,+1212555{digits}9\n,not a phone\n"


@dataclass(frozen=True)
class Founder:
    """Founds one tenant; `mark` stands in every word of it, `digits` in every phone.

    Where it is day people can be called, and would be if anybody let a campaign go.
    """

    house: House
    mark: str
    digits: str
    zone: str

    async def found(self) -> Household:
        """A tenant with a group of every visibility, each with people and a paused campaign."""
        tenant_id = new_id()
        people = self._people(tenant_id)
        root = people[Role.SUPER_ADMIN]
        named = {"id": str(tenant_id), "name": self._word("Tenant"), "timezone": "America/New_York"}
        await self.house.made(f"{_GROUPS}.TenantService/CreateTenant", root, **named)
        for each in people.keys() - {Role.OUTSIDER, Role.MACHINE}:
            await self.house.made(f"{_GROUPS}.PeopleService/GetMe", people[each])
        shared = await self._shared(people[Role.CLIENT_ADMIN])
        shared["person_id"] = str(people[Role.PERMITTED_USER].caller.person_id)
        things = {each: await self.group(people, shared, each) for each in Visibility}
        if "campaigns" in self.house.channels:
            things = {each: await self._calling(people, things[each]) for each in Visibility}
        return Household(tenant_id, people, things, self._canaries(things), _hidden(things))

    async def group(
        self, people: dict[Role, Person], shared: Things, visibility: Visibility
    ) -> Things:
        """A group of the tenant's contacts, with what requests about it need."""
        name = self._word(f"{visibility.value} {uuid4().hex[:8]}")
        granted = [shared["person_id"]] if visibility is Visibility.CUSTOM else []
        made = await self.house.made(
            f"{_GROUPS}.GroupService/CreateGroup",
            people[Role.CLIENT_ADMIN],
            name=name,
            description=self._word("described"),
            visibility=group_pb2.Visibility.Value(f"VISIBILITY_{visibility.name}"),
            permitted_users=granted,
            initial_contact_ids=[shared["contact_id"]],
        )
        return {**shared, "group_id": made.id, "confirm_name": name}

    def _people(self, tenant_id: UUID) -> dict[Role, Person]:
        roles = {
            Role.SUPER_ADMIN: callers.Role.SUPER_ADMIN,
            Role.CLIENT_ADMIN: callers.Role.CLIENT_ADMIN,
            Role.PERMITTED_USER: callers.Role.CLIENT_USER,
            Role.CLIENT_USER: callers.Role.CLIENT_USER,
        }
        person = self.house.issuer.person
        return {
            role: person(theirs, tenant_id, self._word(role.value))
            for role, theirs in roles.items()
        } | {
            Role.OUTSIDER: person(callers.Role.CLIENT_ADMIN, new_id(), "Olga Outsider"),
            Role.MACHINE: person(callers.Role.SERVICE, None, "gateway"),
        }

    async def _shared(self, admin: Person) -> Things:
        """What belongs to the tenant as a whole."""
        made, phone = self.house.made, f"+1212555{self.digits}0"
        contact = await made(
            f"{_GROUPS}.ContactService/CreateContact",
            admin,
            name=self._word("Person"),
            phone=phone,
            timezone=self.zone,
            email=f"{self.mark.lower()}@canary.example",
            consent_basis="existing_customer",
            consent_source="form",
        )
        token = await made(
            f"{_GROUPS}.SelectionService/CreateSelection",
            admin,
            selection=selection_pb2.Selection(ids=[contact.id]),
        )
        await self._suppressed(admin)
        return {
            "contact_id": contact.id,
            "consent_id": contact.consents[0].id,
            "selection_token": token.selection_token,
            "import_id": (await self._import(admin)).import_id,
            "phone": phone,
        }

    async def _suppressed(self, admin: Person) -> None:
        if "campaigns" in self.house.channels:
            phone, reason = f"+1212555{self.digits}5", self._word("asked")
            method = f"{_CAMPAIGNS}.SuppressionService/AddSuppression"
            await self.house.made(method, admin, phone=phone, reason=reason)

    async def _import(self, admin: Person) -> Any:
        content = _FILE.replace(b"{mark}", self.mark.encode())
        content = content.replace(b"{digits}", self.digits.encode())
        steps = [
            import_service_pb2.ImportContactsRequest(options=import_service_pb2.ImportOptions()),
            import_service_pb2.ImportContactsRequest(chunk=content),
        ]
        channel = self.house.channels["groups"]
        call = channel.stream_unary(
            f"{_GROUPS}.ImportService/ImportContacts",
            request_serializer=import_service_pb2.ImportContactsRequest.SerializeToString,
            response_deserializer=import_service_pb2.Import.FromString,
        )
        return await call(iter(steps), metadata=admin.metadata, timeout=20)

    async def _calling(self, people: dict[Role, Person], things: Things) -> Things:
        """Launches a campaign of the group and holds it at once."""
        admin, service = people[Role.CLIENT_ADMIN], f"{_CAMPAIGNS}.CampaignService"
        timing = campaigns_pb.CALL_TIMING_IMMEDIATE
        asked = {"group_id": things["group_id"], "call_timing": timing}
        launched = await self.house.made(f"{service}/LaunchCampaign", admin, **asked)
        held = {"campaign_id": launched.campaign_id}
        await self.house.made(f"{service}/PauseCampaign", admin, **held)
        return {**things, **held}

    def _word(self, word: str) -> str:
        return f"CANARY-{self.mark} {word}"

    def _canaries(self, things: dict[Visibility, Things]) -> frozenset[str]:
        names = ("group_id", "contact_id", "campaign_id", "consent_id", "import_id")
        ids = {each[name] for each in things.values() for name in names if name in each}
        return frozenset(ids | {f"CANARY-{self.mark}", f"+1212555{self.digits}"})


def _hidden(things: dict[Visibility, Things]) -> dict[Visibility, frozenset[str]]:
    """The words by which somebody would learn of a group."""
    names = ("group_id", "confirm_name", "campaign_id")
    return {
        visibility: frozenset(each[name] for name in names if name in each)
        for visibility, each in things.items()
    }


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what the feeds carry from one context to the other."""
    patience = time.monotonic() + _PATIENCE
    while not await holds():
        assert time.monotonic() < patience, "the contexts did not learn of each other in time"
        await asyncio.sleep(0.1)
