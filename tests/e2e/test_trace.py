"""One trace tells of a launch from the browser's request to the provider's phone."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc

from deploy.local.demo import scenario, seeding
from deploy.local.demo.api import Api
from deploy.local.demo.people import CLINIC
from deploy.local.settings import Ports, StackSettings
from deploy.local.signing_in import token
from deploy.local.stack import Stack
from tests.support.discretion import discreet
from tests.support.ports import free_block

PEOPLE = 3
Span = tuple[str, str]
#: Which service does what, by the exact names of its spans.
HOPS: set[Span] = {
    ("gateway", "POST /api/groups/{group_id}/call-all"),
    ("campaigns", "/vio.campaigns.v1.CampaignService/LaunchCampaign"),
    ("groups", "/vio.groups.v1.AudienceService/GetDialFacts"),
    ("campaigns-worker", "RunWorkflow:BulkCallCampaign"),
    ("campaigns-worker", "RunActivity:dial"),
    ("campaigns-worker", "POST"),
}


class Collector(pb_grpc.TraceServiceServicer):
    """Gathers the spans of every process."""

    def __init__(self) -> None:
        self.traces: dict[bytes, list[Span]] = defaultdict(list)

    def Export(self, request: Any, context: Any) -> Any:
        for resource in request.resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.traces[span.trace_id].append((names["service.name"], span.name))
        return pb.ExportTraceServiceResponse()

    def fullest(self) -> list[Span]:
        """The spans of the trace that crosses the provider's line."""
        whole = [spans for spans in self.traces.values() if set(spans) >= HOPS]
        return max(whole, key=len, default=[])


@pytest.fixture
async def collector() -> AsyncIterator[tuple[Collector, str]]:
    gathered = Collector()
    server = grpc.server(ThreadPoolExecutor(2))
    pb_grpc.add_TraceServiceServicer_to_server(gathered, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield gathered, f"127.0.0.1:{port}"
    server.stop(None).wait()


async def test_one_trace_covers_every_hop_of_a_launch(
    reachable_path: Path, collector: tuple[Collector, str]
) -> None:
    """And nothing of the requests that the same connection carried before and after it."""
    gathered, address = collector
    settings = StackSettings(
        reachable_path / "stack",
        Ports(free_block()),
        scale=100,
        environment="test",
        otlp_endpoint=address,
    )
    async with discreet(Stack(settings)):
        await seeding.tenants(settings)
        api = Api.at(settings.gateway, token(settings, "clinic-admin"))
        async with api.client:
            await scenario.import_contacts(api, CLINIC.file)
            await scenario.launch(api, await scenario.make_group(api, PEOPLE))
            async with asyncio.timeout(60):
                while not gathered.fullest():
                    await asyncio.sleep(0.5)

    spans = gathered.fullest()
    asking = {service for service, name in spans if name.lower() == "select"}
    requests = [name for service, name in spans if service == "gateway" and "/api/" in name]
    assert asking >= {"campaigns", "groups"}
    assert requests == ["POST /api/groups/{group_id}/call-all"]
