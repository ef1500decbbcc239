"""The change feed: what one context serves of its changes, and how another follows them."""

from services.chassis.feed.changes import Change
from services.chassis.feed.consumer import Consumer
from services.chassis.feed.server import ChangeFeed

__all__ = ["Change", "ChangeFeed", "Consumer"]
