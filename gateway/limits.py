"""Bodies larger than anything the product takes are refused before they are put anywhere."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import problems
from services.chassis.errors import Invalid

# The largest file of contacts, and what a form adds to it.
LARGEST_BODY = 257 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limited:
    """Looks at the length that a request tells, and counts what comes of one that tells none."""

    app: ASGIApp
    most: int = LARGEST_BODY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if told.isdecimal() and int(told) > self.most:
            problem = problems.of_refusal(_too_large(self.most))
            await problem.response(scope["state"]["request_id"])(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self.most:
                raise _too_large(self.most)
            return message

        await self.app(scope, counted, send)


def _too_large(most: int) -> Invalid:
    return Invalid(
        "BODY_TOO_LARGE", f"The body is larger than {most} bytes.", field="body", limit=most
    )
