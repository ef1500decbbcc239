"""Domain events as the payloads that travel."""

from services.groups.feed import contact_events, groups_events

_ENCODERS = {**groups_events.ENCODERS, **contact_events.ENCODERS}


def encode(event: object) -> tuple[str, bytes]:
    """The type and the bytes of an event's message."""
    message = _ENCODERS[type(event)](event)
    return f"type.googleapis.com/{message.DESCRIPTOR.full_name}", message.SerializeToString()
