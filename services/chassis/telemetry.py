"""Logs, metrics and traces, none of which may hold personal data."""

import logging
import re
import sys
import time
import traceback
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import structlog
from fastapi import FastAPI
from google.protobuf import descriptor_pool
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient, GrpcAioInstrumentorServer
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from prometheus_client import Histogram, start_http_server
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.interceptors import Context, Rpc
from services.chassis.settings import Settings

RPC_SECONDS = Histogram("rpc_server_seconds", "Calls answered, by outcome.", ["method", "code"])

_ALLOWED = {
    "event level timestamp service method code seconds request_id trace_id tenant_id campaign_id "
    "attempt_id group_id import_id operation_id event_id kind frames source reason count state "
    "port address phase worker part lag_seconds oldest_transaction logger"
}
_FIELDS = frozenset(" ".join(_ALLOWED).split())
_SPAN_ATTRIBUTES = frozenset(
    "http.method http.request.method http.status_code http.response.status_code http.route "
    "rpc.system rpc.service rpc.method rpc.grpc.status_code db.system db.name db.statement "
    "net.peer.port temporalWorkflowID temporalRunID temporalActivityID".split()
)
_PERSONAL = re.compile(
    r"(?P<mail>[^\s@\"'<>]+@[^\s@\"'<>]+\.\w+)|(?P<phone>\+\d{7,15})|(?P<token>eyJ[\w.-]{20,})"
)


def configure(service: str, settings: Settings, *, metrics_port: int | None = None) -> None:
    """Sets up a process: JSON logs on standard output, metrics on a port, traces if wanted."""
    _configure_logs(service)
    if metrics_port is not None:
        start_http_server(metrics_port, addr="127.0.0.1")
    if settings.otlp_endpoint:
        provider = TracerProvider(resource=Resource.create({"service.name": service}))
        exporter = OTLPSpanExporter(settings.otlp_endpoint, insecure=True)
        provider.add_span_processor(
            BatchSpanProcessor(Scrubbing(exporter), schedule_delay_millis=500)
        )
        trace.set_tracer_provider(provider)
        instrument()


def instrument() -> None:
    """Makes every hop a span: RPCs in both directions, SQL statements, requests to the provider."""
    GrpcAioInstrumentorServer().instrument()  # type: ignore[no-untyped-call]
    GrpcAioInstrumentorClient(filter_=_is_asked_at_once).instrument()  # type: ignore[no-untyped-call]
    PsycopgInstrumentor().instrument()
    HTTPXClientInstrumentor().instrument()


def _is_asked_at_once(details: grpc.aio.ClientCallDetails) -> bool:
    """Leaves out calls that stream their request: they would be handed over at their end only.

    The instrumentation waits for a unary answer's code before it gives the call to who
    made it, who then never hears that the context let them in, and sends nothing.
    """
    method: Any = details.method
    name = (method.decode() if isinstance(method, bytes) else method).strip("/").replace("/", ".")
    try:
        return not descriptor_pool.Default().FindMethodByName(name).client_streaming
    except KeyError:
        return True


def traced(app: FastAPI) -> ASGIApp:
    """Makes each request a span, without one for every piece of a body.

    A request whose body is large makes its connection read on in its own context, where
    the connection's later requests then begin: they must not become a part of its trace.
    """
    FastAPIInstrumentor.instrument_app(
        app, excluded_urls="healthz,readyz,metrics", exclude_spans=["receive", "send"]
    )

    async def apart(scope: Scope, receive: Receive, send: Send) -> None:
        token = contexts.attach(contexts.Context())
        try:
            await app(scope, receive, send)
        finally:
            contexts.detach(token)

    return apart


@asynccontextmanager
async def measured(rpc: Rpc, context: Context) -> AsyncIterator[None]:
    """Counts and times the call by method and code, and writes its one line."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        code = _code(context, sys.exc_info()[1])
        seconds = time.perf_counter() - begun
        RPC_SECONDS.labels(rpc.method, code).observe(seconds)
        structlog.get_logger().info("rpc", method=rpc.method, code=code, seconds=round(seconds, 4))


class Scrubbing(SpanExporter):
    """Leaves out what can quote people: messages of exceptions, and addresses with queries."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            known = (span.attributes or {}).items()
            span._attributes = {name: each for name, each in known if name in _SPAN_ATTRIBUTES}
            span._events = tuple(map(_scrubbed, span.events))
            span._status = trace.Status(span.status.status_code)
        return self._exporter.export(spans)

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _scrubbed(event: Event) -> Event:
    kept = {"exception.type": str((event.attributes or {}).get("exception.type", ""))}
    return Event(event.name, kept, event.timestamp)


def _code(context: Context, error: BaseException | None) -> str:
    if isinstance(error, grpc.aio.AbortError) or error is None:
        code: Any = context.code() or grpc.StatusCode.OK
        return str(getattr(code, "name", code))
    return "CANCELLED" if not isinstance(error, Exception) else "UNKNOWN"


def _configure_logs(service: str) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _, __, entry: entry | {"service": service},
        _with_trace,
        _frames_only,
        _allowed_only,
    ]
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, renderer],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_plain_or_foreign(shared, renderer)])
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "temporalio.core"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _plain_or_foreign(shared: list[Any], renderer: Any) -> Any:
    """Lines of our own are finished; those of libraries take the same way."""

    def render(logger: Any, name: str, entry: MutableMapping[str, Any]) -> str:
        record = entry.pop("_record")
        entry.pop("_from_structlog", None)
        event = str(entry.get("event", ""))
        if event.startswith("{"):
            return event
        foreign: Any = {"event": event, "logger": record.name, "exc_info": entry.get("exc_info")}
        for processor in shared:
            foreign = processor(logger, record.levelname.lower(), foreign)
        rendered: str = renderer(logger, name, foreign)
        return rendered

    return render


def _with_trace(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        entry["trace_id"] = f"{span.trace_id:032x}"
    return entry


def _frames_only(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keeps where an exception came from, not what it said."""
    info = entry.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        entry["kind"] = type(error).__name__
        entry["frames"] = [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
    return entry


def _allowed_only(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    kept = {name: value for name, value in entry.items() if name in _FIELDS}
    kept["event"] = _PERSONAL.sub("[hidden]", str(kept.get("event", "")))
    return kept
