"""A context's gRPC server: health, reflection, limits, guards, and a graceful end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.chassis import interceptors, policy, telemetry
from services.chassis.auth import Verifier
from services.chassis.channel import LARGEST_MESSAGE
from services.chassis.closing import Closing
from services.chassis.interceptors import Around, Guard
from services.chassis.parsing import Parsing
from services.chassis.policy import Policy
from services.chassis.turns import Turns

Register = Callable[[grpc.aio.Server], Sequence[str]]

# A megabyte of a body or a webhook, and what a message adds to it.
LARGEST_REQUEST = 2 * 1024 * 1024
_GRACE = 10.0
_OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST_REQUEST),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.so_reuseport", 0),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 300_000),
    ("grpc.keepalive_time_ms", 300_000),
    ("grpc.max_connection_age_ms", 600_000),
    ("grpc.max_connection_age_grace_ms", 600_000),
    ("grpc.max_concurrent_streams", 1_000),
    # Nothing compressed is taken: a message could inflate to a thousand times its size.
    ("grpc.compression_enabled_algorithms_bitset", 1),
)
_MOST_AT_ONCE = 2_000


@asynccontextmanager
async def running(
    address: str,
    register: Register,
    table: Policy,
    verifier: Verifier,
    *,
    with_reflection: bool,
    behind: Sequence[Guard] = (),
) -> AsyncIterator[int]:
    """Serves at the address and gives the port; refuses to start if a method lacks its row.

    `register` adds the servicers and gives the full names of their services; the guards
    in `behind` surround calls whose caller is known.
    """
    closing = Closing()
    rows = {**table, **policy.ALWAYS, **(policy.REFLECTION if with_reflection else {})}
    server = _server(verifier, rows, closing, behind)
    services = list(register(server))
    checker = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checker, server)
    if with_reflection:
        names = (*services, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
    _require_rows(rows, services)
    port = server.add_insecure_port(address)
    await server.start()
    for name in (*services, ""):
        await checker.set(name, health_pb2.HealthCheckResponse.SERVING)
    structlog.get_logger().info("serving", port=port)
    try:
        yield port
    finally:
        closing.event.set()
        await checker.enter_graceful_shutdown()
        await server.stop(_GRACE)


async def until_stopped() -> None:
    """Waits for SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()


def _server(
    verifier: Verifier, rows: Policy, closing: Closing, behind: Sequence[Guard]
) -> grpc.aio.Server:
    """The guards around every call, the outermost first."""
    return grpc.aio.server(
        interceptors=[
            Around(interceptors.identified),
            Around(telemetry.measured),
            Around(interceptors.bugs_as_internal),
            Around(interceptors.refusals_as_status),
            Around(interceptors.in_time),
            Around(closing.known),
            Around(interceptors.admitted(verifier, rows)),
            Around(Turns().taken),
            *map(Around, behind),
            Parsing(),
        ],
        options=_OPTIONS,
        maximum_concurrent_rpcs=_MOST_AT_ONCE,
    )


def _require_rows(rows: Policy, services: Sequence[str]) -> None:
    missing = policy.missing(rows, policy.methods_of(services))
    if missing:
        raise ValueError(f"no policy row for {', '.join(missing)}")
