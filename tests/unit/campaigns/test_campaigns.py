"""Where campaigns stand, what may be done to them, and how their people are counted."""

from datetime import UTC, datetime

import pytest

from services.campaigns.domain.campaigns import (
    Campaign,
    Priority,
    Recipient,
    RecipientState,
    State,
    Tally,
    Timing,
    allowed_actions,
    counted,
    ended,
)
from services.campaigns.domain.outcomes import AppointmentAction, Count, Outcome
from services.chassis.ids import new_id

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)


def campaign(state: State, *, begun: bool = False, tallies: tuple[Tally, ...] = ()) -> Campaign:
    return Campaign(
        id=new_id(),
        group_id=None,
        group_name=None,
        group_color=None,
        name="Reminders",
        initiated_by=new_id(),
        timing=Timing.IMMEDIATE,
        state=state,
        priority=Priority.NORMAL,
        total_contacts=sum(each.people for each in tallies),
        created_at=NINE,
        started_at=NINE if begun else None,
        counts=counted(tallies),
    )


def recipient(outcome: str | None, *, connected: bool, state: str = "done") -> Recipient:
    return Recipient(
        contact_id=new_id(),
        position=1,
        state=state,
        outcome=outcome,
        reason=None,
        appointment_action=None,
        duration_seconds=None,
        at=None,
        session_id=None,
        provider_call_id=None,
        attempts=1,
        connected=connected,
    )


@pytest.mark.parametrize(
    ("row", "reached"),
    [
        (recipient("answered", connected=True), True),
        (recipient("opted_out", connected=True), True),
        (recipient("stopped", connected=True), True),
        (recipient("stopped", connected=False), False),
        (recipient("voicemail", connected=True), False),
        (recipient(None, connected=False, state="pending"), False),
    ],
)
def test_a_row_says_success_where_the_counts_do(row: Recipient, reached: bool) -> None:
    assert row.was_reached is reached


def done(outcome: Outcome, people: int, action: AppointmentAction | None = None) -> Tally:
    return Tally(RecipientState.DONE, outcome, action, True, people)


@pytest.mark.parametrize(
    ("state", "begun", "status"),
    [
        (State.DRAFT, False, "preparing"),
        (State.SCHEDULED, False, "preparing"),
        (State.PREPARING, False, "preparing"),
        (State.WAITING, False, "preparing"),
        (State.WAITING, True, "executing"),
        (State.RUNNING, True, "executing"),
        (State.PAUSED, True, "executing"),
        (State.CANCELLING, True, "executing"),
        (State.COMPLETED, True, "completed"),
        (State.COMPLETED_WITH_ISSUES, True, "completed"),
        (State.CANCELLED, True, "cancelled"),
        (State.EXPIRED, True, "cancelled"),
        (State.FAILED, True, "cancelled"),
    ],
)
def test_older_clients_read_one_of_four_words(state: State, *, begun: bool, status: str) -> None:
    assert campaign(state, begun=begun).status == status


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (State.PREPARING, ("pause", "cancel")),
        (State.WAITING, ("pause", "cancel")),
        (State.RUNNING, ("pause", "cancel")),
        (State.PAUSED, ("resume", "cancel")),
        (State.CANCELLING, ()),
        *((state, ()) for state in State if state.is_final),
    ],
)
def test_what_may_be_done_follows_from_the_state(state: State, actions: tuple[str, ...]) -> None:
    assert allowed_actions(state) == actions


def test_everybody_is_in_exactly_one_box() -> None:
    tallies = (
        *(Tally(state, None, None, False, 1) for state in RecipientState if state != "done"),
        *(done(outcome, 1) for outcome in Outcome),
        done(Outcome.ANSWERED, 3, AppointmentAction.CONFIRMED),
    )

    counts = counted(tallies)

    assert sum(counts.values()) == sum(each.people for each in tallies)
    assert set(counts) == set(Count)
    assert counts[Count.CONFIRMED] == 3


def test_opt_outs_and_callbacks_were_answered_and_declined_calls_failed() -> None:
    tallies = (done(Outcome.OPTED_OUT, 2), done(Outcome.CALLBACK, 3), done(Outcome.DECLINED, 4))

    found = campaign(State.COMPLETED, begun=True, tallies=tallies)

    assert (found.successful_calls, found.failed_calls) == (5, 4)


@pytest.mark.parametrize("verdict", [State.CANCELLED, State.EXPIRED, State.FAILED])
def test_people_who_need_attention_change_only_a_completed_end(verdict: State) -> None:
    troubled = {Count.NEEDS_ATTENTION: 1}

    assert ended("completed", troubled) is State.COMPLETED_WITH_ISSUES
    assert ended("completed", {}) is State.COMPLETED
    assert ended(verdict, troubled) is verdict


def test_final_states_dial_nobody() -> None:
    assert not any(state.dials for state in State if state.is_final)
    assert not State.PAUSED.dials
    assert not State.CANCELLING.dials
