"""Committed histories replay: what runs for days survives a new version of the workflow.

`python -m tests.workflow.record` writes a history anew, after a change that old
runs have finished or that `workflow.patched` guards.
"""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from services.campaigns.temporal.bulk_call import BulkCall

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_committed_history_replays(file: Path) -> None:
    """P10."""
    history = _history(file)

    await Replayer(workflows=[BulkCall]).replay_workflow(history)


def test_there_is_a_history_of_each_kind() -> None:
    assert {file.stem for file in HISTORIES} == {"completed", "cancelled_mid_batch", "paused"}


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"campaign/{file.stem}", file.read_text())
