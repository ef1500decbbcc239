"""Consents: by which channel, what for, and what they rest on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from services.chassis import texts
from services.chassis.errors import not_given, unknown_choice
from services.chassis.ids import new_id
from services.groups.domain import errors

Word = TypeVar("Word", bound=StrEnum)


class Channel(StrEnum):
    """How a person may be reached; calls need `voice`."""

    VOICE = "voice"
    SMS = "sms"
    EMAIL = "email"


class Purpose(StrEnum):
    """What a person may be reached for; calls are about `appointments`."""

    APPOINTMENTS = "appointments"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's leave to be reached, in the words in which it was recorded."""

    id: UUID
    channel: str
    purpose: str
    basis: str
    source: str
    captured_at: datetime
    revoked_at: datetime | None = None


def given(
    basis: str,
    source: str,
    now: datetime,
    *,
    channel: str = "",
    purpose: str = "",
    captured_at: datetime | None = None,
) -> Consent:
    """A consent to be recorded; unless said otherwise it is to calls about appointments, now."""
    rests_on = texts.line(basis, "basis", limit=50)
    if not rests_on:
        raise not_given("basis")
    if captured_at is not None and captured_at > now:
        raise errors.out_of_rule("captured_at", "in the past")
    return Consent(
        new_id(),
        _word(channel, "channel", Channel.VOICE),
        _word(purpose, "purpose", Purpose.APPOINTMENTS),
        rests_on,
        texts.line(source, "source", limit=200),
        captured_at or now,
    )


def _word(text: str, field: str, usual: Word) -> Word:
    words = type(usual)
    if text and text not in set(words):
        raise unknown_choice(field, [each.value for each in words])
    return words(text) if text else usual
