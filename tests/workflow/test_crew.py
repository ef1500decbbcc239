"""How the worker that runs campaigns is put together."""

from typing import Any

from temporalio.testing import WorkflowEnvironment

from services.campaigns.temporal.crew import crew


async def test_a_worker_names_its_build_itself(temporal: WorkflowEnvironment) -> None:
    """The client would hash every module in memory for it, which takes seconds of each start."""
    nobody: Any = None

    worker = crew(temporal.client, nobody)

    assert worker.config().get("build_id")
