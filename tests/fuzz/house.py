"""A whole stack under attack: who may ask, what exists there, and how its processes fare."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
import orjson

from deploy.local.demo import scenario, seeding
from deploy.local.demo.api import Api, Json
from deploy.local.demo.people import CLINIC
from deploy.local.issuer import personas
from deploy.local.settings import Ports, Secrets, StackSettings
from deploy.local.signing_in import token
from deploy.local.simulator.webhooks import signature
from deploy.local.stack import Stack
from tests.support.discretion import discreet
from tests.support.ports import free_block

SERVICES = ("groups", "campaigns", "analytics", "campaigns-worker", "gateway")
PEOPLE = ("clinic-admin", "clinic-user", "salon-admin", "root")
_SPARE = 40
_MOST_GROWTH = 50
_PEAK = "5"  # what the kernel takes for `VmHWM` (proc_pid_clear_refs(5))
# The one that is told to hold much memory for a moment, to see that it is seen.
SWELLING = "analytics"


@dataclass(frozen=True, slots=True)
class House:
    """A running stack, its channels, the tokens of its people, and things of the clinic."""

    stack: Stack
    lines: list[tuple[str, str]]
    channels: dict[str, grpc.aio.Channel]
    tokens: dict[str, str]
    things: dict[str, str] = field(default_factory=dict)
    spare: dict[str, list[str]] = field(default_factory=dict)

    @property
    def settings(self) -> StackSettings:
        return self.stack.settings

    def api(self, person: str = "clinic-admin") -> Api:
        return Api.at(self.settings.gateway, self.tokens[person])

    def pids(self) -> dict[str, int]:
        return {name: self.stack.children[name].pid for name in SERVICES}

    def peaks(self) -> dict[str, float]:
        """The most that each process held since its peak was forgotten, in MB."""
        return {name: _peak(pid) for name, pid in self.pids().items()}

    def forget_peaks(self) -> None:
        for pid in self.pids().values():
            Path(f"/proc/{pid}/clear_refs").write_text(_PEAK)

    def known(self) -> dict[str, Any]:
        """What requests may name: one thing of a kind, or many that can be spared."""
        return {**self.things, **self.spare, **self._signed()}

    def _signed(self) -> dict[str, Any]:
        """A webhook about the campaign's call, as the provider itself would send it now."""
        body = orjson.dumps({"event": "call_started", "call": {"call_id": self.things["call_id"]}})
        key = self.stack.secrets.retell
        return {"body": body, "signature": signature(key, body, round(time.time() * 1000))}

    def bugs(self) -> list[Json]:
        """What the processes logged as bugs of their own."""
        return [entry for entry in self.entries() if entry.get("event") == "bug"]

    def entries(self) -> Iterator[Json]:
        for name, line in self.lines:
            if name in SERVICES and line.startswith("{"):
                yield orjson.loads(line)


@dataclass(frozen=True, slots=True)
class Health:
    """How the house stood before an attack; what the attack did to it is asked behind."""

    house: House
    pids: dict[str, int]
    memory: dict[str, float]
    bugs: int

    @staticmethod
    def of(house: House) -> "Health":
        house.forget_peaks()
        return Health(house, house.pids(), house.peaks(), len(house.bugs()))

    def growth(self) -> dict[str, float]:
        """By how many MB each process grew at most, though it may have shrunk again."""
        now = self.house.peaks()
        return {name: round(now[name] - before, 1) for name, before in self.memory.items()}

    def require_unharmed(self, most: float = _MOST_GROWTH) -> None:
        """No process was started again, none met a bug, none grew by more than `most` MB."""
        bugs = self.house.bugs()[self.bugs :]
        assert not bugs, bugs[:3]
        assert self.house.pids() == self.pids
        growth = self.growth()
        assert max(growth.values()) <= most, growth


@asynccontextmanager
async def open_house(folder: Path, **told: Any) -> AsyncIterator[House]:
    """A stack with the clinic's contacts, a group of them, and a finished small campaign."""
    settings = StackSettings(
        folder / "stack", Ports(free_block()), scale=100, environment="test", **told
    )
    swelling = [sys.executable, "-m", "tests.fuzz.swelling", f"services.{SWELLING}"]
    stack = Stack(settings, commands={SWELLING: swelling})
    async with discreet(stack) as lines, AsyncExitStack() as open_now:
        await seeding.tenants(settings)
        tokens = {person: token(settings, person) for person in PEOPLE}
        tokens["machine"] = await _machine(settings)
        channels = {
            name: await open_now.enter_async_context(_channel(port))
            for name, port in _services(settings.ports).items()
        }
        house = House(stack, lines, channels, tokens)
        house.things.update(await _furnish(house))
        house.spare.update(await _spare(house))
        yield house


def _services(ports: Ports) -> dict[str, int]:
    """The port that serves each package of the contracts."""
    return {
        "groups": ports.groups,
        "feed": ports.groups,
        "campaigns": ports.campaigns,
        "analytics": ports.analytics,
    }


def _channel(port: int) -> grpc.aio.Channel:
    """Sends messages of any size; nothing is tried again behind the test's back."""
    options = (
        ("grpc.max_send_message_length", -1),
        ("grpc.enable_retries", 0),
        ("grpc.use_local_subchannel_pool", 1),
    )
    return grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options)


def narrow_channel(port: int) -> grpc.aio.Channel:
    """Takes 64 KiB of what is not read; the others take the more the faster the wire is."""
    options = (("grpc.http2.bdp_probe", 0), ("grpc.use_local_subchannel_pool", 1))
    return grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options)


async def _machine(settings: StackSettings) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": "gateway",
        "client_secret": Secrets.kept(settings.state).machines["gateway"],
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        granted = (await http.post(f"{settings.issuer}/token", data=form)).json()
    return str(granted["access_token"])


async def _furnish(house: House) -> dict[str, str]:
    """The ids of what exists in the clinic: one of each kind."""
    api = house.api()
    async with api.client:
        imported = await scenario.import_contacts(api, CLINIC.file)
        launched = await scenario.launch(api, await scenario.make_group(api, 5))
        members = await api.get(f"/groups/{launched.group_id}/members")
        contact = await api.get(f"/contacts/{members['members'][0]['id']}")
        me = await api.get("/me")
        call = await _first_call(api, launched.campaign_id)
    return {
        "tenant_id": str(personas.CLINIC),
        "group_id": launched.group_id,
        "contact_id": contact["id"],
        "consent_id": contact["consents"][0]["id"],
        "campaign_id": launched.campaign_id,
        "call_id": call,
        "import_id": imported.counts["import_id"],
        "person_id": me["id"],
        "permitted_user": me["id"],
    }


async def _spare(house: House) -> dict[str, list[str]]:
    """Groups that an attack may delete, each with a member."""
    api, member = house.api(), house.things["contact_id"]
    async with api.client:
        groups = [
            await api.post("/groups", {"name": f"Spare {at}", "initial_contact_ids": [member]})
            for at in range(_SPARE)
        ]
    return {"group_id": [each["id"] for each in groups]}


async def _first_call(api: Api, campaign_id: str) -> str:
    """The provider's id of the first call that it took."""
    async with asyncio.timeout(30):
        while True:
            page = await api.get(f"/campaigns/{campaign_id}/recipients")
            for each in page["recipients"]:
                if each["retell_call_id"]:
                    return str(each["retell_call_id"])
            await asyncio.sleep(0.1)


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
