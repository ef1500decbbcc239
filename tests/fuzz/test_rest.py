"""Schemathesis against the OpenAPI document that the gateway itself serves."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.house import Health, House
from tests.fuzz.probe import probing

SEED = 20261126
TOOL = Path(sys.executable).with_name("schemathesis")
# A request can fit the document and break a rule of the domain: that is refused, rightly.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "missing_required_header,unsupported_method,allow_header_conformance,ignored_auth"
)
Record = Callable[[str, object], None]


async def examine(house: House, folder: Path, *more: str) -> dict[str, Any]:
    """Runs the tool as somebody who may do everything, and gives its report."""
    report = folder / "report.json"
    running = await asyncio.create_subprocess_exec(
        str(TOOL),
        "run",
        f"{house.settings.gateway}/openapi.json",
        *("--header", f"Authorization: Bearer {house.tokens['root']}"),
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
        report = await examine(house, folder, *more)
    requests = report["test_cases"]["generated"]
    record("seed", SEED)
    record("requests", requests)
    record("grown by MB", before.growth())
    record("p99 beside it ms", probe.p99)
    assert report["operations"]["tested"] == report["operations"]["total"]
    before.require_unharmed()
    return requests, probe.p99


@pytest.mark.timeout(300)
async def test_the_gateway_does_what_its_document_says(
    house: House, tmp_path: Path, record_property: Record
) -> None:
    """Requests made from the OpenAPI document, good and bad, get only answers that it describes."""
    requests, _ = await _examined(
        house, tmp_path, record_property, "--phases", "fuzzing", "--max-examples", "8"
    )

    assert requests > 300


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
