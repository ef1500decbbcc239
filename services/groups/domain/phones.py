"""Phone numbers as they are dialled."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from services.groups.domain import errors

LENGTH = 50


def e164(raw: str, country: str) -> str:
    """The number in E.164, read in a country where it names none; refuses what can't be dialled."""
    try:
        number = phonenumbers.parse(raw[:LENGTH], country)
    except NumberParseException as error:
        raise errors.phone_invalid() from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise errors.phone_invalid()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
