"""The provider's routes, as the real SDK calls them."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from deploy.local.simulator import answers, bodies, listing, orders
from deploy.local.simulator.faults import Hits
from deploy.local.simulator.orders import Order
from deploy.local.simulator.refusals import Refused
from deploy.local.simulator.rules import Fault, Operation
from deploy.local.simulator.switchboard import Switchboard
from deploy.local.simulator.webhooks import Courier


def routes(switchboard: Switchboard, courier: Courier, api_key: str) -> APIRouter:
    """All routes, each behind the account's API key."""
    desk = _Desk(switchboard, courier)
    router = APIRouter(dependencies=[Depends(_guard(api_key))])
    router.add_api_route("/v2/create-phone-call", desk.create, methods=["POST"])
    router.add_api_route("/v2/get-call/{call_id}", desk.get, methods=["GET"])
    router.add_api_route("/v3/list-calls", desk.list, methods=["POST"])
    router.add_api_route("/v2/stop-call/{call_id}", desk.stop, methods=["POST"])
    router.add_api_route("/get-concurrency", desk.concurrency, methods=["GET"])
    return router


@dataclass(frozen=True, slots=True)
class _Desk:
    switchboard: Switchboard
    courier: Courier

    async def create(self, request: Request) -> Response:
        order = orders.read(await request.body())
        hits = self.switchboard.faults.draw("create", order.to_number)
        await self._unless_declined(request, order, hits)
        try:
            call = self.switchboard.dial(order, hits)
        except Refused as refused:
            self.switchboard.decline(order, hits, refused.status)
            raise
        self.courier.follow(call)
        shown = self.switchboard.eldest() if hits.first({Fault.REPEATED_CALL_ID}) else call
        answer = JSONResponse(bodies.whole(shown, self.switchboard.now()), 201)
        return await answers.after(request, hits, answer)

    async def get(self, request: Request, call_id: str) -> Response:
        hits = await self._met(request, "get", call_id)
        call = self.switchboard.find(call_id)
        answer = JSONResponse(bodies.whole(call, self.switchboard.now()))
        return await answers.after(request, hits, answer)

    async def list(self, request: Request) -> Response:
        hits = await self._met(request, "list")
        query = listing.read(await request.body())
        calls = self.switchboard.calls.values()
        answer = JSONResponse(listing.page(calls, query, self.switchboard.now()))
        return await answers.after(request, hits, answer)

    async def stop(self, request: Request, call_id: str) -> Response:
        hits = await self._met(request, "stop", call_id)
        self.courier.follow(self.switchboard.stop(call_id))
        return await answers.after(request, hits, Response(status_code=204))

    async def concurrency(self, request: Request) -> Response:
        await self._met(request, "concurrency")
        limits = self.switchboard.limits
        return JSONResponse(
            {
                "current_concurrency": self.switchboard.live(),
                "concurrency_limit": limits.concurrency,
                "base_concurrency": limits.concurrency,
                "purchased_concurrency": 0,
                "concurrency_purchase_limit": 0,
                "remaining_purchase_limit": 0,
                "reserved_inbound_concurrency": limits.reserved_inbound,
                "concurrency_burst_enabled": False,
                "concurrency_burst_limit": 0,
            }
        )

    async def _unless_declined(self, request: Request, order: Order, hits: Hits) -> None:
        if rule := hits.before:
            refused = rule.status if rule.fault is Fault.REFUSE else 0
            self.switchboard.decline(order, hits, refused)
        await answers.before(request, hits)

    async def _met(self, request: Request, operation: Operation, call_id: str = "") -> Hits:
        call = self.switchboard.calls.get(call_id)
        number = call.order.to_number if call else ""
        hits = self.switchboard.faults.draw(operation, number)
        await answers.before(request, hits)
        return hits


def _guard(api_key: str) -> Callable[[Request], Awaitable[None]]:
    expected = f"Bearer {api_key}".encode()

    async def check(request: Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            raise Refused(401)

    return check
