"""Selections as callers send them: checked, their groups seen, their days dated."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.chassis.db import Transaction
from services.chassis.listing import Start
from services.groups.domain import errors, masking, selections
from services.groups.domain.selections import Selection
from services.groups.domain.tenants import Tenant
from services.groups.store import groups, tenants
from services.groups.store import selections as store
from services.groups.store.selections import Manner


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection as it was asked, as it is looked up at this moment, and in words."""

    asked: Selection
    selection: Selection
    sentence: str
    tenant: Tenant


async def choose(tx: Transaction, selection: Selection) -> Chosen:
    """Refuses a group that the caller can't see like one that does not exist."""
    asked = selections.checked(selection)
    tenant = await tenants.profile(tx)
    masking.refuse_hidden_filters(tx.caller, asked, medical=tenant.medical)
    names = {ref.id: ref.name for ref in await groups.refs(tx, asked.group_ids)}
    if any(each not in names for each in asked.group_ids):
        raise errors.no_group()
    zone = ZoneInfo(tenant.timezone)
    dated = selections.dated(asked, tx.now, zone)
    return Chosen(asked, dated, selections.sentence(asked, names, zone), tenant)


async def manner(tx: Transaction, chosen: Chosen, begun: Start) -> Manner:
    """How to look the selection up; later pages keep what the first page found out."""
    names_only = masking.is_masked(tx.caller, medical=chosen.tenant.medical)
    if begun.after is not None:
        return Manner(bool(begun.after[2]), names_only)
    return await store.manner(tx, chosen.selection, names_only=names_only)
