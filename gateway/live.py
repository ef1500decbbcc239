"""Live progress: one upstream watch per campaign, fanned out to all its viewers as events."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import grpc
import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway import wire
from gateway.route import TIMEOUT, Endpoint, forwarded
from gateway.stubs import Stubs
from vio.campaigns.v1 import campaign_service_pb2 as pb

_PING = 15.0
_RECHECK = 60.0
_LINGER = 30.0
_AGAIN = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a browser reads it; `id` lets it resume behind."""

    id: str
    kind: str
    data: bytes

    def encoded(self) -> bytes:
        """The event in the format of server-sent events (WHATWG HTML, 9.2)."""
        return b"id: %s\nevent: %s\ndata: %s\n\n" % (
            self.id.encode(),
            self.kind.encode(),
            self.data,
        )


@dataclass(slots=True)
class Course:
    """What was seen of one campaign so far, kept while somebody looks or may come back."""

    campaign_id: str
    key: str = field(default_factory=lambda: uuid4().hex[:12])
    events: list[Event] = field(default_factory=list)
    people: dict[str, bytes] = field(default_factory=dict)
    state: str = ""
    is_over: bool = False
    viewers: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def learn(self, response: Any) -> None:
        """Turns a step of the upstream into events; what was told before is not repeated."""
        progress = _PROGRESS(response.progress)
        if progress["state"] != self.state:
            self.state = progress["state"]
            self._add("state", {"state": self.state, "version": progress["version"]})
        for row in response.recipients:
            content = row.SerializeToString()
            if self.people.get(row.contact_id) != content:
                self.people[row.contact_id] = content
                self._add("recipient", _RECIPIENT(row))
        self._add("progress", progress)
        self.is_over = bool(progress["is_final"])
        async with self.news:
            self.news.notify_all()

    def start(self, last_id: str) -> int:
        """Where to begin for somebody who saw an event; from the beginning for all others."""
        key, _, number = last_id.partition("-")
        known = key == self.key and number.isdigit() and int(number) <= len(self.events)
        return int(number) if known else 0

    def _add(self, kind: str, content: Mapping[str, Any]) -> None:
        data = orjson.dumps(content, option=orjson.OPT_UTC_Z)
        self.events.append(Event(f"{self.key}-{len(self.events) + 1}", kind, data))


_PROGRESS = wire.writer(wire.descriptor(pb.Campaign))
_RECIPIENT = wire.writer(wire.descriptor(pb.Recipient))


@dataclass(slots=True)
class Hub:
    """The campaigns that are being watched, each by one upstream."""

    stubs: Stubs
    courses: dict[str, Course] = field(default_factory=dict)
    upstreams: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def course(self, campaign_id: str, tenant_id: str) -> Course:
        """The campaign's course; the first viewer starts its upstream."""
        if campaign_id not in self.courses:
            course = self.courses[campaign_id] = Course(campaign_id)
            following = self._follow(course, tenant_id)
            self.upstreams[campaign_id] = asyncio.create_task(following)
            self._forget_later(course)
        return self.courses[campaign_id]

    @contextmanager
    def viewer(self, course: Course) -> Iterator[None]:
        """Somebody who looks; a course that nobody comes back to is forgotten."""
        course.viewers += 1
        try:
            yield
        finally:
            course.viewers -= 1
            self._forget_later(course)

    def _forget_later(self, course: Course) -> None:
        asyncio.get_running_loop().call_later(_LINGER, self._forget, course)

    def _forget(self, course: Course) -> None:
        if not course.viewers and self.courses.get(course.campaign_id) is course:
            del self.courses[course.campaign_id]
            self.upstreams.pop(course.campaign_id).cancel()

    async def _follow(self, course: Course, tenant_id: str) -> None:
        request = pb.WatchCampaignRequest(tenant_id=tenant_id, campaign_id=course.campaign_id)
        while not course.is_over:
            with suppress(grpc.aio.AioRpcError):
                async for response in self.stubs.watch.WatchCampaign(request):
                    if response.HasField("progress"):
                        await course.learn(response)
            await asyncio.sleep(_AGAIN)


@dataclass(frozen=True, slots=True)
class Live:
    """The route of a campaign's events; the viewer's own right to see it is asked first."""

    hub: Hub
    method: str = "GET"
    path: str = "/campaigns/{campaign_id}/events"

    def endpoint(self, stubs: Stubs) -> Endpoint:
        async def answer(request: Request) -> Response:
            asked: Any = wire.read(pb.GetCampaignRequest, request.path_params)
            found = await stubs.campaigns.GetCampaign(
                asked, metadata=forwarded(request), timeout=TIMEOUT
            )
            course = self.hub.course(found.campaign_id, found.tenant_id)
            events = self._events(stubs, request, asked, course)
            headers = {"X-Accel-Buffering": "no"}
            return StreamingResponse(events, media_type="text/event-stream", headers=headers)

        return answer

    async def _events(
        self, stubs: Stubs, request: Request, asked: Any, course: Course
    ) -> AsyncIterator[bytes]:
        """Ends with the campaign, with the viewer's token, or when it may not be seen any more."""
        at = course.start(request.headers.get("last-event-id", ""))
        expires, checked = request.state.bearer.expires, time.monotonic()
        with self.hub.viewer(course):
            while True:
                while at < len(course.events):
                    yield course.events[at].encoded()
                    at += 1
                if course.is_over or time.time() >= expires:
                    return
                if time.monotonic() - checked > _RECHECK:
                    checked = time.monotonic()
                    if not await _may_see(stubs, request, asked):
                        return
                if not await _news(course, at, min(_PING, expires - time.time())):
                    yield b": still here\n\n"


async def _news(course: Course, at: int, patience: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(patience), course.news:
            await course.news.wait_for(lambda: len(course.events) > at)
            return True
    return False


async def _may_see(stubs: Stubs, request: Request, asked: Any) -> bool:
    try:
        await stubs.campaigns.GetCampaign(asked, metadata=forwarded(request), timeout=TIMEOUT)
    except grpc.aio.AioRpcError as error:
        return error.code() is grpc.StatusCode.UNAVAILABLE
    return True
