"""The worker that runs campaigns: its workflow, its activities, and how fast it hears things."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from services.campaigns.temporal.activities import Calling
from services.campaigns.temporal.bulk_call import BulkCall
from services.campaigns.temporal.messages import TASK_QUEUE
from services.campaigns.usecases.desk import CAMPAIGNS_AT_ONCE, Desk

GRACE = timedelta(seconds=10)
THROTTLE = timedelta(seconds=0.5)
STICKY = timedelta(seconds=2)


def crew(client: Client, desk: Desk, *, task_queue: str = TASK_QUEUE) -> Worker:
    """A worker that hears a cancellation within half a second.

    What a killed worker kept in memory is given to another one after two seconds.
    """
    calling = Calling(desk)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[BulkCall],
        activities=[calling.prepare, calling.dial, calling.mark, calling.settle],
        max_concurrent_activities=CAMPAIGNS_AT_ONCE,
        max_heartbeat_throttle_interval=THROTTLE,
        graceful_shutdown_timeout=GRACE,
        sticky_queue_schedule_to_start_timeout=STICKY,
    )
