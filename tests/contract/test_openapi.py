"""The OpenAPI document: committed, and made of what the gateway really serves."""

import orjson

from gateway import snapshot
from gateway.routes import ROUTES


def test_the_committed_document_is_what_the_gateway_serves() -> None:
    """`make openapi` renews it after a change of a contract or a route."""
    assert snapshot.FILE.read_bytes() == snapshot.rendered()


def test_every_route_is_described_with_the_words_of_its_contract() -> None:
    paths = orjson.loads(snapshot.rendered())["paths"]

    described = [paths[f"/api{route.path}"][route.method.lower()] for route in ROUTES]

    assert all(each["summary"] for each in described)
