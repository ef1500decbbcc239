"""Writes what the long proofs showed into a page: `pytest -p tests.verification --report PAGE`.

The first line of a proof's docstring is its promise; what it gives to `record_property`
(seed, dials, kills, faults, requests) stands beside it.
"""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

_HEAD = """# What was verified

    pytest {command}

on {date} UTC: {cores} cores, {system}, Python {python}, {minutes:.0f} minutes,
{passed} proofs held, {failed} did not.

| promise | evidence | result | measured | seconds |
|---|---|---|---|---|
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--report", type=Path, help="the page that the proofs are written into")


def pytest_configure(config: pytest.Config) -> None:
    page = config.getoption("--report")
    if page and not hasattr(config, "workerinput"):
        command = " ".join(config.invocation_params.args)
        config.pluginmanager.register(Report(page, command))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Reports carry no docstrings, but properties, also from one process to the other."""
    for item in items:
        words = getattr(getattr(item, "obj", None), "__doc__", None) or ""
        item.user_properties.append(("promise", words.strip().partition("\n")[0]))


@dataclass(slots=True)
class Report:
    """Gathers how each proof ended."""

    page: Path
    command: str
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: dict[str, pytest.TestReport] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            self.ended[report.nodeid] = report

    def pytest_sessionfinish(self) -> None:
        self.page.write_text("".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        passed = sum(report.passed for report in self.ended.values())
        yield _HEAD.format(
            command=self.command,
            date=f"{self.begun:%Y-%m-%d %H:%M}",
            cores=os.cpu_count(),
            system=platform.system(),
            python=platform.python_version(),
            minutes=(datetime.now(UTC) - self.begun).total_seconds() / 60,
            passed=passed,
            failed=len(self.ended) - passed,
        )
        for name, report in sorted(self.ended.items()):
            yield _row(name, report)


def _row(name: str, report: pytest.TestReport) -> str:
    told = dict(report.user_properties)
    promise = told.pop("promise", "")
    measured = ", ".join(f"{what} {value}" for what, value in told.items())
    result = "holds" if report.passed else "**broken**"
    return f"| {promise} | `{name}` | {result} | {measured} | {report.duration:.1f} |\n"
