"""Personal data planted everywhere and looked for everywhere else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from temporalio.client import Client

from deploy.local.demo.api import Json
from deploy.local.settings import DATABASE
from tests.fuzz import planting
from tests.fuzz.house import SERVICES, House, open_house
from tests.fuzz.planting import Planting
from tests.support import discretion, otlp
from tests.support.canaries import Canaries, Leak
from tests.support.otlp import Spans

pytestmark = pytest.mark.verify

PLANTED_PHONE = "+19145550299"
PLANTED_NAME = "Cuckoo Wolfeschlegelstein"


@dataclass(frozen=True, slots=True)
class Scene:
    """A stack that has seen the canaries, and what it told anybody."""

    house: House
    spans: Spans
    status: Json
    refusals: list[bytes]

    async def leaks(self, canaries: Canaries) -> list[Leak]:
        """What of them stands in logs, traces, metrics, the Temporal database and the state."""
        return [
            *discretion.in_lines(canaries, self.house.lines),
            *canaries.leaks("traces", *self.spans.exports),
            *canaries.leaks("metrics", *await self._metrics()),
            *canaries.in_state(self.house.settings.state),
        ]

    async def _metrics(self) -> list[bytes]:
        settings = self.house.settings
        processes = [name for name in SERVICES if name != "gateway"]
        urls = [f"http://127.0.0.1:{settings.ports.metrics(each)}" for each in processes]
        async with httpx.AsyncClient(trust_env=False) as http:
            pages = [await http.get(f"{url}/metrics") for url in (settings.gateway, *urls)]
        return [page.raise_for_status().content for page in pages]


@pytest.fixture(scope="module")
async def scene(ground: Path) -> AsyncIterator[Scene]:
    with otlp.receiving() as spans:
        async with open_house(ground / "canaries", otlp_endpoint=spans.address) as house:
            used = Planting(house)
            status = await used.drive()
            yield Scene(house, spans, status, used.refusals)


def _words(house: House) -> tuple[str, ...]:
    """The canaries, the tokens that were in use, and what the parts show each other."""
    return (*planting.WORDS, *house.tokens.values(), *discretion.secrets(house.stack))


async def test_no_personal_data_leaves_its_database(scene: Scene, record_property: object) -> None:
    """Names, phones, addresses, messages and tokens stand in no log, trace, metric or workflow."""
    assert callable(record_property)
    record_property("canaries", len(_words(scene.house)))
    record_property("lines", len(scene.house.lines))
    record_property("exports of spans", len(scene.spans.exports))

    found = await scene.leaks(Canaries(_words(scene.house)))

    assert scene.status["is_final"]
    assert scene.spans.exports
    assert not found


async def test_refusals_do_not_repeat_what_people_are(
    scene: Scene, record_property: object
) -> None:
    """No error, of REST or of an RPC, has a person's name, phone, address or token.

    Not even the asker's own. The names of unknown fields and ETags are repeated: they are no
    people's data.
    """
    assert callable(record_property)
    record_property("refusals", len(scene.refusals))

    canaries = Canaries((*planting.PEOPLE, *discretion.secrets(scene.house.stack)))
    found = list(canaries.leaks("refusals", *scene.refusals))

    assert len(scene.refusals) > 300
    assert not found


async def test_what_is_planted_in_a_log_and_a_workflow_is_found(scene: Scene) -> None:
    """A line with a phone in PostgreSQL's log and a name in a workflow turn the search red."""
    _log_a_phone(scene.house)
    await _start_with_a_name(scene.house)

    found = await scene.leaks(Canaries([PLANTED_PHONE, PLANTED_NAME]))

    where = {(leak.canary, leak.where.partition(":")[0]) for leak in found}
    assert where >= {(PLANTED_PHONE, "log of postgres"), (PLANTED_NAME, "temporal.db")}


def _log_a_phone(house: House) -> None:
    with psycopg.connect(house.stack.cluster.url("groups", DATABASE)) as connection:
        connection.execute(f"do $$ begin raise warning 'calling {PLANTED_PHONE}'; end $$")


async def _start_with_a_name(house: House) -> None:
    client = await Client.connect(f"127.0.0.1:{house.settings.ports.temporal}")
    await client.start_workflow(
        "Nobody", {"name": PLANTED_NAME}, id="planted", task_queue="nowhere"
    )
