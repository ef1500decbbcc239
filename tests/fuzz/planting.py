"""Drives planted people through the whole product, its refusals included."""

import asyncio
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.local.demo.api import Api, Json
from tests.fuzz import misplacing
from tests.fuzz.house import House

# Fates of every kind: confirmed, asked to be left alone, provider's errors, lost webhooks.
_ENDINGS = "0141 0142 0150 0151 0155 0159 0167 0175 0186 0187 0190 0194 0195 0197".split()
_COLUMNS = ("Customer ID", "Full Name", "Mobile", "Email", "Next Appointment", "Status", "Notes")
NAMES = [f"Canaria{ending} Featherstonehaugh" for ending in _ENDINGS]
PHONES = [f"+1914555{ending}" for ending in _ENDINGS]
MAILS = [f"canaria.{ending}@plumage-private.example.com" for ending in _ENDINGS]
NOTES = "allergic to quinquagenarian vermilion"
GROUP = "Yellowfeather oncology"
MESSAGE = "Please bring the ultraviolet biopsy folder"
TERM = "xanthochroic moulting"
REASON = "complained about nyctophobia letters"
SOURCE = "signed at the perihelion counter"
FORGED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnktdG9rZW4ifQ.Zm9yZ2Vk"
WORDS = (*NAMES, *PHONES, *MAILS, NOTES, GROUP, MESSAGE, TERM, REASON, SOURCE, FORGED)
PEOPLE = (*NAMES, *PHONES, *MAILS, NOTES, MESSAGE, FORGED)


@dataclass(slots=True)
class Planting:
    """Somebody who uses the product with canaries in hand, and keeps what every refusal says."""

    house: House
    refusals: list[bytes] = field(default_factory=list)

    def api(self, person: str) -> Api:
        api = self.house.api(person)
        api.client.event_hooks = {"response": [self._keep]}
        return api

    async def _keep(self, response: httpx.Response) -> None:
        if response.is_error:
            self.refusals.append(await response.aread())

    async def drive(self) -> Json:
        """The whole course; gives the status with which the campaign ended."""
        admin = self.api("clinic-admin")
        async with admin.client:
            await _import(admin)
            group = await _group(admin)
            await _search(admin)
            await _edit(admin, group)
            status = await _call(admin, group)
            await _suppress(admin)
            await _refused(admin, group)
        await self._strangers(group["id"])
        some = (NAMES[0], PHONES[0], MAILS[0], NOTES, FORGED)
        self.refusals += [each async for each in misplacing.refusals(self.house, some)]
        return status

    async def _strangers(self, group_id: str) -> None:
        for person in ("clinic-user", "salon-admin"):
            api = self.api(person)
            async with api.client as client:
                await client.post("/groups", json={"name": GROUP})
                await client.get(f"/groups/{group_id}/members", params={"search": NAMES[0]})
                await client.post("/suppressions", json={"phone": PHONES[0], "reason": REASON})
                await client.get("/me", headers={"authorization": f"Bearer {FORGED}"})


def _file() -> bytes:
    """The planted people, a row with half a phone, and one with a broken address."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for ending, name, phone, mail in zip(_ENDINGS, NAMES, PHONES, MAILS, strict=True):
        writer.writerow((f"CAN-{ending}", name, phone, mail, "2026-09-16 10:00", "pending", NOTES))
    writer.writerow(("CAN-1", NAMES[0], "555-01", MAILS[0], "", "", NOTES))
    writer.writerow(("CAN-2", NAMES[1], PHONES[1], f"{MAILS[1]} or by post", "", "", NOTES))
    return text.getvalue().encode()


async def _import(api: Api) -> None:
    consent = {"consent_basis": "existing_customer", "consent_source": SOURCE}
    headers = {"content-type": "text/csv"}
    done = await api.client.post(
        "/contacts/import", content=_file(), params=consent, headers=headers
    )
    counts = done.raise_for_status().json()
    assert counts["created"] == len(NAMES), counts
    await api.text(counts["errors_url"].removeprefix("/api"))


async def _group(api: Api) -> Json:
    group = await api.post("/groups", {"name": GROUP, "description": NOTES})
    found = await api.get("/contacts", search="Featherstonehaugh", page_size=100)
    ids = [each["id"] for each in found["contacts"]]
    assert len(ids) == len(NAMES)
    await api.post(f"/groups/{group['id']}/members/add", {"contact_ids": ids})
    return group


async def _search(api: Api) -> None:
    for term in (TERM, NAMES[0], PHONES[0], MAILS[0]):
        await api.get("/contacts", search=term)
        await api.get("/contacts/by-groups", search=term)
        await api.post("/contacts/select", {"selection": {"search": term}})


async def _edit(api: Api, group: Mapping[str, Any]) -> None:
    members = (await api.get(f"/groups/{group['id']}/members"))["members"]
    path = f"/contacts/{members[0]['id']}"
    await api.patch(path, {"special_instructions": NOTES, "email": MAILS[0]})
    consent = {"channel": "call", "purpose": "appointment", "basis": "written", "source": SOURCE}
    await api.client.post(f"{path}/consents", json=consent)


async def _call(api: Api, group: Mapping[str, Any]) -> Json:
    order = {
        "call_timing": "immediate",
        "campaign_name": GROUP,
        "custom_message_addition": MESSAGE,
    }
    path = f"/groups/{group['id']}/call-all"
    await api.post(f"{path}/preview", order)
    launched = await api.post(path, order)
    campaign = f"/campaigns/{launched['campaign_id']}"
    async with asyncio.timeout(90):
        while not (status := await api.get(campaign))["is_final"]:
            await asyncio.sleep(0.3)
    await api.get(f"{campaign}/recipients")
    return status


async def _suppress(api: Api) -> None:
    await api.post("/suppressions", {"phone": PHONES[0], "reason": REASON})
    await api.get("/suppressions")
    query = {"phone": PHONES[0], "reason": REASON}
    await api.client.delete("/suppressions", params=query)


async def _refused(api: Api, group: Mapping[str, Any]) -> None:
    """Values that break rules, all of them somebody's own."""
    await api.client.post("/groups", json={"name": GROUP})
    await api.client.post("/contacts", json={"name": NAMES[0], "phone": f"{PHONES[0]}x"})
    await api.client.post("/contacts", json={"name": NAMES[0] * 20, "phone": PHONES[0]})
    await api.client.post("/contacts", json={"name": NAMES[0], "phone": PHONES[0], "email": NOTES})
    await api.client.post("/contacts", json={"name": NAMES[0] + "\0", "phone": PHONES[0]})
    await api.client.post("/contacts", content=f'{{"name": "{NAMES[0]}"'.encode())
    await api.client.post("/contacts", json={TERM: PHONES[0]})
    await api.client.get("/contacts", params={"search": TERM, "page_token": FORGED})
    await api.client.get(f"/contacts/{PHONES[0]}")
    await api.client.get(f"/groups/{NAMES[0]}")
    path = f"/groups/{group['id']}"
    await api.client.request("DELETE", path, json={"confirm_name": NAMES[0]})
    await api.client.patch(path, json={"color": NOTES}, headers={"if-match": TERM})
    await api.client.get("/me", headers={"authorization": f"Bearer {FORGED}"})
