"""Refusals as `application/problem+json` (RFC 9457): the one place where codes become HTTP."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import grpc
import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.chassis import status
from services.chassis.errors import Refusal, Violation
from services.chassis.status import Failure

MEDIA_TYPE = "application/problem+json"
_TYPE = "https://vioconcierge.example/errors/"
_HTTP = {
    "CANCELLED": 499,
    "INVALID_ARGUMENT": 422,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "FAILED_PRECONDITION": 409,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
    "UNIMPLEMENTED": 501,
}
_BY_REASON = {
    "NOT_JSON": 400,
    "ETAG_MISMATCH": 412,
    "GROUP_EMPTY": 422,
    "NOT_A_MEMBER": 422,
    "NOBODY_TO_CALL": 422,
}
_RETRY_AFTER = {429: 1.0, 503: 2.0}
_HALF_WAY = {"ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "UNKNOWN"}
_KEPT = "What was taken until then stays, and is not taken twice if you repeat this."
_PLAIN = {
    404: ("ROUTE_NOT_FOUND", "There is nothing at this address."),
    405: ("METHOD_NOT_ALLOWED", "This address does not take that method."),
    413: ("TOO_LARGE", "This is more than can be taken at once."),
    499: ("CANCELLED", "The request was cancelled."),
    500: ("INTERNAL", "Something broke here. Please try again."),
    501: ("UNIMPLEMENTED", "This is not offered."),
    503: ("UNAVAILABLE", "A part of the system does not answer. Please try again in a moment."),
    504: ("DEADLINE", "This took too long and was stopped."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as the client reads it."""

    status: int
    reason: str
    detail: str
    facts: dict[str, str]
    violations: tuple[Violation, ...] = ()
    retry_after: float | None = None

    def response(self, request_id: str) -> Response:
        body = {
            "type": f"{_TYPE}{self.reason}",
            "title": _phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            "reason": self.reason,
            "facts": self.facts,
            "errors": [
                {"field": each.field, "rule": each.rule, "limit": each.limit}
                for each in self.violations
            ],
            "request_id": request_id,
        }
        response = Response(orjson.dumps(body), self.status, media_type=MEDIA_TYPE)
        retry_after = self.retry_after or _RETRY_AFTER.get(self.status)
        if retry_after:
            response.headers["Retry-After"] = str(max(1, round(retry_after)))
        if self.status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


def of_refusal(refusal: Refusal) -> Problem:
    """A refusal of the gateway's own reader."""
    code = status.CODES[type(refusal)].name
    return Problem(
        _BY_REASON.get(refusal.reason, _HTTP[code]),
        refusal.reason,
        refusal.message,
        refusal.facts,
        refusal.violations,
        refusal.retry_after,
    )


def of_failure(failure: Failure) -> Problem:
    """A failure of a context, and where to look for what was done before it."""
    problem = _of_failure(failure)
    if not failure.operation_id or failure.code.name not in _HALF_WAY:
        return problem
    return replace(
        problem,
        detail=f"{problem.detail} {_KEPT}",
        facts={**problem.facts, "operation_id": failure.operation_id},
    )


def of_status(number: int) -> Problem:
    """What the framework refuses by itself."""
    reason, detail = _PLAIN.get(number, _PLAIN[500])
    return Problem(number, reason, detail, {})


async def on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return of_refusal(error).response(request.state.request_id)


async def on_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, grpc.aio.AioRpcError)
    return of_failure(status.of_error(error)).response(request.state.request_id)


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = of_status(error.status_code).response(request.state.request_id)
    response.headers.update(error.headers or {})
    return response


async def on_hung_up(request: Request, _: Exception) -> Response:
    """Nobody is there to read it: who hangs up before the body came is no bug."""
    return of_status(499).response(request.state.request_id)


async def on_bug(request: Request, _: Exception) -> Response:
    return of_status(500).response(request.state.request_id)


def handlers() -> dict[Any, Any]:
    """Which exception is answered by what."""
    return {
        Refusal: on_refusal,
        grpc.aio.AioRpcError: on_failure,
        HTTPException: on_http,
        ClientDisconnect: on_hung_up,
        Exception: on_bug,
    }


def _of_failure(failure: Failure) -> Problem:
    """A refusal; failures of transport and bugs keep their words to themselves."""
    number = _BY_REASON.get(failure.reason, _HTTP.get(failure.code.name, 500))
    if not failure.reason:
        return of_status(number)
    return Problem(
        number,
        failure.reason,
        failure.message,
        failure.facts,
        failure.violations,
        failure.retry_after,
    )


def _phrase(number: int) -> str:
    return "Client Closed Request" if number == 499 else HTTPStatus(number).phrase
