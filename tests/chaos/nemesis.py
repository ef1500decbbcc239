"""What goes wrong, and when: a plan that a seed decides, and its execution."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.chaos.proxy import Weather
from tests.chaos.serving import Witness
from tests.chaos.world import KILLED, LINKS, World

Rule = Mapping[str, Any]
_FOUL = tuple(each for each in Weather if each is not Weather.FAIR)
_PAUSE = (0.5, 2.0)
_LASTS = (1.0, 3.0)
_FROZEN = (3.0, 6.0)
_SEASON = (2.0, 5.0)
_CHANCE = 0.3
_GIVEN_UP = 30.0


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault, `after` the end of the one before; it `lasts` real seconds."""

    kind: str
    target: str
    after: float
    lasts: float = 0.0
    weather: Weather = Weather.FAIR
    rules: tuple[Rule, ...] = ()

    @property
    def name(self) -> str:
        kind = self.kind if self.weather is Weather.FAIR else self.weather.value
        return f"{kind} {self.target}"


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault as it was done; `back` and `served` are real seconds from the end of the fault.

    `back` is when the part could be used again and was needed, `served` when it first did
    what it is for, or was given up.
    """

    strike: Strike
    at: float
    back: float | None = None
    served: float | None = None


def plan(seed: int) -> Iterator[Strike]:
    """Endlessly: kills, freezes and weather, each kind of each part once before any again."""
    chance = Random(f"parts {seed}")
    while True:
        deck = [
            *(("kill", part) for part in KILLED),
            *(("freeze", part) for part in chance.sample(KILLED, 3)),
            *(("link", link) for link in chance.sample(LINKS, 5)),
        ]
        chance.shuffle(deck)
        for kind, target in deck:
            after = chance.uniform(*_PAUSE)
            if kind == "kill":
                yield Strike(kind, target, after)
            elif kind == "freeze":
                yield Strike(kind, target, after, chance.uniform(*_FROZEN))
            else:
                lasts, weather = chance.uniform(*_LASTS), chance.choice(_FOUL)
                yield Strike(kind, target, after, lasts, weather)


def seasons(seed: int) -> Iterator[Strike]:
    """Endlessly: what the provider does wrong for a while; first what makes calls ring twice."""
    chance = Random(f"provider {seed}")
    while True:
        faults = [*chance.sample(LOST, len(LOST)), *chance.sample(_OTHERS, len(_OTHERS))]
        for name in faults:
            rules = tuple({"seed": chance.randrange(1 << 16), **rule} for rule in PROVIDER[name])
            yield Strike("provider", name, 0.0, chance.uniform(*_SEASON), rules=rules)


def _rule(fault: str, **more: Any) -> Rule:
    return {"fault": fault, "probability": _CHANCE, **more}


PROVIDER: Mapping[str, Sequence[Rule]] = {
    "accepts and hangs": [_rule("accept_then_hang", seconds=5)],
    "accepts and answers 500": [_rule("accept_then_status", status=500)],
    "accepts and resets": [_rule("accept_then_reset")],
    "hangs": [_rule("hang", seconds=5)],
    "resets": [_rule("reset")],
    "is slow": [_rule("delay", seconds=1)],
    "answers without JSON": [_rule("non_json")],
    "answers without a call": [_rule("missing_call_id")],
    "answers that do not say which call": [_rule("missing_metadata")],
    "answers about another call": [_rule("repeated_call_id")],
    "answers without end": [_rule("endless_body")],
    "answers byte by byte": [_rule("slow_body", seconds=0.5)],
    "redirects": [_rule("refuse", status=302)],
    "is broken": [_rule("refuse", status=status) for status in (500, 502, 503, 504)],
    "is full": [
        _rule("refuse", status=429, retry_after=word)
        for word in ("", "5", "-1", "1000000000", "Wed, 21 Oct 2026 07:28:00 GMT")
    ],
    "refuses the account": [_rule("refuse", status=402, times=2)],
    "refuses numbers": [_rule("refuse", status=400)],
    "loses its list": [_rule("refuse", status=503, operation="list")],
    "loses webhooks": [_rule("webhook_lost")],
    "repeats webhooks": [_rule("webhook_duplicate", copies=5), _rule("webhook_replay")],
    "shuffles webhooks": [_rule("webhook_reorder"), _rule("webhook_late", seconds=600)],
    "tells of strangers": [_rule("webhook_unknown_call")],
    "contradicts itself": [_rule("webhook_contradict")],
    "signs wrongly": [
        _rule(f"webhook_{seal}") for seal in ("bad_signature", "unsigned", "stale", "reserialised")
    ],
}

# The call rings and nobody says so: who asks again with another key rings twice.
LOST = tuple(name for name in PROVIDER if name.startswith("accepts"))
_OTHERS = tuple(name for name in PROVIDER if name not in LOST)


@dataclass(slots=True)
class Nemesis:
    """Carries out a plan against a world, one fault of parts and one of the provider at a time."""

    world: World
    seed: int
    witness: Witness
    struck: list[Struck] = field(default_factory=list)

    async def parts(self, stop: asyncio.Event) -> None:
        """Strikes parts and links; goes on once what was struck works again."""
        for strike in plan(self.seed):
            if await ends(stop, strike.after):
                return
            at = time.time()
            await self._strike(strike)
            back, served = await self._recovered(strike)
            self.struck.append(Struck(strike, at, back, served))

    async def provider(self, stop: asyncio.Event) -> None:
        """Lets the provider do one thing wrong after the other."""
        for season in seasons(self.seed):
            if stop.is_set():
                return
            self.struck.append(Struck(season, time.time()))
            await self.world.provider_fails(*season.rules)
            await ends(stop, season.lasts)

    async def _strike(self, strike: Strike) -> None:
        match strike.kind:
            case "kill":
                await self.world.kill(strike.target)
            case "freeze":
                self.world.freeze(strike.target)
                await asyncio.sleep(strike.lasts)
                self.world.thaw(strike.target)
            case _:
                self.world.weather(strike.target, strike.weather)
                await asyncio.sleep(strike.lasts)
                self.world.weather(strike.target, Weather.FAIR)

    async def _recovered(self, strike: Strike) -> tuple[float | None, float | None]:
        part = strike.target.partition(">")[0]
        begun, since = time.monotonic(), datetime.now(UTC)
        await self.world.until_back(part)
        await self.witness.until_needed(part, since)
        back = time.monotonic() - begun
        with suppress(TimeoutError):
            async with asyncio.timeout(_GIVEN_UP):
                while not await self.witness.serves(part, since):
                    await asyncio.sleep(0.05)
        return back, time.monotonic() - begun


async def ends(stop: asyncio.Event, seconds: float) -> bool:
    """Waits; whether the end came meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True
