"""The RPCs that the contracts declare."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor import MethodDescriptor

import vio

Door = tuple[str, str]

_CONTEXTS = ("groups", "campaigns", "analytics")
_MACHINES_ONLY = ("AudienceService", "WebhookService", "ChangeFeedService", "WatchCampaign")


def methods() -> dict[str, MethodDescriptor]:
    """Every RPC by its full name."""
    return {f"/{each.containing_service.full_name}/{each.name}": each for each in _methods()}


def doors() -> list[Door]:
    """Every RPC in every context that serves it: all of them serve the feed."""
    return sorted(
        (context, method)
        for method in methods()
        for context in _CONTEXTS
        if method.split(".")[1] in (context, "feed")
    )


def asker(method: str) -> str:
    """Whose token is let in by the method."""
    return "machine" if any(name in method for name in _MACHINES_ONLY) else "root"


def _methods() -> Iterator[MethodDescriptor]:
    root = Path(next(iter(vio.__path__)))
    for file in sorted(root.rglob("*_service_pb2.py")):
        name = ".".join(("vio", *file.relative_to(root).with_suffix("").parts))
        for service in importlib.import_module(name).DESCRIPTOR.services_by_name.values():
            yield from service.methods
