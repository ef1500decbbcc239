"""The audit, for administrators; reading it is audited too."""

from dataclasses import dataclass

from services.chassis import listing
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.listing import Pagination, Paging
from services.chassis.pages import PageTokens
from services.groups.domain import permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry, Filter, Recorded
from services.groups.domain.permissions import Action
from services.groups.store import audit as store


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of entries, newest first."""

    entries: tuple[Recorded, ...]
    pagination: Pagination


async def list_entries(
    db: Database, caller: Caller, tokens: PageTokens, asked: Filter, paging: Paging
) -> AuditPage:
    """A page of entries as they stood before this reading."""
    permissions.allow(caller, Action.AUDIT)
    begun = listing.start(tokens, caller, asked, paging)
    async with db.transaction(caller) as tx:
        total = begun.total if begun.total is not None else await store.count(tx, asked)
        rows = await store.page(
            tx, asked, begun.size + 1, after=begun.after_row, offset=begun.offset
        )
        shown, last = listing.cut(rows, begun)
        mark = (last.at.isoformat(), str(last.id)) if last else None
        pagination = listing.finish(tokens, begun, mark, total)
        if begun.page == 1:
            await store.append(tx, Entry(Audited.AUDIT_READ), tx.now)
        return AuditPage(tuple(shown), pagination)
