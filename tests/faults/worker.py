"""What a forked worker runs: the product's own work, or that with its guard taken out."""

import asyncio
from contextlib import nullcontext
from unittest.mock import patch

from services.campaigns.usecases.desk import Stamp
from tests.service.dialling.worker import Told, work


def run(told: Told, *, guarded: bool = True) -> None:
    """Works until it is killed; without its guard it trusts a fence however old it is."""
    with nullcontext() if guarded else patch.object(Stamp, "age", 0.0):
        asyncio.run(work(told))
