"""What a service is asked to do while it is struck, and what must be true once it is done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.demo import scenario
from deploy.local.demo.api import Api, Json
from deploy.local.demo.scenario import Launched
from tests.faults.street import Street, until

ROWS = 600  # two portions of an import
CALLED = 5

Chore = Callable[[Street, str], Awaitable[None]]


async def import_people(street: Street, failpoint: str) -> None:
    """A file is taken whole though its import broke off: it is sent again."""
    group = await _group(street)
    file = _file(street.stack.settings.state.parent, next(street.numbers))

    async def send() -> Json:
        return await street.api.upload("/contacts/import", file, group_id=group)

    counts = await street.struck("groups", failpoint, send)

    assert counts["created"] + counts["updated"] + counts["unchanged"] == ROWS
    await _count_is(street, group, ROWS)


async def learn_of_members(street: Street, failpoint: str) -> None:
    """Analytics hears of people who joined a group, once."""
    group = await _group(street)
    joining = {"contact_ids": street.people[:CALLED]}

    async def join() -> Json:
        return await street.api.post(f"/groups/{group}/members/add", joining)

    await street.struck("analytics", failpoint, join)

    await _count_is(street, group, CALLED)


async def hear_of_calls(street: Street, failpoint: str) -> None:
    """A campaign whose reports of calls were taken by a service that was struck."""
    group = await _group(street)
    called, street.people = street.people[:CALLED], street.people[CALLED:]
    rang_before = await _rang(street.ledger)
    await street.api.post(f"/groups/{group}/members/add", {"contact_ids": called})
    launched = await _launched(street, group)

    async def ended() -> Json:
        status = await street.api.get(f"/groups/campaigns/{launched.campaign_id}/status")
        if not status["is_final"]:
            raise ValueError("still calling")
        return status

    status = await street.struck("campaigns", failpoint, ended)

    outcome = await scenario.measure(street.api, street.ledger, launched, status, 0)
    ours = {**outcome.verdict, "rang": outcome.verdict["rang"] - rang_before}
    checks = scenario.judged(launched, replace(outcome, verdict=ours))
    assert [sentence for sentence, holds in checks.results if not holds] == []


async def _rang(ledger: Api) -> int:
    """How many were rung so far, by whatever campaign."""
    return int((await ledger.get("/verdict", per_phone=1))["rang"])


async def _launched(street: Street, group: str) -> Launched:
    return await scenario.launch(street.api, await street.api.get(f"/groups/{group}"))


async def _group(street: Street) -> str:
    group = await street.api.post("/groups", {"name": f"Group {next(street.numbers)}"})
    return str(group["id"])


async def _count_is(street: Street, group: str, people: int) -> None:
    """The counter, the list and the projection say the same, and stay so."""
    counter = (await street.api.get(f"/groups/{group}"))["contact_count"]
    listed = await street.api.get(f"/groups/{group}/members")
    assert (counter, listed["pagination"]["total_members"]) == (people, people)
    await until(lambda: _is_projected(street.api, group, people))


async def _is_projected(api: Api, group: str, people: int) -> bool:
    figures = await api.get(f"/groups/{group}/analytics", days=7)
    return bool(figures["member_statistics"]["total_members"] == people)


def _file(folder: Path, number: int) -> Path:
    """People whom nobody else's file holds."""
    file = folder / f"people-{number}.csv"
    rows = (f"{number}-{row},Planted {row},+1212555{row % 100 + 100:04}" for row in range(ROWS))
    file.write_text("\n".join(("Customer ID,Full Name,Mobile", *rows)))
    return file


@dataclass(frozen=True)
class Place:
    """A failpoint of a service, met while a chore is done; a chore meets it so often for sure."""

    name: str
    chore: Chore
    hits: int = 1


# Calls come first: they need the day that a fast clock soon has spent.
PLACES = (
    Place("after_webhook_commit_before_200", hear_of_calls, hits=3),
    Place("mid_bulk_chunk", import_people, hits=2),
    Place("after_outbox_insert", import_people, hits=2),
    Place("after_feed_apply_before_ack", learn_of_members),
    Place("after_feed_ack", learn_of_members),
)
