"""Descriptions of contacts: their rules, and one sentence that says them in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.chassis import texts
from services.groups.domain import appointments, errors, members, searching
from services.groups.domain.appointments import AppointmentDay, AppointmentStatus

WORD_LENGTH = 200
GROUPS = 100
LIFETIME_MINUTES = 60


class CallResult(StrEnum):
    """How the calls to a contact went so far."""

    NEVER_CALLED = "never_called"
    FAILED = "failed"
    NEEDS_CALL = "needs_call"


class FilterLogic(StrEnum):
    """How the groups of a plain filter combine."""

    OR = "or"
    AND = "and"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Selection:
    """All clauses given hold together; `ungrouped` is an alternative to `any` and `all`."""

    any: tuple[UUID, ...] = ()
    all: tuple[UUID, ...] = ()
    none: tuple[UUID, ...] = ()
    ungrouped: bool = False
    status: tuple[AppointmentStatus, ...] = ()
    appointment_from: datetime | None = None
    appointment_to: datetime | None = None
    appointment: AppointmentDay | None = None
    call_result: CallResult | None = None
    provider: str = ""
    type: str = ""
    source: str = ""
    search: str = ""
    ids: tuple[UUID, ...] = ()
    except_ids: tuple[UUID, ...] = ()

    @property
    def group_ids(self) -> tuple[UUID, ...]:
        """Every group named, once."""
        return tuple(dict.fromkeys((*self.any, *self.all, *self.none)))


@dataclass(frozen=True, slots=True)
class Named:
    """A contact as an example of a selection."""

    id: UUID
    name: str


def checked(selection: Selection) -> Selection:
    """The selection with its texts made storable, or a refusal."""
    if selection.appointment and (selection.appointment_from or selection.appointment_to):
        raise errors.dates_twice()
    start, end = selection.appointment_from, selection.appointment_to
    if start and end and start >= end:
        raise errors.dates_reversed()
    few_groups(selection.group_ids)
    return replace(
        selection,
        ids=members.distinct(selection.ids, "ids"),
        except_ids=members.distinct(selection.except_ids, "except_ids"),
        search=texts.line(selection.search, "search", limit=searching.LENGTH),
        provider=texts.line(selection.provider, "provider", limit=WORD_LENGTH),
        type=texts.line(selection.type, "type", limit=WORD_LENGTH),
        source=texts.line(selection.source, "source", limit=WORD_LENGTH),
    )


def few_groups(group_ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    """Each group once; refuses more than 100."""
    once = tuple(dict.fromkeys(group_ids))
    if len(once) > GROUPS:
        raise errors.too_many_groups(len(once), GROUPS)
    return once


def dated(selection: Selection, now: datetime, zone: ZoneInfo) -> Selection:
    """The selection with its span of the tenant's days turned into moments."""
    if selection.appointment is None:
        return selection
    span = appointments.span(selection.appointment, now, zone)
    return replace(
        selection, appointment=None, appointment_from=span.start, appointment_to=span.end
    )


def plain(
    selection: Selection,
    group_ids: tuple[UUID, ...],
    logic: FilterLogic,
    *,
    include_ungrouped: bool,
) -> Selection:
    """Adds a plain group filter to a selection.

    Whoever is in no group is in none of the excluded ones, so `not` needs no
    more than the exclusion.
    """
    groups = tuple(dict.fromkeys(group_ids))
    if logic is FilterLogic.NOT and groups:
        return replace(selection, none=(*selection.none, *groups))
    ungrouped = selection.ungrouped or include_ungrouped
    if logic is FilterLogic.AND:
        return replace(selection, all=(*selection.all, *groups), ungrouped=ungrouped)
    return replace(selection, any=(*selection.any, *groups), ungrouped=ungrouped)


def sentence(selection: Selection, names: Mapping[UUID, str], zone: ZoneInfo) -> str:
    """Such as "in A or B, and not in C, pending, tomorrow"."""
    parts = [
        *_groups(selection, names),
        " or ".join(status.replace("_", " ") for status in selection.status),
        *_dates(selection, zone),
        _CALLS[selection.call_result] if selection.call_result else "",
        selection.provider and f"with {selection.provider}",
        selection.type and f"for {selection.type}",
        selection.source and f"booked via {selection.source}",
        selection.search and f"matching “{selection.search}”",
        selection.ids and f"{len(selection.ids)} chosen",
        selection.except_ids and f"without {len(selection.except_ids)} left out",
    ]
    return ", ".join(part for part in parts if part) or "all contacts"


_CALLS = {
    CallResult.NEVER_CALLED: "never called",
    CallResult.FAILED: "last call failed",
    CallResult.NEEDS_CALL: "needs a call",
}


def _groups(selection: Selection, names: Mapping[UUID, str]) -> list[str]:
    parts = []
    if selection.any:
        parts.append(f"in {_listed(selection.any, names, 'or')}")
    if selection.all:
        parts.append(f"in {_listed(selection.all, names, 'and')}")
    if selection.ungrouped:
        parts.append("or in no group" if parts else "in no group")
    if selection.none:
        joint = "and " if parts else ""
        parts.append(f"{joint}not in {_listed(selection.none, names, 'or')}")
    return parts


def _listed(ids: Sequence[UUID], names: Mapping[UUID, str], word: str) -> str:
    return f" {word} ".join(names[each] for each in ids)


def _dates(selection: Selection, zone: ZoneInfo) -> list[str]:
    if selection.appointment:
        return [selection.appointment.replace("_", " ")]
    start, end = selection.appointment_from, selection.appointment_to
    shown = [
        f"appointment from {_moment(start, zone)}" if start else "",
        f"appointment before {_moment(end, zone)}" if end else "",
    ]
    return [each for each in shown if each]


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"
