"""Schemathesis against the OpenAPI document that the gateway itself serves."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fuzz.house import Health, House
from tests.fuzz.probe import probing
from tests.support import web

SEED = 20261126
WHERE = "/api/me"
TOOL = Path(sys.executable).with_name("schemathesis")
# A request can fit the document and break a rule of the domain: that is refused, rightly.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "missing_required_header,unsupported_method,allow_header_conformance,ignored_auth"
)
_HOPS = ("host", "accept-encoding")
Record = Callable[[str, object], None]


async def examine(url: str, bearer: str, folder: Path, *more: str) -> dict[str, Any]:
    """Runs the tool and gives its report; raises `AssertionError` with what it found wrong."""
    report = folder / "report.json"
    running = await asyncio.create_subprocess_exec(
        str(TOOL),
        "run",
        f"{url}/openapi.json",
        *("--header", f"Authorization: Bearer {bearer}"),
        *("--checks", CHECKS, "--seed", str(SEED), "--continue-on-failure", "--no-color"),
        *("--report", "json", "--report-json-path", str(report), *more),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    words, _ = await running.communicate()
    assert running.returncode == 0, words.decode()[-8_000:]
    found: dict[str, Any] = json.loads(report.read_text())
    return found


async def _examined(house: House, folder: Path, record: Record, *more: str) -> tuple[int, float]:
    before = Health.of(house)
    async with probing(house.api()) as probe:
        report = await examine(house.settings.gateway, house.tokens["root"], folder, *more)
    requests = report["test_cases"]["generated"]
    record("seed", SEED)
    record("requests", requests)
    record("grown by MB", before.growth())
    record("p99 beside it ms", probe.p99)
    assert report["operations"]["tested"] == report["operations"]["total"]
    before.require_unharmed()
    return requests, probe.p99


async def test_the_gateway_does_what_its_document_says(
    house: House, tmp_path: Path, record_property: Record
) -> None:
    """Requests made from the OpenAPI document, good and bad, get only answers that it describes."""
    requests, _ = await _examined(
        house, tmp_path, record_property, "--phases", "fuzzing", "--max-examples", "8"
    )

    assert requests > 300


def _between(house: House, broken: Callable[[Request, Response], Response]) -> Starlette:
    """The gateway with a fault before it."""

    async def forward(request: Request) -> Response:
        url = f"{house.settings.gateway}{request.url.path}?{request.url.query}"
        kept = {name: value for name, value in request.headers.items() if name not in _HOPS}
        sent, body = {**kept, "accept-encoding": "identity"}, await request.body()
        async with httpx.AsyncClient(trust_env=False) as http:
            got = await http.request(request.method, url, content=body, headers=sent)
        return broken(request, Response(got.content, got.status_code, dict(got.headers)))

    every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
    return Starlette(routes=[Route("/{path:path}", forward, methods=every)])


def _breaks(request: Request, response: Response) -> Response:
    is_hit = request.url.path == WHERE and request.method == "GET"
    return Response(status_code=500) if is_hit else response


def _does_not(request: Request, response: Response) -> Response:
    return response


async def test_a_fault_in_one_route_is_found(house: House, tmp_path: Path) -> None:
    """The examination turns red on a gateway of which one route breaks."""
    only = ("--include-path", WHERE, "--phases", "fuzzing", "--max-examples", "3")

    async with web.app(_between(house, _breaks)) as url:
        with pytest.raises(AssertionError, match="Server error"):
            await examine(url, house.tokens["root"], tmp_path, *only)
    async with web.app(_between(house, _does_not)) as url:
        report = await examine(url, house.tokens["root"], tmp_path, *only)

    assert report["operations"]["tested"] == 1


@pytest.mark.verify
@pytest.mark.timeout(900)
async def test_thousands_of_requests_find_no_fault_in_the_gateway(
    house: House, tmp_path: Path, record_property: Record
) -> None:
    """5,000 requests made from the OpenAPI document, good and bad, find no fault in any route."""
    requests, p99 = await _examined(
        house, tmp_path, record_property, "--phases", "coverage,fuzzing", "--max-examples", "20"
    )

    assert requests >= 5_000
    assert p99 < 500
