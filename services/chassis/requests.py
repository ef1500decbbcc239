"""Makes requests repeatable: the same id and body within 24 hours get the first answer again."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from services.chassis import db, errors
from services.chassis.db import Transaction
from services.chassis.tables import requests

Result = TypeVar("Result")

LIFETIME = "interval '24 hours'"
LONGEST_ID = 255
_FRESH = requests.c.stored_at > func.now() - literal_column(LIFETIME)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its caller sent it; an empty id asks for no replay."""

    method: str
    id: str = ""
    body: bytes = b""

    @property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(self.body).digest()


class _Stored(NamedTuple):
    fingerprint: bytes
    result: str


_LOCK = db.compiled(
    select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0)))
)
_FIND = db.compiled(
    select(requests.c.fingerprint, requests.c.result).where(
        requests.c.person_id == bindparam("person"),
        requests.c.method == bindparam("called"),
        requests.c.request_id == bindparam("asked"),
        _FRESH,
    )
)
_STORE = insert(requests).values(
    person_id=bindparam("person"),
    method=bindparam("called"),
    request_id=bindparam("asked"),
    fingerprint=bindparam("print"),
    result=bindparam("answer"),
)
_KEEP = db.compiled(
    _STORE.on_conflict_do_update(
        index_elements=["tenant_id", "person_id", "method", "request_id"],
        set_={
            "fingerprint": _STORE.excluded.fingerprint,
            "result": _STORE.excluded.result,
            "stored_at": func.now(),
        },
    )
)

_FORGET = db.compiled(delete(requests).where(~_FRESH))


async def answered(tx: Transaction, request: Request, result: type[Result]) -> Result | None:
    """The answer that this request already got, if any.

    Refuses the id with another body, while the first request is under way, and an id
    that can't be stored.
    The lock is taken before the look-up, whose snapshot is therefore younger.
    """
    if not request.id:
        return None
    if len(request.id) > LONGEST_ID or not request.id.isprintable():
        raise _invalid()
    caller = tx.caller
    key = f"{caller.tenant_id}/{caller.person_id}/{request.method}/{request.id}"
    if not await tx.fetch_value(_LOCK, key=key):
        raise _in_progress()
    stored = await tx.fetch_one(_Stored, _FIND, **_key(tx, request))
    if stored is None:
        return None
    if stored.fingerprint != request.fingerprint:
        raise _reused()
    return cast(Result, _adapter(cast(Hashable, result)).validate_json(stored.result))


async def keep(tx: Transaction, request: Request, result: Result) -> Result:
    """Stores the answer in the transaction that it belongs to, and gives it back."""
    if request.id:
        answer = _adapter(cast(Hashable, type(result))).dump_json(result).decode()
        await tx.execute(_KEEP, **_key(tx, request), print=request.fingerprint, answer=answer)
    return result


async def forget_expired(tx: Transaction) -> int:
    """Erases the tenant's answers that nobody gets again; how many."""
    return await tx.execute(_FORGET)


def _key(tx: Transaction, request: Request) -> dict[str, Any]:
    return {"person": tx.caller.person_id, "called": request.method, "asked": request.id}


@cache
def _adapter(result: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, result))


def _in_progress() -> errors.Conflict:
    return errors.Conflict(
        "REQUEST_IN_PROGRESS",
        "The same request is still being worked on. Please ask again in a moment.",
        retry_after=1,
    )


def _invalid() -> errors.Invalid:
    return errors.Invalid(
        "INVALID_REQUEST_ID",
        f"request_id can have {LONGEST_ID} printable characters at most.",
        field="request_id",
        limit=LONGEST_ID,
    )


def _reused() -> errors.Invalid:
    return errors.Invalid(
        "REQUEST_ID_REUSED",
        "This request id was used for a different request. Use a new one.",
        field="request_id",
    )
