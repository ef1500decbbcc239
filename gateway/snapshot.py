"""Writes the OpenAPI document beside the code, so that a change of it is seen: `make openapi`."""

from pathlib import Path

import orjson

from gateway import openapi
from gateway.routes import ROUTES

FILE = Path(__file__).with_name("openapi.json")


def rendered() -> bytes:
    """The document as it is now."""
    document = openapi.document(ROUTES, "/api")
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    FILE.write_bytes(rendered())
