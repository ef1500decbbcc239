"""A real Temporal server for tests, with the settings of the local stack."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from services.campaigns.temporal.messages import STATE_ATTRIBUTE
from tests.support import discretion

CLI = Path(sys.executable).with_name("temporal")
FILE = "temporal.db"
_PROMPT_TIMERS = 'history.timerProcessorMaxTimeShift="1ms"'
_AS_NEW_AFTER = "limit.historyCount.suggestContinueAsNew"
_STARTS_WITHIN = timedelta(minutes=1)


async def server(*settings: str, as_new_after: int = 40, **more: Any) -> WorkflowEnvironment:
    """Starts it; histories go on as new early, so that every longer test meets that."""
    settings = (_PROMPT_TIMERS, f"{_AS_NEW_AFTER}={as_new_after}", *settings)
    told = [word for each in settings for word in ("--dynamic-config-value", each)]
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(CLI),
        dev_server_extra_args=told,
        dev_server_startup_timeout=_STARTS_WITHIN,
        search_attributes=[SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)],
        **more,
    )


@asynccontextmanager
async def kept(folder: Path, *settings: str, **more: Any) -> AsyncIterator[WorkflowEnvironment]:
    """A server that keeps what it hears in the folder, where nobody may be found at its end."""
    file = _file(folder)
    async with await server(*settings, dev_server_database_filename=file, **more) as opened:
        yield opened
    found = list(discretion.left(folder))
    assert found == []


def _file(folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    return str(folder / FILE)
