"""Answers how groups do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from services.analytics.domain import errors, groups, hours, periods, permissions
from services.analytics.domain import growth as growing
from services.analytics.domain.comparison import Comparison, Measured, compare
from services.analytics.domain.facts import Profile
from services.analytics.domain.freshness import Freshness
from services.analytics.domain.growth import GrowthDay
from services.analytics.domain.hours import Cell
from services.analytics.domain.periods import Period
from services.analytics.domain.permissions import Action
from services.analytics.domain.tallies import Totals
from services.analytics.store import figures as store
from services.analytics.store import tenants
from services.analytics.usecases import sources
from services.chassis.caller import Caller
from services.chassis.db import Database, Transaction

_UNKNOWN = Profile(timezone="UTC", currency="", average_appointment_value=None)


@dataclass(frozen=True, slots=True)
class Overview:
    """All groups of a period; comparison and totals only for who may read everything."""

    period: Period
    freshness: Freshness
    measured: Sequence[Measured]
    comparison: Comparison | None = None
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class Portrait:
    """One group in a period; `details` only for who may read everything."""

    period: Period
    freshness: Freshness
    measured: Measured
    details: "Details | None" = None


@dataclass(frozen=True, slots=True)
class Details:
    """What only who may read everything gets of one group."""

    profile: Profile
    growth: Sequence[GrowthDay]
    heat_map: Sequence[Cell]


async def of_all(db: Database, caller: Caller, days: int) -> Overview:
    """The figures of every group that the caller may see; archived ones are not compared."""
    permissions.allow(caller, Action.ANALYTICS)
    length = periods.chosen(days)
    async with db.transaction(caller) as tx:
        fresh, profile = await _freshness(tx), await _profile(tx)
        period = Period.ending(tx.now, ZoneInfo(profile.timezone), length)
        everything = await store.of_all(tx, period)
        measured = [each for each in everything if not each.group.archived]
        if not permissions.sees_everything(caller):
            return Overview(period, fresh, measured)
        totals = await store.totals(tx, period)
        return Overview(period, fresh, measured, compare(measured), totals)


async def of_group(db: Database, caller: Caller, group_id: UUID, days: int) -> Portrait:
    """The figures of one group; a hidden group is as absent."""
    length = periods.chosen(days)
    async with db.transaction(caller) as tx:
        fresh, profile = await _freshness(tx), await _profile(tx)
        period = Period.ending(tx.now, ZoneInfo(profile.timezone), length)
        measured = await store.of_one(tx, group_id, period)
        if measured is None:
            raise errors.no_group()
        permissions.allow(caller, Action.ANALYTICS, measured.group)
        if not permissions.sees_everything(caller):
            return Portrait(period, fresh, measured)
        return Portrait(period, fresh, measured, await _details(tx, group_id, period, profile))


async def _details(tx: Transaction, group_id: UUID, period: Period, profile: Profile) -> Details:
    zone = ZoneInfo(profile.timezone)
    since = datetime.combine(period.first, time.min, zone)
    before = await store.size_before(tx, group_id, period)
    curve = growing.curve(period, before, await store.growth(tx, group_id, period))
    cells = hours.heat_map(await store.hours(tx, group_id, since), zone)
    return Details(profile, curve, cells)


async def _profile(tx: Transaction) -> Profile:
    return await tenants.profile(tx) or _UNKNOWN


async def _freshness(tx: Transaction) -> Freshness:
    """Refuses people who don't see everything while a withdrawn grant may be on its way."""
    as_of = await tenants.seen_until(tx, sources.ALL)
    lag = None if as_of is None else max(0.0, tx.clock.real_seconds(tx.now - as_of))
    fresh = Freshness(as_of, lag)
    if fresh.is_too_old and not groups.sees_all(tx.caller):
        raise errors.behind()
    return fresh
