"""Selections: their rules, the plain filter they contain, and the sentence."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from services.chassis.errors import Refusal
from services.groups.domain import selections
from services.groups.domain.appointments import AppointmentDay, AppointmentStatus
from services.groups.domain.selections import CallResult, FilterLogic, Selection

A, B, C = (uuid4() for _ in range(3))
NAMES = {A: "VIP", B: "Regulars", C: "Blocked"}
NEW_YORK = ZoneInfo("America/New_York")
NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("logic", "ungrouped", "expected"),
    [
        (FilterLogic.OR, False, Selection(any=(A, B))),
        (FilterLogic.AND, False, Selection(all=(A, B))),
        (FilterLogic.NOT, False, Selection(none=(A, B))),
        (FilterLogic.OR, True, Selection(any=(A, B), ungrouped=True)),
        (FilterLogic.AND, True, Selection(all=(A, B), ungrouped=True)),
        (FilterLogic.NOT, True, Selection(none=(A, B))),
    ],
)
def test_the_plain_filter_becomes_clauses(
    logic: FilterLogic, ungrouped: bool, expected: Selection
) -> None:
    """F-02 to F-06."""
    plain = selections.plain(Selection(), (A, B, A), logic, include_ungrouped=ungrouped)

    assert plain == expected


@pytest.mark.parametrize("logic", FilterLogic)
def test_ungrouped_without_groups_means_only_those(logic: FilterLogic) -> None:
    """F-05."""
    plain = selections.plain(Selection(), (), logic, include_ungrouped=True)

    assert plain == Selection(ungrouped=True)


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(), "all contacts"),
        (Selection(any=(A, B)), "in VIP or Regulars"),
        (Selection(all=(A, B), none=(C,)), "in VIP and Regulars, and not in Blocked"),
        (Selection(any=(A,), ungrouped=True), "in VIP, or in no group"),
        (
            Selection(
                any=(A, B),
                none=(C,),
                status=(AppointmentStatus.PENDING,),
                appointment=AppointmentDay.TOMORROW,
            ),
            "in VIP or Regulars, and not in Blocked, pending, tomorrow",
        ),
        (
            Selection(
                status=(AppointmentStatus.NO_SHOW, AppointmentStatus.CANCELLED),
                appointment_from=NINE,
                call_result=CallResult.NEEDS_CALL,
                provider="Dr. Smith",
                type="Checkup",
                source="Cal.com",
                search="ann",
            ),
            "no show or cancelled, appointment from 15 Sep 2026 09:00, needs a call, "
            "with Dr. Smith, for Checkup, booked via Cal.com, matching “ann”",
        ),
    ],
)
def test_a_selection_can_be_said_in_a_sentence(selection: Selection, said: str) -> None:
    """F-11."""
    assert selections.sentence(selection, NAMES, NEW_YORK) == said


@pytest.mark.parametrize(
    ("selection", "reason"),
    [
        (Selection(appointment=AppointmentDay.TODAY, appointment_from=NINE), "DATES_TWICE"),
        (Selection(appointment_from=NINE, appointment_to=NINE), "DATES_REVERSED"),
        (Selection(search="x" * 101), "TOO_LONG"),
        (Selection(search="\x00"), "UNPRINTABLE"),
        (Selection(ids=tuple(UUID(int=n) for n in range(1001))), "TOO_MANY_CONTACTS"),
        (Selection(any=tuple(UUID(int=n) for n in range(101))), "TOO_MANY_GROUPS"),
    ],
)
def test_a_selection_out_of_its_rules_is_refused(selection: Selection, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        selections.checked(selection)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("day", "start", "hours"),
    [
        (AppointmentDay.TODAY, datetime(2026, 9, 15, 4, tzinfo=UTC), 24),
        (AppointmentDay.TOMORROW, datetime(2026, 9, 16, 4, tzinfo=UTC), 24),
        (AppointmentDay.NEXT_7_DAYS, NINE, 15 + 7 * 24),
    ],
)
def test_days_are_the_tenants_days(day: AppointmentDay, start: datetime, hours: int) -> None:
    """F-08."""
    dated = selections.dated(Selection(appointment=day), NINE, NEW_YORK)

    assert dated.appointment_from == start
    assert dated.appointment_to == start + timedelta(hours=hours)


def test_the_day_of_a_clock_change_is_as_long_as_it_is() -> None:
    before = datetime(2026, 11, 1, 12, tzinfo=UTC)

    dated = selections.dated(Selection(appointment=AppointmentDay.TODAY), before, NEW_YORK)

    assert dated.appointment_from
    assert dated.appointment_to
    length = dated.appointment_to.astimezone(UTC) - dated.appointment_from.astimezone(UTC)
    assert length == timedelta(hours=25)
