"""One PostgreSQL server per run, one database per worker, copied from a migrated template."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.local.postgres import LOGINS, Cluster
from services.chassis import migrations
from tests.support.ports import free_block

CONTEXTS = ("groups", "campaigns", "analytics")
_BARE = "vio_bare"
_TEMPLATE = "vio_template"
_SERVICES = Path(__file__).parents[2] / "services"


@dataclass(frozen=True, slots=True)
class Databases:
    """A database of the run's server."""

    cluster: Cluster
    name: str

    def url(self, role: str) -> str:
        return self.cluster.url(role, self.name)

    def another(self, name: str) -> "Databases":
        """A fresh copy of the template, for tests that need a database to themselves."""
        self.cluster.create_database(name, _TEMPLATE)
        return Databases(self.cluster, name)

    def bare(self, name: str) -> "Databases":
        """A fresh database with the schemas and nothing in them."""
        self.cluster.create_database(name, _BARE)
        return Databases(self.cluster, name)

    @staticmethod
    def of_worker(folder: Path, worker: str) -> "Databases":
        """Starts the server and makes the template, unless another worker did."""
        with _alone(folder):
            cluster = _cluster(folder)
            if not cluster.has_database(_TEMPLATE):
                _make_template(cluster)
            name = f"vio_{worker}"
            cluster.create_database(name, _TEMPLATE)
        return Databases(cluster, name)

    @staticmethod
    def stop(folder: Path) -> None:
        """Stops the run's server, if there was need of one."""
        if (folder / "port").exists():
            _cluster(folder).stop("immediate")


def _cluster(folder: Path) -> Cluster:
    port_file, state = folder / "port", folder / "postgres"
    if port_file.exists():
        return Cluster(state, int(port_file.read_text()))
    cluster = Cluster.start(state, free_block())
    port_file.write_text(str(cluster.port))
    return cluster


def _make_template(cluster: Cluster) -> None:
    cluster.create_database(_BARE)
    _lift_limits(cluster)
    cluster.create_database(_TEMPLATE, _BARE)
    for context in CONTEXTS:
        scripts = _SERVICES / context / "store" / "migrations"
        migrations.migrate(cluster.url(f"{context}_owner", _TEMPLATE), context, scripts)


def _lift_limits(cluster: Cluster) -> None:
    """The roles are the server's, so that all workers together would have their connections."""
    with psycopg.connect(cluster.url("postgres", "postgres")) as connection:
        for login in LOGINS:
            connection.execute(f"alter role {login} connection limit -1")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
