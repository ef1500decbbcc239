"""What groups tells about people: whom a campaign is about, and the facts of a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.campaigns.domain.contactability import DialFacts


@dataclass(frozen=True, slots=True)
class Sheet:
    """The facts of this moment about the people of a batch."""

    people: Mapping[UUID, DialFacts]
    group_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The group of an audience, as it is now."""

    id: UUID
    name: str
    color: str
    visibility: str
    permitted_users: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """The people a campaign would be about, in calling order."""

    people: tuple[DialFacts, ...]
    as_of: datetime
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to call: a group, contacts, or a selection as the contract writes or names it."""

    group_id: UUID | None = None
    contact_ids: tuple[UUID, ...] = ()
    selection: bytes = b""
    limit: int = 1000
    selection_token: str = ""

    @property
    def is_whole_group(self) -> bool:
        return self.group_id is not None and not self.is_picked

    @property
    def is_picked(self) -> bool:
        """Whether contacts are named or described."""
        return bool(self.contact_ids or self.selection or self.selection_token)
