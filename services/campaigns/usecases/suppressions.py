"""The numbers that must not be called."""

from dataclasses import dataclass
from datetime import datetime

import phonenumbers

from services.campaigns.domain import errors, permissions
from services.campaigns.domain.events import SuppressionAdded, SuppressionRemoved
from services.campaigns.domain.permissions import Action
from services.campaigns.domain.suppressions import Suppression
from services.campaigns.store import audit, learned
from services.campaigns.store import suppressions as store
from services.chassis import listing, outbox, requests, texts
from services.chassis.caller import Caller
from services.chassis.db import Database
from services.chassis.listing import Paging
from services.chassis.pages import PageTokens
from services.chassis.requests import Request


@dataclass(frozen=True, slots=True)
class SuppressionPage:
    """A page of the list."""

    suppressions: tuple[Suppression, ...]
    total: int
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Removed:
    """The number that was taken off; kept so that a repeat is answered alike."""

    phone: str


async def add_suppression(
    db: Database, caller: Caller, request: Request, phone: str, reason: str
) -> Suppression:
    """Puts a number on the list at once, for every campaign, also those under way."""
    permissions.allow(caller, Action.SUPPRESS)
    number, why = dialable(phone), texts.reason(reason)
    async with db.transaction(caller) as tx:
        if before := await requests.answered(tx, request, Suppression):
            return before
        await learned.meet(tx)
        if await store.add(tx, number, why):
            await audit.append(tx, "suppression_added", None, why, phone=number)
            await outbox.append(tx, SuppressionAdded(number))
        kept = await store.find(tx, number)
        if kept is None:
            raise errors.no_suppression()
        return await requests.keep(tx, request, kept)


async def remove_suppression(
    db: Database, caller: Caller, request: Request, phone: str, reason: str
) -> None:
    """Takes a number off the list, for a reason."""
    permissions.allow(caller, Action.SUPPRESS)
    number, why = dialable(phone), texts.reason(reason)
    if not why:
        raise errors.reason_needed()
    async with db.transaction(caller) as tx:
        if await requests.answered(tx, request, Removed):
            return
        if not await store.remove(tx, number):
            raise errors.no_suppression()
        await audit.append(tx, "suppression_removed", None, why, phone=number)
        await outbox.append(tx, SuppressionRemoved(number))
        await requests.keep(tx, request, Removed(number))


async def list_suppressions(
    db: Database, caller: Caller, tokens: PageTokens, paging: Paging
) -> SuppressionPage:
    """A page of the list, the newest first."""
    permissions.allow(caller, Action.SUPPRESS)
    begun = listing.start(tokens, caller, "suppressions", paging)
    async with db.transaction(caller) as tx:
        total = await store.count(tx) if begun.total is None else begun.total
        after = None
        if begun.after is not None:
            after = (datetime.fromisoformat(str(begun.after[0])), str(begun.after[1]))
        rows = await store.page(tx, begun.size + 1, after, begun.offset)
        shown, last = listing.cut(rows, begun)
        mark = (last.created_at.isoformat(), last.phone) if last else None
        page = listing.finish(tokens, begun, mark, total)
        return SuppressionPage(tuple(shown), total, page.next_page_token)


def dialable(phone: str) -> str:
    """The number in E.164, which is how it must be given."""
    try:
        number = phonenumbers.parse(phone[:50])
    except phonenumbers.NumberParseException as error:
        raise errors.phone_invalid() from error
    if not phonenumbers.is_possible_number(number):
        raise errors.phone_invalid()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
