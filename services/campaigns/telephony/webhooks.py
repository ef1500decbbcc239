"""Reads webhooks: the signature over the raw bytes first, then what they say."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from retell.lib import webhook_auth

from services.campaigns.telephony.reports import Report, report, text
from services.chassis.errors import Invalid, Unauthenticated

_LONGEST_SIGNATURE = 120


@dataclass(frozen=True, slots=True)
class Webhook:
    """An event that the provider signed."""

    event: str
    report: Report


def read(raw: bytes, signature: str | None, key: str, seen: datetime) -> Webhook:
    """The webhook; refuses what the provider did not sign within the last five minutes."""
    signed = _signed(raw, signature, key)
    try:
        body: Any = json.loads(signed)
        event, call = text(body["event"]), body["call"]
        found = report(call, seen, analyzed=event == "call_analyzed")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _unreadable() from error
    if not event or found is None:
        raise _unreadable()
    return Webhook(event, found)


def _signed(raw: bytes, signature: str | None, key: str) -> str:
    if not key or not signature or len(signature) > _LONGEST_SIGNATURE:
        raise _forged()
    try:
        content = raw.decode()
    except UnicodeDecodeError as error:
        raise _forged() from error
    if not webhook_auth.verify(content, key, signature):  # type: ignore[no-untyped-call]
        raise _forged()
    return content


def _forged() -> Unauthenticated:
    return Unauthenticated("BAD_SIGNATURE", "The webhook is not signed by the provider.")


def _unreadable() -> Invalid:
    return Invalid("UNREADABLE_WEBHOOK", "The webhook does not describe a call.")
