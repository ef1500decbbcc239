"""What all tests share: one PostgreSQL per run, a database per worker, a tenant per test."""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from hypothesis import HealthCheck, settings

from services.chassis.caller import Role
from services.chassis.ids import new_id
from tests.support import discretion
from tests.support import issuer as issuers
from tests.support.databases import Databases
from tests.support.issuer import Issuer, Person

_RUN = "VIO_TEST_RUN"

# The same examples wherever they run, and no verdict on how fast the machine is.
settings.register_profile(
    "everywhere",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("everywhere")


def pytest_configure(config: pytest.Config) -> None:
    """Gives the run one folder; workers inherit it."""
    if not hasattr(config, "workerinput"):
        os.environ[_RUN] = tempfile.mkdtemp(prefix="vio-test-")
        Path(os.environ[_RUN]).chmod(0o755)
    _log_without_locals()


def _log_without_locals() -> None:
    """As the product does; structlog's own way shows the values of every frame."""
    processors = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors[:-1], renderer])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test whose output tells of people fails, whatever it is about."""
    report = yield
    if report.passed and (found := list(discretion.said(report.capstdout + report.capstderr))):
        report.outcome = "failed"
        report.longrepr = f"The output holds personal data: {found}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The run fails if its servers wrote down who people are."""
    if hasattr(session.config, "workerinput"):
        return
    found = list(discretion.left(Path(os.environ[_RUN])))
    if found:
        print(f"\nPersonal data was left behind: {found}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops what the run's workers started."""
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ.pop(_RUN))
        Databases.stop(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def databases(worker_id: str) -> Databases:
    """The worker's own database, with every context's schema up to date."""
    return Databases.of_worker(Path(os.environ[_RUN]), worker_id)


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with issuers.running() as running:
        yield running


@pytest.fixture
def reachable_path() -> Iterator[Path]:
    """A folder that the database's unprivileged user can reach too."""
    with _reachable() as folder:
        yield folder


@pytest.fixture(scope="module")
def module_path() -> Iterator[Path]:
    """The same, for all tests of a module."""
    with _reachable() as folder:
        yield folder


@contextmanager
def _reachable() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="vio-e2e-"))
    folder.chmod(0o755)
    yield folder
    found = list(discretion.left(folder))
    shutil.rmtree(folder)
    assert found == []


@pytest.fixture
def tenant_id() -> UUID:
    return new_id()


@pytest.fixture
def admin(issuer: Issuer, tenant_id: UUID) -> Person:
    return issuer.person(Role.CLIENT_ADMIN, tenant_id, "Ada Admin")


@pytest.fixture
def user(issuer: Issuer, tenant_id: UUID) -> Person:
    return issuer.person(Role.CLIENT_USER, tenant_id, "Uma User")
