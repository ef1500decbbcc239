"""A tenant in which every kind of thing exists, made through the product's own interface."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from tests.service.campaigns.audience import Audience
from tests.service.campaigns.line import Line

Things = dict[str, str]
_CALLED = 2

CSV = b"name,phone\nCarla Csv,212-555-0177\nNoah Number,12\n"


@dataclass(frozen=True)
class Maker:
    """Makes things as the tenant's administrator."""

    rest: httpx.AsyncClient
    audience: Audience
    line: Line

    async def everything(self) -> Things:
        """The ids of everything, by the names that routes give them or that tell what for."""
        people = [await self.contact(name) for name in ("Anna", "Ben", "Carl", "Dora")]
        anna, ben, _carl, dora = people
        told = {"description": "Our best", "icon": "⭐", "color": "#EC4899"}
        vips = await self.group("VIP", *people, **told)
        campaign = await self._called(vips)
        things = {
            "group_id": vips,
            "contact_id": anna,
            "leaver": dora,
            "consented": ben,
            "newcomer": await self.contact("Nora"),
            "regulars": await self.group("Regulars", anna, ben, **told),
            "doomed": await self.group("Doomed", anna),
            "to_call": await self.group("To call", ben),
            "campaign_id": campaign,
            "held": await self._campaign(vips),
            "unwanted": await self._campaign(vips),
            "consent_id": await self._consent(ben),
            "import_id": await self._import(),
            "listed": "+12125550199",
        }
        await self._post("/suppressions", phone=things["listed"], reason="asked by letter")
        await self._measured(vips)
        return things

    async def contact(self, name: str, **fields: Any) -> str:
        usual: dict[str, Any] = {
            "email": f"{name.lower()}@mail.example",
            "appointment_time": self.audience.db.clock.now(),
            "appointment_status": "pending",
            "appointment_type": "Check-up",
            "appointment_duration": 30,
            "owner_name": "Dr. Lee",
        }
        return str(await self.audience.one(name, **(usual | fields)))

    async def group(self, name: str, *ids: str, **fields: Any) -> str:
        made = await self._post("/groups", name=name, initial_contact_ids=ids, **fields)
        return str(made["id"])

    async def _called(self, group_id: str) -> str:
        """A campaign with somebody who confirmed, somebody who did not answer, and others."""
        unasked = await self.contact("Uma", consent=False)
        await self._post(f"/groups/{group_id}/members/add", contact_ids=[unasked])
        campaign = await self._campaign(group_id)
        confirmed, silent = await self.line.dial(campaign, _CALLED)
        await self.line.analyzed(confirmed, "confirmed")
        await self.line.ended(silent)
        return campaign

    async def _campaign(self, group_id: str) -> str:
        launched = await self._post(f"/groups/{group_id}/call-all", call_timing="immediate")
        return str(launched["campaign_id"])

    async def _consent(self, contact_id: str) -> str:
        told = {"channel": "sms", "purpose": "appointments", "basis": "written", "source": "form"}
        return str((await self._post(f"/contacts/{contact_id}/consents", **told))["id"])

    async def _import(self) -> str:
        headers = {"content-type": "text/csv"}
        answer = await self.rest.post("/contacts/import", content=CSV, headers=headers)
        return str(answer.raise_for_status().json()["import_id"])

    async def _measured(self, group_id: str) -> None:
        """Waits until the figures of the calls have come around."""
        async with asyncio.timeout(20):
            while not (await self._read(f"/groups/{group_id}"))["performance"]:
                await asyncio.sleep(0.05)
            while await self._people_called(group_id) < _CALLED:
                await asyncio.sleep(0.05)

    async def _people_called(self, group_id: str) -> int:
        """As groups has heard of it."""
        members = (await self._read(f"/groups/{group_id}/members"))["members"]
        return sum(each["call_attempts"] > 0 for each in members)

    async def _read(self, path: str) -> Any:
        return (await self.rest.get(path)).raise_for_status().json()

    async def _post(self, path: str, **body: Any) -> Any:
        return (await self.rest.post(path, json=body)).raise_for_status().json()
