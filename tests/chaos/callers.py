"""People who call everybody: they launch campaigns, watch, pause, resume, cancel, and protect."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from services.chassis.clock import Clock
from tests.chaos.clients import NO_ANSWER, Answer, Json
from tests.chaos.evidence import Acknowledged, Sample
from tests.chaos.seeding import Audience, Office

# One more than a tenant may have, so that a slot is wanted as soon as it is free.
LIVE = 6
MOST_PROTECTED = 40
_CLOSES_SOON = timedelta(hours=1)
_LONG = timedelta(minutes=30)
_LOOK = 0.5
_DOUBLE_CLICK = 0.3
_WORKING_DAY = range(8, 21)


@dataclass(slots=True)
class Desk:
    """A business's desk for calls, and what it was promised or shown."""

    office: Office
    chance: Random
    clock: Clock
    campaigns: set[UUID] = field(default_factory=set)
    cancels: list[Acknowledged] = field(default_factory=list)
    suppressions: list[Acknowledged] = field(default_factory=list)
    revocations: list[Acknowledged] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    _watching: set[asyncio.Task[None]] = field(default_factory=set)

    async def launch(self, stop: asyncio.Event) -> None:
        """Keeps a few campaigns going, mostly where it is day."""
        while not stop.is_set():
            if await self._live() < LIVE:
                await self._launch()
            await asyncio.sleep(self.chance.uniform(0.5, 1.5))

    async def meddle(self, stop: asyncio.Event) -> None:
        """Does something to one of the campaigns now and then."""
        deeds: Sequence[Callable[[], Awaitable[None]]] = (
            *(self._pause, self._pause, self._resume, self._resume),
            *(self._cancel, self._suppress, self._suppress, self._revoke),
        )
        while not stop.is_set():
            await self.chance.choice(deeds)()
            await asyncio.sleep(self.chance.uniform(0.5, 1.5))

    async def tidy(self) -> None:
        """Lets go on what is paused; gives up what waits for long, for day or a busy provider."""
        patience = self.clock.now() + _LONG
        for campaign in await self._unfinished():
            due = campaign["next_batch_at"]
            if campaign["state"] == "paused":
                await self._control(campaign, "resume")
            elif due and datetime.fromisoformat(due) > patience:
                await self._control(campaign, "cancel")

    async def close(self) -> None:
        """Stops watching."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _launch(self) -> None:
        audience = self._audience()
        path = f"/groups/{audience.group_id}/call-all"
        body = {
            "call_timing": "immediate",
            "priority_level": self.chance.choice(("normal", "normal", "high", "urgent")),
        }
        answers: Sequence[Answer]
        if self.chance.random() < _DOUBLE_CLICK:
            answers = await self.office.admin.twice(path, body)
        else:
            answers = (await self.office.admin.do(path, body),)
        self._launched(path, [answer for answer in answers if answer.is_success])

    def _launched(self, path: str, answers: Sequence[Answer]) -> None:
        """Takes note; after a refusal, which is not kept, the same request may be granted."""
        if any(answer != answers[0] for answer in answers):
            self.unequal.append(f"{path} was answered {answers}")
        for campaign in {UUID(answer.content["campaign_id"]) for answer in answers}:
            self.campaigns.add(campaign)
            task = asyncio.create_task(self._watch(campaign), name=f"viewer of {campaign}")
            self._watching.add(task)

    def _audience(self) -> Audience:
        """Somebody of a zone where it is day for a while yet, once in ten of any."""
        soon = self.clock.now() + _CLOSES_SOON
        day = [
            each
            for each in self.office.audiences
            if soon.astimezone(ZoneInfo(each.zone)).hour in _WORKING_DAY
        ]
        anybody = not day or self.chance.random() < 0.1
        return self.chance.choice(self.office.audiences if anybody else day)

    async def _live(self) -> int:
        return len(await self._unfinished())

    async def _unfinished(self) -> list[Json]:
        page = await self.office.admin.ask("/campaigns", page_size=100)
        campaigns: list[Json] = page["campaigns"] if page else []
        return [each for each in campaigns if not each["is_final"]]

    async def _some(self, *states: str) -> Json | None:
        found = [each for each in await self._unfinished() if each["state"] in states]
        return self.chance.choice(found) if found else None

    async def _pause(self) -> None:
        if campaign := await self._some("running", "waiting"):
            await self._control(campaign, "pause")

    async def _resume(self) -> None:
        if campaign := await self._some("paused"):
            await self._control(campaign, "resume")

    async def _cancel(self) -> None:
        if campaign := await self._some("running", "waiting", "paused"):
            await self._control(campaign, "cancel")

    async def _control(self, campaign: Json, what: str) -> None:
        body = {"reason": "chaos"}
        if what == "cancel":
            body["mode"] = self.chance.choice(("drain", "stop_now"))
        answer = await self.office.admin.do(f"/campaigns/{campaign['campaign_id']}/{what}", body)
        if what == "cancel" and answer.is_success:
            self.cancels.append(self._promise(campaign["campaign_id"]))

    async def _suppress(self) -> None:
        if len(self.suppressions) > MOST_PROTECTED:
            return
        contact = await self._somebody()
        if contact and contact["phone"]:
            body = {"phone": contact["phone"], "reason": "asked on the street"}
            if (await self.office.admin.do("/suppressions", body)).is_success:
                self.suppressions.append(self._promise(contact["phone"]))

    async def _revoke(self) -> None:
        if len(self.revocations) > MOST_PROTECTED:
            return
        if contact := await self._somebody():
            for consent in contact["consents"]:
                path = f"/contacts/{contact['id']}/consents/{consent['id']}"
                if (await self.office.admin.do(path, {}, "DELETE")).is_success:
                    self.revocations.append(self._promise(contact["id"]))

    async def _somebody(self) -> Json | None:
        return await self.office.admin.ask(f"/contacts/{self.chance.choice(self.office.contacts)}")

    def _promise(self, what: str) -> Acknowledged:
        return Acknowledged(self.office.business.tenant_id, what, datetime.now(UTC))

    async def _watch(self, campaign: UUID) -> None:
        """Follows to the end; takes up again where the stream was lost."""
        last = ""
        while True:
            stream = str(uuid4())
            with suppress(*NO_ANSWER):
                async with self.office.user.stream(f"/campaigns/{campaign}/events", last) as lines:
                    async for name, value in lines:
                        if name == "id":
                            last = value
                        elif name == "data" and self._saw(stream, campaign, json.loads(value)):
                            return
            await asyncio.sleep(_LOOK)

    def _saw(self, stream: str, campaign: UUID, event: Json) -> bool:
        """Takes note of a progress event; whether it is the last one."""
        if "counts" not in event:
            return False
        counts = {box: int(count) for box, count in event["counts"].items()}
        self.samples.append(Sample(stream, campaign, event["total_contacts"], counts))
        return bool(event["is_final"])
