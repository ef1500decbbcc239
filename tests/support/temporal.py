"""A real Temporal server for tests, with the settings of the local stack."""

import sys
from pathlib import Path
from typing import Any

from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from services.campaigns.temporal.messages import STATE_ATTRIBUTE

CLI = Path(sys.executable).with_name("temporal")
_PROMPT_TIMERS = 'history.timerProcessorMaxTimeShift="1ms"'
_AS_NEW_AFTER = "limit.historyCount.suggestContinueAsNew"


async def server(*settings: str, as_new_after: int = 40, **more: Any) -> WorkflowEnvironment:
    """Starts it; histories go on as new early, so that every longer test meets that."""
    settings = (_PROMPT_TIMERS, f"{_AS_NEW_AFTER}={as_new_after}", *settings)
    told = [word for each in settings for word in ("--dynamic-config-value", each)]
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(CLI),
        dev_server_extra_args=told,
        search_attributes=[SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)],
        **more,
    )
