"""Refusals as `google.rpc.Status` and back: the only place where the two meet."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from services.chassis import errors
from services.chassis.errors import Refusal, Violation

DOMAIN = "vioconcierge.example"
CODES: dict[type[Refusal], grpc.StatusCode] = {
    errors.Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.Forbidden: grpc.StatusCode.PERMISSION_DENIED,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    errors.Conflict: grpc.StatusCode.ABORTED,
    errors.Precondition: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
    errors.TooLate: grpc.StatusCode.DEADLINE_EXCEEDED,
}
OPERATION = "x-operation-id"
LARGEST = "x-largest-file"
_MOST_VIOLATIONS = 20
_LONGEST_FACT = 400
_TRAILER = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed call says to the one who called.

    `operation_id` is what the work goes by whose parts may be done.
    """

    code: grpc.StatusCode
    message: str
    reason: str
    facts: dict[str, str]
    violations: tuple[Violation, ...] = ()
    retry_after: float | None = None
    operation_id: str = ""


def to_status(refusal: Refusal) -> Status:
    """Code, sentence, reason and facts, the fields at fault, and when to retry if waiting helps."""
    code: Any = CODES[type(refusal)].value
    return Status(code=code[0], message=refusal.message, details=map(_packed, _details(refusal)))


async def abort(context: grpc.aio.ServicerContext[Any, Any], refusal: Refusal) -> NoReturn:
    """Ends the call with the refusal; as cancelled if the caller has hung up meanwhile."""
    try:
        await context.abort_with_status(rpc_status.to_status(to_status(refusal)))
    except grpc.aio.InternalError as gone:
        raise asyncio.CancelledError from gone
    raise AssertionError("abort does not return")


def of_error(error: grpc.aio.AioRpcError) -> Failure:
    """What a client learns from a failed call; a failure of transport has no reason."""
    details = Status()
    for key, value in error.trailing_metadata() or ():
        if key == _TRAILER:
            details.ParseFromString(value if isinstance(value, bytes) else value.encode())
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    for packed in details.details:
        for message in (info, bad, retry):
            packed.Unpack(message)
    return Failure(
        code=error.code(),
        message=details.message or error.details() or "",
        reason=info.reason,
        facts=dict(info.metadata),
        violations=tuple(
            Violation(each.field, each.description, each.reason) for each in bad.field_violations
        ),
        retry_after=retry.retry_delay.ToTimedelta().total_seconds() or None,
        operation_id=str(dict(error.initial_metadata() or ()).get(OPERATION, "")),
    )


def _details(refusal: Refusal) -> Iterator[Message]:
    facts = {name: value[:_LONGEST_FACT] for name, value in refusal.facts.items()}
    yield ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=facts)
    if refusal.violations:
        yield BadRequest(
            field_violations=[
                BadRequest.FieldViolation(
                    field=each.field, description=each.rule, reason=each.limit
                )
                for each in refusal.violations[:_MOST_VIOLATIONS]
            ]
        )
    if refusal.retry_after is not None:
        milliseconds = round(refusal.retry_after * 1000)
        delay = Duration()
        delay.FromMilliseconds(milliseconds)
        yield RetryInfo(retry_delay=delay)


def _packed(message: Message) -> Packed:
    packed = Packed()
    packed.Pack(message)
    return packed
