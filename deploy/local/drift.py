"""Compares what groups keep as their number of members with the members themselves."""

from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.rows import class_row

_COMPARE = """
select groups.id, groups.contact_count as kept, count(memberships.contact_no) as counted
from groups.groups left join groups.memberships using (tenant_id, group_no)
where groups.deleted_at is null
group by groups.tenant_id, groups.group_no, groups.id, groups.contact_count
"""


@dataclass(frozen=True, slots=True)
class Count:
    """A group's number of members, as it is kept and as it is counted."""

    id: UUID
    kept: int
    counted: int

    @property
    def drifted(self) -> bool:
        return self.kept != self.counted


def counts(url: str) -> list[Count]:
    """Every group of every tenant; asked as the role that reads backups."""
    with psycopg.connect(url) as connection:
        return connection.cursor(row_factory=class_row(Count)).execute(_COMPARE).fetchall()
