"""What surrounds every RPC: telemetry, deadline, authentication, policy, refusals."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import grpc
import structlog

from services.chassis import auth, caller, deadline, errors, policy, status
from services.chassis.auth import Known, Verifier
from services.chassis.policy import Audience, Policy

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Rpc:
    """The method that is called, and whether messages stream: either way, or as its answer."""

    method: str
    streaming: bool
    answers_stream: bool = False


Guard = Callable[[Rpc, Context], AbstractAsyncContextManager[None]]

DEFAULT_DEADLINE = 30.0
REQUEST_ID = "x-request-id"
CALLER = "x-vio-caller"

request_id: ContextVar[str] = ContextVar("request_id", default="")
person_token: ContextVar[str] = ContextVar("person_token", default="")
log = structlog.get_logger()


@dataclass(frozen=True)
class Around(grpc.aio.ServerInterceptor):
    """Runs every handler, of whatever shape, inside a guard."""

    guard: Guard

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(details)
        if handler is None:
            return None
        streaming = handler.request_streaming or handler.response_streaming
        rpc = Rpc(str(details.method), streaming, bool(handler.response_streaming))
        return _wrapped(handler, lambda context: self.guard(rpc, context))


def _wrapped(handler: Any, guard: Callable[[Context], AbstractAsyncContextManager[None]]) -> Any:
    call = behaviour_of(handler)

    async def answer(message: Any, context: Context) -> Any:
        async with guard(context):
            return await call(message, context)

    async def stream(message: Any, context: Context) -> AsyncIterator[Any]:
        async with guard(context), aclosing(call(message, context)) as answers:
            async for each in answers:
                yield each

    behaviour: Any = stream if handler.response_streaming else answer
    return remade(handler, behaviour, handler.request_deserializer)


def behaviour_of(handler: Any) -> Any:
    """What a handler runs, of whatever shape it is."""
    return (
        handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
    )


def remade(handler: Any, behaviour: Any, read: Callable[[bytes], Any] | None) -> Any:
    """A handler of the same shape that runs something else; without `read` it is given bytes."""
    make = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }[handler.request_streaming, handler.response_streaming]
    return make(behaviour, read, handler.response_serializer)


@asynccontextmanager
async def identified(rpc: Rpc, context: Context) -> AsyncIterator[None]:
    """Gives the call the id under which logs and replies name it."""
    sent = values(context, REQUEST_ID)
    known = sent[0] if sent and _is_plain(sent[0]) else str(uuid.uuid4())
    request_id.set(known)
    context.set_trailing_metadata(((REQUEST_ID, known),))
    structlog.contextvars.bind_contextvars(request_id=known, method=rpc.method)
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()


@asynccontextmanager
async def bugs_as_internal(rpc: Rpc, context: Context) -> AsyncIterator[None]:
    """Answers a bug with nothing but the id under which it was logged."""
    try:
        yield
    except (errors.Refusal, grpc.aio.AbortError, grpc.RpcError):
        raise
    except Exception as error:
        log.error("bug", method=rpc.method, kind=type(error).__name__, exc_info=True)
        await context.abort(grpc.StatusCode.INTERNAL, f"Something broke here ({request_id.get()}).")


@asynccontextmanager
async def in_time(rpc: Rpc, context: Context) -> AsyncIterator[None]:
    """Carries the caller's deadline; a unary call that came without one gets the default."""
    left = context.time_remaining()
    ours = DEFAULT_DEADLINE if left is None and not rpc.streaming else None
    try:
        with deadline.within(ours or left):
            async with asyncio.timeout(ours):
                yield
    except TimeoutError as error:
        raise errors.too_late() from error


@asynccontextmanager
async def refusals_as_status(rpc: Rpc, context: Context) -> AsyncIterator[None]:
    """Answers a refusal; a bug passes through and becomes INTERNAL."""
    try:
        yield
    except errors.Refusal as refusal:
        await status.abort(context, refusal)


def admitted(verifier: Verifier, table: Policy) -> Guard:
    """Verifies who calls, and that the method is there for them."""

    @asynccontextmanager
    async def guard(rpc: Rpc, context: Context) -> AsyncIterator[None]:
        row = table.get(rpc.method)
        if row is None:
            raise errors.Forbidden("NO_POLICY", "This is not open to anybody.")
        if row.audience is Audience.ANYONE:
            yield
            return
        known = await _known(verifier, context)
        policy.admit(known.caller, row)
        caller.current.set(known.caller)
        async with _while_known(rpc, known):
            yield

    return guard


@asynccontextmanager
async def _while_known(rpc: Rpc, known: Known) -> AsyncIterator[None]:
    """Ends a stream of answers with the token; what was asked while it held is answered."""
    left = known.expires + auth.LEEWAY - time.time() if rpc.answers_stream else None
    scope = asyncio.timeout(left)
    try:
        async with scope:
            yield
    except TimeoutError as error:
        if scope.expired():
            raise auth.unauthenticated() from error
        raise


async def _known(verifier: Verifier, context: Context) -> Known:
    """The bearer, or the person whom a service brings along, for as long as both are known."""
    token = auth.bearer(values(context, "authorization"))
    known = await verifier.verify(token)
    brought = values(context, CALLER)
    if not brought:
        person_token.set("" if known.caller.is_machine else token)
        return known
    if not known.caller.is_machine or len(brought) > 1:
        raise auth.unauthenticated()
    person: Known = await verifier.verify(brought[0])
    if person.caller.is_machine:
        raise auth.unauthenticated()
    person_token.set(brought[0])
    together = replace(person.caller, machine=known.caller.machine)
    return Known(together, min(known.expires, person.expires))


def values(context: Context, key: str) -> list[str]:
    """The values of a metadata key, in order."""
    metadata = context.invocation_metadata() or ()
    return [str(value) for name, value in metadata if name == key]


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= 64 and text.isascii() and text.replace("-", "").isalnum()
