"""Clients that remember: what they asked, and whether it happened, did not, or may have."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]

# anyio answers a reset during the connection's opening with an AttributeError.
NO_ANSWER = (httpx.HTTPError, AttributeError)
_PATIENCE = 4.0
_SILENCE = 20.0
_PAUSE = 0.3
_PASSING = frozenset({499, 503, 504})
_COLLISIONS = frozenset({"BUSY", "REQUEST_IN_PROGRESS"})


class Fate(StrEnum):
    """What an answer tells: it was done, it was refused, or nobody knows (Jepsen's words)."""

    INVOKE = "invoke"
    OK = "ok"
    FAIL = "fail"
    INFO = "info"


@dataclass(slots=True)
class History:
    """Every question and answer of a run, one JSON line each; what no client should see apart."""

    file: Path
    fates: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    def note(self, what: str, fate: Fate, **facts: object) -> None:
        self.fates[fate] += 1
        line = {"at": time.time(), "what": what, "fate": fate, **facts}
        with self.file.open("a") as file:
            file.write(json.dumps(line) + "\n")


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer, after as many repeats as were needed."""

    status: int
    content: Json

    @property
    def is_success(self) -> bool:
        return self.status < 400


@dataclass(frozen=True, slots=True)
class Client:
    """A person's client: it repeats what it does not know the fate of, with the same key.

    `foreign` is a word that only another tenant's data holds.
    """

    http: httpx.AsyncClient
    history: History
    foreign: str = ""

    @staticmethod
    def of(gateway: str, token: str, history: History, foreign: str = "") -> "Client":
        http = httpx.AsyncClient(
            base_url=f"{gateway}/api",
            headers={"Authorization": f"Bearer {token}"},
            timeout=_PATIENCE,
            trust_env=False,
        )
        return Client(http, history, foreign)

    async def ask(self, path: str, **query: Any) -> Json | None:
        """Reads once; None if there is no answer."""
        sent = await self._once("GET", path, params=query)
        return sent.content if sent and sent.is_success else None

    async def do(self, path: str, body: Mapping[str, Any], method: str = "POST") -> Answer:
        """Changes something exactly once, however often the answer gets lost."""
        return await self._until_answered(method, path, body, str(uuid4()))

    async def twice(self, path: str, body: Mapping[str, Any]) -> tuple[Answer, Answer]:
        """The same request with the same key, twice at once."""
        key = str(uuid4())
        first, second = await asyncio.gather(
            self._until_answered("POST", path, body, key),
            self._until_answered("POST", path, body, key),
        )
        return first, second

    @asynccontextmanager
    async def stream(self, path: str, last: str) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """The fields of an event stream, behind the event that was seen last."""
        headers = {"Last-Event-ID": last} if last else {}
        async with self.http.stream("GET", path, headers=headers, timeout=_SILENCE) as response:
            response.raise_for_status()
            yield _fields(response)

    async def _until_answered(
        self, method: str, path: str, body: Mapping[str, Any], key: str
    ) -> Answer:
        headers = {"Idempotency-Key": key}
        while (answer := await self._once(method, path, json=body, headers=headers)) is None:
            await asyncio.sleep(_PAUSE)
        return answer

    async def _once(self, method: str, path: str, **more: Any) -> Answer | None:
        """An answer that says what happened; None if it may or may not have."""
        what = f"{method} {path}"
        self.history.note(what, Fate.INVOKE)
        try:
            response = await self.http.request(method, path, **more)
        except NO_ANSWER as error:
            self.history.note(what, Fate.INFO, why=type(error).__name__)
            return None
        if self.foreign and self.foreign in response.text:
            self.history.leaks.append(f"{what} told of another tenant")
        content: Json = response.json()
        if response.status_code in _PASSING or content.get("reason") in _COLLISIONS:
            self.history.note(what, Fate.INFO, why=response.status_code)
            return None
        fate = Fate.FAIL if response.is_error else Fate.OK
        self.history.note(what, fate, status=response.status_code)
        if response.is_error:
            self.history.refusals[f"{response.status_code} {content.get('reason')}"] += 1
        if response.status_code >= 500:
            self.history.surprises.append(f"{what}: {response.status_code} {response.text[:300]}")
        return Answer(response.status_code, content)


async def _fields(response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        yield name, value
