"""Routes for tests, the demo and people: faults, limits, the ledger and its verdict."""

import ipaddress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from deploy.local.simulator import verdict
from deploy.local.simulator.outcomes import NEVER_RANG
from deploy.local.simulator.records import LINE, Dialled
from deploy.local.simulator.refusals import Refused
from deploy.local.simulator.rules import Rule
from deploy.local.simulator.settings import Limits
from deploy.local.simulator.switchboard import Switchboard
from deploy.local.simulator.verdict import Dial, Law, Verdict


class Rules(BaseModel):
    """The body that puts fault rules in force."""

    rules: tuple[Rule, ...] = ()


class Question(BaseModel):
    """What a verdict is asked for: the law, and whose dials of which time to judge."""

    limit: int = 25
    window_minutes: float = 15
    open: int = 8
    close: int = 21
    zone: str = ""
    per_phone: int = 0
    tenant_id: str = ""
    campaign_id: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @property
    def law(self) -> Law:
        return Law(
            limit=self.limit,
            window=timedelta(minutes=self.window_minutes),
            opens=self.open,
            closes=self.close,
            zone=self.zone,
            per_phone=self.per_phone,
        )

    def concerns(self, dial: Dial) -> bool:
        return (
            self.tenant_id in ("", dial.tenant_id)
            and self.campaign_id in ("", dial.campaign_id)
            and (self.since is None or dial.at >= self.since)
            and (self.until is None or dial.at < self.until)
        )


class Page(BaseModel):
    """Which lines of the ledger to show: those behind the first `after` ones."""

    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    kind: str = ""


def routes(switchboard: Switchboard) -> APIRouter:
    """All routes; only this machine may use them."""
    router = APIRouter(prefix="/admin", dependencies=[Depends(_from_this_machine)])
    office = _Office(switchboard)
    router.add_api_route("/faults", office.faults, methods=["GET"])
    router.add_api_route("/faults", office.put_faults, methods=["PUT"])
    router.add_api_route("/limits", office.put_limits, methods=["PUT"])
    router.add_api_route("/do-not-call/{number}", office.list_number, methods=["PUT"])
    router.add_api_route("/do-not-call/{number}", office.unlist_number, methods=["DELETE"])
    router.add_api_route("/ledger", office.ledger, methods=["GET"])
    router.add_api_route("/verdict", office.verdict, methods=["GET"])
    return router


def dials(switchboard: Switchboard) -> list[Dial]:
    """The ledger's dials as a verdict wants them; repeats of a key rang nobody."""
    return [
        Dial(
            at=record.at,
            until=switchboard.calls[record.call_id].ended_at,
            call_id=record.call_id,
            to_number=record.to_number,
            idempotency_key=record.idempotency_key,
            attempt_id=record.attempt_id,
            campaign_id=record.campaign_id,
            tenant_id=record.tenant_id,
            zone=switchboard.calls[record.call_id].order.named("timezone"),
            rang=switchboard.calls[record.call_id].script.line.reason not in NEVER_RANG,
        )
        for record in switchboard.ledger.records
        if isinstance(record, Dialled) and not record.repeat
    ]


@dataclass(frozen=True, slots=True)
class _Office:
    switchboard: Switchboard

    async def faults(self) -> dict[str, Any]:
        faults = self.switchboard.faults
        return {
            "rules": [
                asdict(rule) | {"hits": faults.hits[place]}
                for place, rule in enumerate(faults.rules)
            ]
        }

    async def put_faults(self, body: Rules) -> dict[str, Any]:
        self.switchboard.rule(body.rules)
        return await self.faults()

    async def put_limits(self, limits: Limits) -> Limits:
        self.switchboard.limit(limits)
        return limits

    async def list_number(self, number: str) -> None:
        self.switchboard.wish(number, listed=True)

    async def unlist_number(self, number: str) -> None:
        self.switchboard.wish(number, listed=False)

    async def ledger(self, page: Annotated[Page, Query()]) -> Response:
        """A page of lines; `next_after` is absent on the last one."""
        records = self.switchboard.ledger.records
        found = [
            (place, record)
            for place, record in enumerate(records[page.after :], page.after + 1)
            if page.kind in ("", record.kind)
        ]
        shown = found[: page.limit]
        items = b",".join(LINE.dump_json(record) for _, record in shown)
        more = b',"next_after":%d' % shown[-1][0] if len(found) > len(shown) else b""
        content = b'{"total":%d,"items":[%s]%s}' % (len(records), items, more)
        return Response(content, media_type="application/json")

    async def verdict(self, question: Annotated[Question, Query()]) -> dict[str, Any]:
        heard = filter(question.concerns, dials(self.switchboard))
        return _shown(verdict.judge(heard, question.law))


def _shown(found: Verdict) -> dict[str, Any]:
    window = found.fullest_window
    span = {"count": window.count, "from": window.begins, "to": window.ends}
    return {
        "holds": found.holds,
        **asdict(found),
        "fullest_window": span | {"tenant_id": window.tenant_id},
    }


async def _from_this_machine(request: Request) -> None:
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        raise Refused(403, "The admin routes answer to this machine only.")
