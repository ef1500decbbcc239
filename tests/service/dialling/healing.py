"""What the reconciler must make of a campaign: its row, its slot, and its people."""

from dataclasses import dataclass

from sqlalchemy import select

from services.campaigns.store import tables
from tests.service.dialling.hall import Campaign
from tests.service.dialling.office import Office, eventually

PROMISED = 30.0
STOPPED = "stopped by an operator"


def people(count: int) -> list[str]:
    return [f"+1212555{n:04}" for n in range(100, 100 + count)]


@dataclass(frozen=True)
class Row:
    """What the campaign's row says."""

    state: str
    blocking_reason: str | None
    holds_slot: bool


async def row(office: Office, campaign: Campaign) -> Row:
    table = tables.campaigns.c
    statement = select(table.state, table.blocking_reason, table.holds_slot)
    async with office.hall.db.transaction(office.hall.caller) as tx:
        found = await tx.fetch_one(Row, statement.where(table.id == campaign.id))
    assert found is not None
    return found


async def healed(office: Office, campaign: Campaign) -> Row:
    """The row once the reconciler, which comes every thirty seconds, has freed the slot."""

    async def freed() -> bool:
        await office.reconcile()
        return not (await row(office, campaign)).holds_slot

    await eventually(freed, PROMISED)
    return await row(office, campaign)


async def everybody_is_final(office: Office, campaign: Campaign, states: set[str]) -> None:
    assert {person.state for person in await office.hall.people(campaign)} == states
    assert (await office.hall.simulator.verdict(per_phone=1))["holds"]
