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


def test_messages_of_one_name_in_two_contexts_are_two_schemas() -> None:
    schemas = orjson.loads(snapshot.rendered())["components"]["schemas"]

    assert "created_at" in schemas["AnalyticsGroupInfo"]["properties"]
    assert "total_members" in schemas["GroupsGroupInfo"]["properties"]


def test_what_a_client_asks_with_may_be_left_out_and_holds_nothing_else() -> None:
    schemas = orjson.loads(snapshot.rendered())["components"]["schemas"]

    asked, answered = schemas["SelectionAsked"], schemas["Group"]

    assert ("required" in asked, asked["additionalProperties"]) == (False, False)
    assert set(answered["required"]) == set(answered["properties"])
