"""A place in a feed: after which change of which database."""

from dataclasses import dataclass

from services.chassis import errors


@dataclass(frozen=True, slots=True)
class Cursor:
    """The transaction and row of a change; a restored database is another generation."""

    generation: str
    xid: int
    id: int = 0

    def __str__(self) -> str:
        return f"{self.generation}/{self.xid}/{self.id}"

    @staticmethod
    def read(text: str) -> "Cursor":
        """Refuses what `str` did not write."""
        generation, _, place = text.partition("/")
        xid, _, row = place.partition("/")
        if not (generation and xid.isdecimal() and row.isdecimal()):
            raise _invalid()
        return Cursor(generation, int(xid), int(row))


def _invalid() -> errors.Invalid:
    return errors.Invalid("INVALID_CURSOR", "The cursor is not one of this feed.", field="cursor")


def generation_changed() -> errors.Precondition:
    """The database was restored since the cursor was given: whoever follows must list again."""
    return errors.Precondition(
        "FEED_GENERATION_CHANGED", "The feed's database was restored since. List again."
    )
