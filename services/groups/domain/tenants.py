"""A tenant's profile and the rules of its fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from services.chassis import texts
from services.chassis.errors import not_given
from services.groups.domain import errors

_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ZONES = frozenset(available_timezones())


class BusinessType(StrEnum):
    """The trade of a tenant."""

    MEDICAL = "medical"
    SALON = "salon"
    RESTAURANT = "restaurant"
    CONSULTANT = "consultant"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Profile:
    """What people decide about a tenant; money in the currency's minor units."""

    name: str = "Business"
    business_type: BusinessType = BusinessType.GENERAL
    timezone: str = "UTC"
    default_country: str = "US"
    medical: bool = False
    currency: str = "USD"
    average_appointment_value: int | None = None
    retention_days: int = 30
    undo_window_minutes: int = 15


@dataclass(frozen=True, slots=True)
class Tenant:
    """A business that uses the product."""

    id: UUID
    profile: Profile
    created_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 0

    @property
    def timezone(self) -> str:
        return self.profile.timezone

    @property
    def medical(self) -> bool:
        return self.profile.medical

    @property
    def undo_window_minutes(self) -> int:
        return self.profile.undo_window_minutes

    @property
    def etag(self) -> str:
        return str(self.version)


def changed(before: Profile, values: Mapping[str, Any]) -> Profile:
    """The profile after a change of the fields given, each by its rule."""
    if not values:
        raise errors.nothing_to_change()
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _RULES:
            raise errors.field_unknown(name, _RULES)
        checked[name] = _RULES[name](value)
    return replace(before, **checked)


def _name(text: str) -> str:
    name = texts.line(text, "name", limit=100)
    if not name:
        raise not_given("name")
    return name


def timezone(text: str, field: str = "timezone") -> str:
    """A zone of the IANA database."""
    if text not in _ZONES:
        raise errors.unknown_timezone(field)
    return text


def country(text: str) -> str:
    """Two capitals of ISO 3166."""
    if not _COUNTRY.fullmatch(text):
        raise errors.out_of_rule("default_country", "two capital letters, such as US")
    return text


def _currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise errors.out_of_rule("currency", "three capital letters, such as USD")
    return text


def _within(field: str, least: int, most: int) -> Callable[[int], int]:
    def check(number: int) -> int:
        if not least <= number <= most:
            raise errors.out_of_rule(field, f"a number from {least} to {most}")
        return number

    return check


def _amount(number: int | None) -> int | None:
    if number is not None and number < 0:
        raise errors.out_of_rule("average_appointment_value", "0 or more")
    return number


_RULES: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "business_type": BusinessType,
    "timezone": timezone,
    "default_country": country,
    "medical": bool,
    "currency": _currency,
    "average_appointment_value": _amount,
    "retention_days": _within("retention_days", 1, 3650),
    "undo_window_minutes": _within("undo_window_minutes", 1, 1440),
}
