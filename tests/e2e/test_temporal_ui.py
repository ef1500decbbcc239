"""Operators cancel in Temporal's own console, with a real browser."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from deploy.local.demo import scenario, seeding
from deploy.local.demo.api import Api
from deploy.local.demo.people import CLINIC
from deploy.local.settings import Ports, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack
from tests.support import chromium
from tests.support.discretion import discreet
from tests.support.ports import free_block

PEOPLE = 100
PROMISED = 5.0


@dataclass(frozen=True)
class Running:
    """A campaign under way on a whole stack."""

    settings: StackSettings
    api: Api
    ledger: Api
    campaign_id: str

    @property
    def page(self) -> str:
        return (
            f"{self.settings.temporal_ui}/namespaces/default/workflows/"
            f"campaign%2F{self.campaign_id}"
        )

    async def status(self) -> Any:
        return await self.api.get(f"/campaigns/{self.campaign_id}")

    async def dials(self) -> int:
        return int((await self.ledger.get("/verdict"))["dials"])

    async def workflow(self) -> WorkflowExecutionStatus | None:
        client = await Client.connect(f"127.0.0.1:{self.settings.ports.temporal}")
        handle = client.get_workflow_handle(f"campaign/{self.campaign_id}")
        return (await handle.describe()).status


@pytest.fixture
async def campaign(reachable_path: Path) -> AsyncIterator[Running]:
    settings = StackSettings(
        reachable_path / "stack", Ports(free_block()), scale=50, environment="test"
    )
    async with discreet(Stack(settings)):
        await seeding.tenants(settings)
        api = Api.at(settings.gateway, token(settings, "clinic-admin"))
        ledger = Api.ledger(settings.simulator)
        async with api.client, ledger.client:
            await scenario.import_contacts(api, CLINIC.file)
            launched = await scenario.launch(api, await scenario.make_group(api, PEOPLE))
            begun = Running(settings, api, ledger, launched.campaign_id)
            async with asyncio.timeout(30):
                while await begun.dials() < 5:
                    await asyncio.sleep(0.1)
            yield begun


async def test_a_campaign_cancelled_in_temporals_console_ends_clean(campaign: Running) -> None:
    """X-28, C-26: from five seconds on nobody new is dialled, and everything agrees."""
    async with chromium.page() as page:
        await page.goto(campaign.page)
        await page.get_by_role("button", name="Request Cancellation").first.click()
        await page.locator("[data-testid=confirm-modal-button]:visible").click()
        await asyncio.sleep(PROMISED)
    dialled = await campaign.dials()
    async with asyncio.timeout(60):
        while not (status := await campaign.status())["is_final"]:
            await asyncio.sleep(0.2)

    assert status["state"] == "cancelled"
    assert await campaign.dials() == dialled < PEOPLE
    counts = status["counts"]
    assert (counts["pending"], counts["in_call"]) == (0, 0)
    assert sum(counts.values()) == status["total_contacts"]
    async with asyncio.timeout(10):
        while await campaign.workflow() is WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(0.1)
    assert await campaign.workflow() is WorkflowExecutionStatus.CANCELED
