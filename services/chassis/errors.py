"""The closed vocabulary of refusals, free of any transport."""

from collections.abc import Sequence
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
    return TooLate("DEADLINE", "This took too long and was stopped. Nothing was changed.")


def unavailable(part: str) -> Unavailable:
    """A part that the request needs does not answer."""
    return Unavailable(
        "UNAVAILABLE", f"The {part} does not answer. Please try again.", retry_after=2, part=part
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
