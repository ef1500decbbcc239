"""Hears which statements an RPC costs."""

from typing import Any

import pytest
from psycopg import AsyncCursor

from services.chassis import caller as callers
from services.chassis.caller import Role


def noted(monkeypatch: pytest.MonkeyPatch, context: str) -> list[str]:
    """Every statement that a context runs for a person from here on; its background's are not."""
    seen: list[str] = []
    execute = AsyncCursor.execute

    async def execute_and_note(cursor: Any, query: Any, *rest: Any, **options: Any) -> Any:
        asks = callers.current.get(None)
        is_persons = asks is not None and asks.role is not Role.SERVICE
        if is_persons and cursor.connection.info.user == context:
            seen.append(str(query))
        return await execute(cursor, query, *rest, **options)

    monkeypatch.setattr(AsyncCursor, "execute", execute_and_note)
    return seen
