"""The documentation's page: Swagger UI over the OpenAPI document, without any other host."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_ASSETS = "/docs/assets"
# The package is used for its copy of Swagger UI only.
_PACKAGE = ("fastapi_swagger", "resources")


def add(app: FastAPI, document: str) -> None:
    """Serves the page at `/docs`; `document` is the path of the OpenAPI document."""

    async def docs(_: Request) -> Response:
        return get_swagger_ui_html(
            openapi_url=document,
            title="Contact Groups",
            swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{_ASSETS}/favicon-32x32.png",
        )

    app.add_route("/docs", docs)
    app.mount(_ASSETS, StaticFiles(packages=[_PACKAGE]))
