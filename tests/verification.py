"""Chooses the proofs, and writes what they showed into a page.

`pytest -p tests.verification -m proof --report PAGE`; with `--further` the page goes on.
The name of a proof is its promise; what it gives to `record_property` (seed, dials, kills,
faults, requests) stands beside it.
"""

import os
import platform
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

# What is not too long for every run and is reported all the same.
_PROOFS = (
    "tests/authz/test_inference.py",
    "tests/authz/test_injection.py",
    "tests/authz/test_planted.py",
    "tests/chaos/test_planted.py",
    "tests/fuzz/",
    "tests/service/dialling/test_limits.py",
    "tests/service/dialling/test_planted.py",
    "tests/service/dialling/test_reconciler.py",
    "tests/service/test_catalogue.py",
    "tests/service/test_grants.py",
    "tests/service/test_rows.py",
    "tests/service/test_walls.py",
)
# What measures time, or fills the machine: nothing runs beside it.
_ALONE = (
    "tests/chaos/",
    "tests/faults/test_kills.py",
    "tests/fuzz/",
    "tests/service/dialling/test_campaign_life.py",
    "tests/service/dialling/test_waiting.py",
)
_TITLE = """# {name}

Written anew by the commands below; `make` runs them.
"""
_HEAD = """
## {date} UTC

    {command}

{cores} cores, {memory} GiB, {system}, Python {python}, {minutes:.0f} minutes: {passed} proofs
held, {failed} did not.

| promise | evidence | result | measured | seconds |
|---|---|---|---|---|
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--report", type=Path, help="the page that the proofs are written into")
    parser.addoption("--further", action="store_true", help="the page goes on")


def pytest_configure(config: pytest.Config) -> None:
    page = config.getoption("--report")
    if page and not hasattr(config, "workerinput"):
        command = " ".join(["pytest", *map(_quoted, config.invocation_params.args)])
        config.pluginmanager.register(Report(page, command, config.getoption("--further")))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the proofs, before it is chosen by marks."""
    for item in items:
        if item.get_closest_marker("verify") or item.nodeid.startswith(_PROOFS):
            item.add_marker("proof")
        if item.nodeid.startswith(_ALONE):
            item.add_marker("alone")


@dataclass(slots=True, eq=False)
class Report:
    """Gathers how each proof ended; a plugin, so that it is one by its identity."""

    page: Path
    command: str
    further: bool
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: dict[str, pytest.TestReport] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            self.ended[report.nodeid] = report

    def pytest_sessionfinish(self) -> None:
        title = _TITLE.format(name=self.page.stem.title())
        before = self.page.read_text() if self.further and self.page.exists() else title
        self.page.write_text(before + "".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        passed = sum(report.passed for report in self.ended.values())
        yield _HEAD.format(
            command=self.command,
            date=f"{self.begun:%Y-%m-%d %H:%M}",
            cores=os.cpu_count(),
            memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30,
            system=platform.system(),
            python=platform.python_version(),
            minutes=(datetime.now(UTC) - self.begun).total_seconds() / 60,
            passed=passed,
            failed=len(self.ended) - passed,
        )
        proofs: dict[str, list[pytest.TestReport]] = defaultdict(list)
        for name, report in sorted(self.ended.items()):
            proofs[name.partition("[")[0]].append(report)
        for name, reports in proofs.items():
            yield _row(name, reports)


def _row(name: str, reports: Sequence[pytest.TestReport]) -> str:
    """One proof, in all its cases."""
    broken = [report.nodeid.partition("[")[2].rstrip("]") for report in reports if report.failed]
    result = f"**broken** {' '.join(broken)}".strip() if broken else "holds"
    cases = "" if len(reports) == 1 else f", {len(reports)} cases"
    told = [dict(report.user_properties) for report in reports]
    promise = name.rpartition("::test_")[2].replace("_", " ").capitalize()
    seconds = sum(report.duration for report in reports)
    return f"| {promise}. | `{name}`{cases} | {result} | {_measured(told)} | {seconds:.1f} |\n"


def _measured(told: Sequence[dict[str, object]]) -> str:
    """What the cases measured: whole numbers are summed, of anything else each is shown."""
    gathered: dict[str, list[object]] = defaultdict(list)
    for properties in told:
        for what, value in properties.items():
            gathered[what].append(value)
    return ", ".join(f"{what} {_together(what, values)}" for what, values in gathered.items())


def _together(what: str, values: Sequence[object]) -> str:
    if what != "seed" and all(type(value) is int for value in values):
        return str(sum(value for value in values if isinstance(value, int)))
    return "; ".join(dict.fromkeys(map(str, values)))


def _quoted(argument: str) -> str:
    return f'"{argument}"' if " " in argument else argument
