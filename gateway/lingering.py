"""Answers that come before the whole request was read reach the client all the same."""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST = 2.0


class Lingering:
    """Reads on for a moment behind an early answer, and throws away what comes.

    A connection that is closed while its client is sending is reset, and the reset
    takes the answer with it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        left = True

        async def receive_and_note() -> Message:
            nonlocal left
            message = await receive()
            left = message["type"] == "http.request" and message.get("more_body", False)
            return message

        async def rest() -> None:
            while left:
                await receive_and_note()

        async def send_and_linger(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body")
            if last and left:
                await send({**message, "more_body": True})
                with suppress(TimeoutError):
                    await asyncio.wait_for(rest(), _LONGEST)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self._app(scope, receive_and_note, send_and_linger)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
