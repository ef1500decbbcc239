"""What leaves a process as a trace quotes nobody."""

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.chassis.telemetry import Scrubbing

SEARCHED = "http://host/api/contacts/Martha?search=Planted"


def test_neither_addresses_nor_messages_of_exceptions_are_exported() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Scrubbing(kept)))

    with provider.get_tracer("test").start_as_current_span("GET") as span:
        span.set_attributes({"http.url": SEARCHED, "url.path": "/api/contacts/Martha"})
        span.set_attributes({"http.method": "GET", "http.route": "/api/contacts/{contact_id}"})
        span.record_exception(ValueError("Martha Planted"))

    (exported,) = kept.get_finished_spans()
    assert exported.attributes == {
        "http.method": "GET",
        "http.route": "/api/contacts/{contact_id}",
    }
    assert "Martha" not in exported.to_json()
