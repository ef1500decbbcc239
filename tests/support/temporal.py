"""A real Temporal server for tests, with the settings of the local stack."""

import sys
from pathlib import Path
from typing import Any

from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from services.campaigns.temporal.messages import STATE_ATTRIBUTE

CLI = Path(sys.executable).with_name("temporal")
_SETTINGS = (
    'history.timerProcessorMaxTimeShift="1ms"',
    "limit.historyCount.suggestContinueAsNew=40",
)


async def server(**more: Any) -> WorkflowEnvironment:
    """Starts it; histories go on as new early, so that every longer test meets that."""
    told = [word for each in _SETTINGS for word in ("--dynamic-config-value", each)]
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(CLI),
        dev_server_extra_args=told,
        search_attributes=[SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)],
        **more,
    )
