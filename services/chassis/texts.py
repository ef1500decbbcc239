"""What people type, made storable: composed, trimmed, free of control characters, not too long."""

import unicodedata

from services.chassis import errors

REASON_LENGTH = 500


def line(text: str, field: str, *, limit: int) -> str:
    """One line: spaces of any kind trimmed and collapsed."""
    return _checked(" ".join(unicodedata.normalize("NFC", text).split()), field, limit)


def paragraph(text: str, field: str, *, limit: int) -> str:
    """Text that may have several lines."""
    return _checked(unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip(), field, limit)


def reason(text: str) -> str:
    """Why somebody did something; may be empty."""
    return paragraph(text, "reason", limit=REASON_LENGTH)


def key(text: str) -> str:
    """Equal for texts that people take for the same: width, case and spaces ignored."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def sort_key(text: str) -> str:
    """Puts names in the order that people expect: case and accents ignored."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def _checked(text: str, field: str, limit: int) -> str:
    if len(text) > limit:
        raise errors.too_long(field, limit)
    if any(unicodedata.category(each) == "Cc" and each not in "\n\t" for each in text):
        raise errors.unprintable(field)
    return text
