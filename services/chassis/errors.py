"""The closed vocabulary of refusals, free of any transport."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One value out of its rule: where it stands, what rule it breaks, and the limit."""

    field: str
    rule: str
    limit: str = ""


class Refusal(Exception):
    """A request that is understood and not fulfilled.

    `reason` is UPPER_SNAKE and never renamed; `facts` repeats each dynamic part
    of the message; `retry_after` is in seconds, where waiting helps.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        field: str = "",
        limit: object = "",
        violations: Sequence[Violation] = (),
        retry_after: float | None = None,
        **facts: object,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        named = (Violation(field, message, str(limit)),) if field else ()
        self.violations = (*named, *violations)
        self.facts = {name: str(value) for name, value in facts.items()}
        if field:
            self.facts["field"] = field
        if limit != "":
            self.facts["limit"] = str(limit)


class Invalid(Refusal):
    """A value is out of its rule."""


class Unauthenticated(Refusal):
    """Nobody knows who asks."""


class Forbidden(Refusal):
    """The object is visible, the action is not allowed."""


class NotFound(Refusal):
    """Absent, another tenant's, or hidden: the three are not told apart."""


class AlreadyExists(Refusal):
    """The name is taken."""


class Conflict(Refusal):
    """Something changed meanwhile: read again, then repeat."""


class Precondition(Refusal):
    """The right request in the wrong state."""


class Exhausted(Refusal):
    """A limit is reached for now."""


class Unavailable(Refusal):
    """A part that is needed does not answer."""


class TooLate(Refusal):
    """The deadline passed before the work was done."""


def busy() -> Conflict:
    """Another change held the same rows for too long, or the two collided."""
    return Conflict("BUSY", "Somebody else is changing the same thing. Please try again.")


def too_late() -> TooLate:
    """The statement ran into the caller's deadline."""
    return TooLate(
        "DEADLINE",
        "This took too long and was stopped. Look whether it was done before you repeat it.",
    )


def unavailable(part: str) -> Unavailable:
    """A part that the request needs does not answer."""
    return Unavailable(
        "UNAVAILABLE", f"The {part} does not answer. Please try again.", retry_after=2, part=part
    )


def too_many_at_once(limit: int) -> Exhausted:
    """The tenant's requests that wait are more than make sense."""
    return Exhausted(
        "TOO_MANY_AT_ONCE",
        f"{limit} requests of your business are waiting already. Please try again.",
        limit=limit,
        retry_after=1,
    )


def etag_mismatch(sent: str, found: str) -> Conflict:
    """The object changed since the caller read it."""
    return Conflict(
        "ETAG_MISMATCH",
        "This was changed since you last read it. Read it again, then repeat your change.",
        field="etag",
        sent=sent,
        found=found,
    )


def not_given(field: str) -> Invalid:
    """A field that can't be left out."""
    return Invalid("REQUIRED", f"{field} must be given.", field=field, limit="required")


def too_long(field: str, limit: int) -> Invalid:
    """A text beyond its number of characters."""
    return Invalid(
        "TOO_LONG", f"{field} can have {limit} characters at most.", field=field, limit=limit
    )


def too_many_ids(field: str, count: int, limit: int) -> Invalid:
    """A list so long that nobody can mean it."""
    return Invalid(
        "TOO_MANY_IDS",
        f"{count} ids are too many at once; the limit of {field} is {limit}.",
        field=field,
        limit=limit,
        count=count,
    )


def unprintable(field: str) -> Invalid:
    """A text with control characters."""
    return Invalid(
        "UNPRINTABLE", f"{field} has a character that can't be stored.", field=field, limit="text"
    )


def unknown_choice(field: str, allowed: Collection[str]) -> Invalid:
    """None of the words on offer."""
    words = ", ".join(allowed)
    return Invalid("INVALID_CHOICE", f"{field} must be one of: {words}.", field=field, limit=words)


def contradiction(field: str, other: str) -> Invalid:
    """Two fields of which only one can be given."""
    return Invalid(
        "CONTRADICTION",
        f"{field} can't be combined with {other}.",
        field=field,
        limit=f"not with {other}",
    )


def no_moment(field: str) -> Invalid:
    """A time outside the calendar."""
    return Invalid(
        "INVALID_TIME", f"{field} is no moment in time.", field=field, limit="years 1 to 9999"
    )


def page_invalid() -> Invalid:
    """A page before the first."""
    return Invalid("INVALID_PAGE", "page must be 1 or more.", field="page", limit="1 or more")


def page_too_deep(limit: int) -> Invalid:
    """A page that only a token can reach."""
    return Invalid(
        "PAGE_TOO_DEEP",
        f"Pages reach {limit} rows deep. Go on with page_token.",
        field="page",
        limit=limit,
    )
