"""What leaves a process as a trace quotes nobody."""

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.chassis.telemetry import Scrubbing

SEARCHED = "http://host/api/groups?search=Martha+Planted"


def test_neither_queries_nor_messages_of_exceptions_are_exported() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Scrubbing(kept)))

    with provider.get_tracer("test").start_as_current_span("GET") as span:
        span.set_attributes({"http.url": SEARCHED, "url.query": "search=Martha"})
        span.set_attribute("http.method", "GET")
        span.record_exception(ValueError("Martha Planted"))

    (exported,) = kept.get_finished_spans()
    assert exported.attributes is not None
    assert exported.attributes["http.url"] == "http://host/api/groups"
    assert exported.attributes["http.method"] == "GET"
    assert "Martha" not in exported.to_json()
