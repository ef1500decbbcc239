"""The worker that runs campaigns: its workflow, its activities, and how fast it hears things."""

import hashlib
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker

from services.campaigns.temporal.activities import Calling
from services.campaigns.temporal.bulk_call import BulkCall
from services.campaigns.temporal.messages import TASK_QUEUE
from services.campaigns.usecases.desk import CAMPAIGNS_AT_ONCE, Desk

GRACE = timedelta(seconds=10)
THROTTLE = timedelta(seconds=0.5)
STICKY = timedelta(seconds=2)
# A frozen worker swallows a task for each poll that it had open, and a heartbeat's time with it.
POLLS = PollerBehaviorSimpleMaximum(2)
_CONTEXT = Path(__file__).parents[1]


def crew(client: Client, desk: Desk, *, task_queue: str = TASK_QUEUE) -> Worker:
    """A worker that hears a cancellation within half a second.

    What a killed worker kept in memory is given to another one after two seconds.
    """
    calling = Calling(desk)
    return Worker(
        client,
        task_queue=task_queue,
        build_id=_build(),
        activity_task_poller_behavior=POLLS,
        workflow_task_poller_behavior=POLLS,
        workflows=[BulkCall],
        activities=[calling.prepare, calling.dial, calling.mark, calling.settle],
        max_concurrent_activities=CAMPAIGNS_AT_ONCE,
        max_heartbeat_throttle_interval=THROTTLE,
        graceful_shutdown_timeout=GRACE,
        sticky_queue_schedule_to_start_timeout=STICKY,
    )


def _build() -> str:
    """Names the code that runs, for operators.

    The client's own way is to hash every module in memory, which takes seconds of each start.
    """
    files = sorted(_CONTEXT.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
