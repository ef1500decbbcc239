"""Enters people into the directory when their token is first seen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.chassis import caller as callers
from services.chassis.interceptors import Context, Guard, Rpc
from services.groups.usecases.people import Acquaintance


def of(acquaintance: Acquaintance) -> Guard:
    """A guard that stands behind authentication."""

    @asynccontextmanager
    async def guard(rpc: Rpc, context: Context) -> AsyncIterator[None]:
        caller = callers.current.get(None)
        if caller is not None:
            await acquaintance.meet(caller)
        yield

    return guard
