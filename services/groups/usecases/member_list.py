"""The members of a group in pages, as the caller's role may see them."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.chassis import listing
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction
from services.chassis.listing import Pagination, Paging, Start
from services.chassis.pages import PageTokens
from services.groups.domain import masking, permissions
from services.groups.domain.audit import Action as Audited
from services.groups.domain.audit import Entry
from services.groups.domain.groups import Group, Ref
from services.groups.domain.members import Member, MemberSort
from services.groups.domain.permissions import Action
from services.groups.domain.selections import Selection
from services.groups.store import audit, groups, members
from services.groups.store.selections import Manner, Total
from services.groups.usecases import choosing
from services.groups.usecases.choosing import Chosen


@dataclass(frozen=True, slots=True)
class ListMembers:
    """Which members are asked for, and in which order."""

    group_id: UUID
    selection: Selection
    sort: MemberSort = MemberSort.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A page of members with the group that they are in."""

    group: Group
    members: tuple[Member, ...]
    pagination: Pagination
    sentence: str


async def list_members(
    db: Database, caller: Caller, tokens: PageTokens, order: ListMembers, paging: Paging
) -> MemberPage:
    """A page of visible members; in a medical tenant the reading is audited."""
    begun = listing.start(tokens, caller, order, paging)
    async with db.transaction(caller) as tx:
        found = await groups.find(tx, order.group_id)
        group = permissions.allowed(caller, Action.VIEW, found)
        chosen = await choosing.choose(tx, order.selection)
        manner = await choosing.manner(tx, chosen, begun)
        total = await _total(tx, group, order, chosen, manner, begun)
        shown, last = await _rows(tx, order, chosen, manner, begun)
        if chosen.tenant.medical:
            await audit.append(tx, _reading(caller, group, begun, len(shown)), tx.now)
        mark = (members.key(last, order.sort), str(last.id), manner.broad) if last else None
        pagination = listing.finish(tokens, begun, mark, total.count, capped=total.capped)
        visible = tuple(
            masking.member(caller, each, medical=chosen.tenant.medical) for each in shown
        )
        return MemberPage(group, visible, pagination, chosen.sentence)


async def _total(
    tx: Transaction, group: Group, order: ListMembers, chosen: Chosen, manner: Manner, begun: Start
) -> Total:
    if begun.before is not None:
        return Total(begun.before.total, begun.before.capped)
    if order.selection == Selection():
        return Total(group.contact_count)
    return await members.count(tx, group.id, chosen.selection, manner)


async def _rows(
    tx: Transaction, order: ListMembers, chosen: Chosen, manner: Manner, begun: Start
) -> tuple[tuple[Member, ...], Member | None]:
    rows = await members.page(
        tx,
        order.group_id,
        chosen.selection,
        manner,
        order.sort,
        begun.size + 1,
        descending=order.descending,
        after=begun.after_row,
        offset=begun.offset,
    )
    shown, last = listing.cut(rows, begun)
    theirs = await members.groups_of(tx, [each.id for each in shown])
    return tuple(
        replace(each, other_groups=_others(theirs.get(each.id, ()), order.group_id))
        for each in shown
    ), last


def _others(theirs: tuple[Ref, ...], group_id: UUID) -> tuple[Ref, ...]:
    return tuple(ref for ref in theirs if ref.id != group_id)


def _reading(caller: Caller, group: Group, begun: Start, count: int) -> Entry:
    return Entry(
        Audited.MEMBERS_READ,
        group.id,
        after={"page": begun.page, "members": count, "fields": list(masking.shown(caller))},
    )
