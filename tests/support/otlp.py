"""A receiver of traces: keeps what the processes exported, byte for byte."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc


@dataclass(slots=True)
class Spans(pb_grpc.TraceServiceServicer):
    """The exports so far, at the address where they arrive."""

    address: str = ""
    exports: list[bytes] = field(default_factory=list)

    def Export(self, request: Any, context: Any) -> Any:
        self.exports.append(request.SerializeToString())
        return pb.ExportTraceServiceResponse()


@contextmanager
def receiving() -> Iterator[Spans]:
    """A receiver on a free port of loopback."""
    spans = Spans()
    server = grpc.server(ThreadPoolExecutor(2))
    pb_grpc.add_TraceServiceServicer_to_server(spans, server)  # type: ignore[no-untyped-call]
    spans.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield spans
    finally:
        server.stop(None).wait()
