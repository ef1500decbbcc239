"""Every refusal of the analytics context, one function each."""

from collections.abc import Collection

from services.chassis.errors import Forbidden, Invalid, NotFound, Unavailable


def no_group() -> NotFound:
    return NotFound("GROUP_NOT_FOUND", "Group not found")


def forbidden(operation: str) -> Forbidden:
    return Forbidden(
        "FORBIDDEN",
        f"Insufficient permissions for {operation} operation on this group",
        operation=operation,
    )


def period_unknown(choices: Collection[int]) -> Invalid:
    words = ", ".join(map(str, choices))
    return Invalid("INVALID_PERIOD", f"days must be one of: {words}.", field="days", limit=words)


def behind() -> Unavailable:
    """Who may see what is known too late: to people who don't see everything, nothing is shown."""
    return Unavailable(
        "ANALYTICS_BEHIND",
        "The figures are being brought up to date. Please try again in a moment.",
        retry_after=2,
    )
