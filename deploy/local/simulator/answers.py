"""Answers that go wrong: what a fault makes of a request's connection."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from deploy.local.simulator.faults import Hits
from deploy.local.simulator.refusals import MESSAGES, Refused
from deploy.local.simulator.rules import Fault, Rule

HANG_SECONDS = 600.0


async def before(request: Request, hits: Hits) -> None:
    """Delays, refuses or lets the caller wait, as the rules say, before anything is done."""
    if hits.delay:
        await asyncio.sleep(hits.delay.seconds or 1)
    if rule := hits.before:
        if rule.fault is Fault.REFUSE:
            raise refusal(rule)
        await _break(request, rule)


async def after(request: Request, hits: Hits, answer: Response) -> Response:
    """The answer, or what becomes of it on its way."""
    rule = hits.after
    if rule is None:
        return answer
    match rule.fault:
        case Fault.ACCEPT_THEN_STATUS:
            raise refusal(rule)
        case Fault.NON_JSON:
            return Response("<html>OK</html>", answer.status_code, media_type="text/html")
        case Fault.MISSING_CALL_ID:
            return JSONResponse({"call_type": "phone_call"}, answer.status_code)
        case Fault.MISSING_METADATA:
            told = json.loads(bytes(answer.body))
            return JSONResponse(told | {"metadata": None}, answer.status_code)
        case Fault.REPEATED_CALL_ID:
            return answer
        case Fault.ENDLESS_BODY:
            return StreamingResponse(_without_end(), answer.status_code)
        case Fault.SLOW_BODY:
            return StreamingResponse(_drops(answer, rule.seconds or 1), answer.status_code)
    await _break(request, rule)
    return answer


def refusal(rule: Rule) -> Refused:
    """The error that a rule asks for."""
    headers = {"retry_after": rule.retry_after} if rule.retry_after is not None else {}
    if 300 <= rule.status < 400:
        headers["location"] = rule.location
    return Refused(rule.status, MESSAGES.get(rule.status, ""), **headers)


async def _without_end() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 4096
        await asyncio.sleep(0.001)


async def _drops(answer: Response, pause: float) -> AsyncIterator[bytes]:
    for byte in bytes(answer.body):
        yield bytes([byte])
        await asyncio.sleep(pause)


async def _break(request: Request, rule: Rule) -> None:
    if rule.fault in (Fault.RESET, Fault.ACCEPT_THEN_RESET):
        request.state.reset()
    try:
        async with asyncio.timeout(rule.seconds or HANG_SECONDS):
            await _gone(request)
    except asyncio.CancelledError:
        request.state.reset()  # the server stops: whoever waits shall get no answer even now
    except TimeoutError:
        pass
    raise Refused(504)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
