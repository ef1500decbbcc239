"""The table of the stack's processes: what runs, in which order, with which settings."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import readiness
from deploy.local.postgres import Cluster
from deploy.local.readiness import Probe
from deploy.local.settings import DATABASE, Secrets, StackSettings

CONTEXTS = ("groups", "campaigns", "analytics")
NAMES = (
    "postgres",
    "temporal",
    "issuer",
    "simulator",
    "groups",
    "campaigns",
    "analytics",
    "campaigns-worker",
    "gateway",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the stack.

    It is started once everything it `needs` is ready, and stopped before any of that is; what
    it can wait for by itself is no need.
    """

    name: str
    command: Sequence[str]
    ready: Probe
    needs: Sequence[str] = ()
    ports: Sequence[int] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def parts(settings: StackSettings, cluster: Cluster, secrets: Secrets) -> list[Part]:
    """Every part, in an order in which each stands behind what it needs."""
    ports = settings.ports
    return [
        Part(
            "postgres",
            cluster.command(),
            cluster.accepts_connections,
            ports=[ports.postgres],
        ),
        Part(
            "temporal",
            _temporal(settings),
            readiness.health(ports.temporal, "temporal.api.workflowservice.v1.WorkflowService"),
            ports=[ports.temporal, ports.temporal_ui],
        ),
        _issuer(settings, secrets),
        _simulator(settings, secrets),
        *(_context(name, settings, secrets, cluster) for name in CONTEXTS),
        _worker(settings, secrets, cluster),
        _gateway(settings, secrets),
    ]


def shared_environment(settings: StackSettings, secrets: Secrets) -> dict[str, str]:
    """What every process of the product is told."""
    told = {
        "VIO_ENVIRONMENT": settings.environment,
        "VIO_STATE": str(settings.state),
        "VIO_CLOCK_FILE": str(settings.clock_file),
        "VIO_PAGE_TOKEN_KEY": secrets.page_tokens,
        "OIDC_ISSUER": settings.issuer,
        "TEMPORAL_ADDRESS": f"127.0.0.1:{settings.ports.temporal}",
        "RETELL_BASE_URL": settings.simulator,
    }
    if settings.otlp_endpoint:
        told["OTEL_EXPORTER_OTLP_ENDPOINT"] = settings.otlp_endpoint
    for name in CONTEXTS:
        told[f"{name.upper()}_ADDRESS"] = f"127.0.0.1:{getattr(settings.ports, name)}"
    return told


def database_environment(name: str, cluster: Cluster) -> dict[str, str]:
    """How a context reaches its schema, as its user and as its owner."""
    return {
        f"{name.upper()}_DATABASE_URL": cluster.url(name, DATABASE),
        f"{name.upper()}_OWNER_DATABASE_URL": cluster.url(f"{name}_owner", DATABASE),
    }


def _issuer(settings: StackSettings, secrets: Secrets) -> Part:
    return _python(
        "issuer",
        "deploy.local.issuer",
        readiness.http(f"{settings.issuer}/health"),
        settings.ports.issuer,
        environment={
            "ISSUER_SECRETS": json.dumps(secrets.machines),
            "ISSUER_TOKEN_SECRET": secrets.persona_tokens,
        },
    )


def _simulator(settings: StackSettings, secrets: Secrets) -> Part:
    return _python(
        "simulator",
        "deploy.local.simulator",
        readiness.http(f"{settings.simulator}/health"),
        settings.ports.simulator,
        environment={
            "SIMULATOR_LISTEN": f"127.0.0.1:{settings.ports.simulator}",
            "SIMULATOR_WEBHOOK_URL": f"{settings.gateway}/api/webhooks/retell",
            "RETELL_API_KEY": secrets.retell,
        },
    )


def _context(name: str, settings: StackSettings, secrets: Secrets, cluster: Cluster) -> Part:
    port = getattr(settings.ports, name)
    return _python(
        name,
        f"services.{name}",
        readiness.health(port),
        port,
        needs=["postgres", "issuer", "temporal"],
        environment={
            **database_environment(name, cluster),
            **_machine(name, secrets),
            f"{name.upper()}_LISTEN": f"127.0.0.1:{port}",
            f"{name.upper()}_METRICS_PORT": str(settings.ports.metrics(name)),
            "RETELL_API_KEY": secrets.retell,
        },
    )


def _worker(settings: StackSettings, secrets: Secrets, cluster: Cluster) -> Part:
    port = settings.ports.metrics("campaigns-worker")
    return _python(
        "campaigns-worker",
        "services.campaigns.worker",
        readiness.port(port),
        port,
        needs=["postgres", "issuer", "simulator", "temporal"],
        environment={
            **database_environment("campaigns", cluster),
            **_machine("campaigns", secrets),
            "CAMPAIGNS_WORKER_METRICS_PORT": str(port),
            "RETELL_API_KEY": secrets.retell,
            "RETELL_TIMEOUT": "10" if settings.scale == 1 else "2",
        },
    )


def _gateway(settings: StackSettings, secrets: Secrets) -> Part:
    port = settings.ports.gateway
    return _python(
        "gateway",
        "gateway",
        readiness.http(f"{settings.gateway}/readyz"),
        port,
        needs=["issuer"],
        environment={"GATEWAY_LISTEN": f"127.0.0.1:{port}", **_machine("gateway", secrets)},
    )


def _machine(name: str, secrets: Secrets) -> dict[str, str]:
    return {"OIDC_CLIENT_ID": name, "OIDC_CLIENT_SECRET": secrets.machines[name]}


def _python(
    name: str,
    module: str,
    ready: Probe,
    port: int,
    *,
    environment: Mapping[str, str],
    needs: Sequence[str] = (),
) -> Part:
    return Part(name, [sys.executable, "-m", module], ready, needs, [port], environment)


def _temporal(settings: StackSettings) -> list[str]:
    """Timers under a second fire on time; the file is written ahead, so that kills are harmless."""
    binary = Path(sys.executable).with_name("temporal")
    return [
        str(binary),
        *("server", "start-dev", "--ip", "127.0.0.1", "--log-level", "error"),
        *("--port", str(settings.ports.temporal), "--ui-port", str(settings.ports.temporal_ui)),
        *("--db-filename", str(settings.state / "temporal.db")),
        *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"),
        *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"'),
        *("--search-attribute", "CampaignState=Keyword"),
    ]
