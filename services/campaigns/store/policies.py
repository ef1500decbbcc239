"""A tenant's calling policy: what it keeps, over the defaults."""

from sqlalchemy import select

from services.campaigns.domain.hours import CallingHours
from services.campaigns.domain.policies import Policy
from services.campaigns.store.tables import tenant_profiles
from services.chassis import db
from services.chassis.db import Transaction

_ZONE = db.compiled(select(tenant_profiles.c.timezone))


async def read(tx: Transaction) -> Policy:
    """The tenant's policy; until its zone was learnt nobody is called."""
    return Policy(CallingHours(await tx.fetch_value(_ZONE) or ""))
