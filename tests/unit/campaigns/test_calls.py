"""Facts about an attempt give the same whatever their order and however often they come."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest

from services.campaigns.domain import calls
from services.campaigns.domain.calls import AttemptState, End, Known, joined, result
from services.campaigns.domain.outcomes import AppointmentAction, Count, Outcome, Sentiment

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
LATER = NINE + timedelta(minutes=1)
PLACED = calls.placed("call_1", NINE)
STARTED = Known(call_id="call_1", started_at=NINE)
ENDED = Known(call_id="call_1", started_at=NINE, end=End("agent_hangup", LATER, 60))
ANALYZED = Known(
    call_id="call_1",
    started_at=NINE,
    end=ENDED.end,
    action=AppointmentAction.CONFIRMED,
    sentiment=Sentiment.POSITIVE,
    analyzed=True,
)
LATE_VOICEMAIL = Known(call_id="call_1", in_voicemail=True, analyzed=True)
MISSED = Known(call_id="call_1", end=End("dial_no_answer", LATER))
LOST = calls.untraceable()
STOPPED = Known(call_id="call_1", started_at=NINE, end=End("manual_stopped", LATER, 20))

STORIES = {
    "answered": [PLACED, STARTED, ENDED, ANALYZED],
    "twice": [PLACED, ENDED, ENDED, ANALYZED, ANALYZED],
    "voicemail known late": [PLACED, ENDED, ANALYZED, LATE_VOICEMAIL],
    "contradiction": [PLACED, MISSED, ENDED, ANALYZED],
    "lost and found": [LOST, PLACED, MISSED],
    "given up yet told": [PLACED, calls.vanished(LATER), calls.vanished(NINE), MISSED],
    "given up yet refused": [calls.vanished(LATER), calls.refused(400, NINE)],
    "stopped": [PLACED, STARTED, STOPPED, ENDED],
    "refused yet called": [calls.refused(400, NINE), PLACED, MISSED],
}


@pytest.mark.parametrize("story", STORIES)
def test_the_order_of_facts_is_of_no_matter(story: str) -> None:
    """X-42."""
    ends = {reduce(joined, told, Known()) for told in permutations(STORIES[story])}

    assert len(ends) == 1


@pytest.mark.parametrize("story", STORIES)
def test_what_is_known_already_changes_nothing(story: str) -> None:
    known = reduce(joined, STORIES[story], Known())

    assert all(joined(known, fact) == known for fact in STORIES[story])


def test_a_call_that_vanished_is_of_unknown_fate_until_its_end_is_told() -> None:
    given_up = reduce(joined, [PLACED, calls.vanished(LATER)])
    told = joined(given_up, MISSED)

    assert (given_up.state, result(given_up)) == (AttemptState.UNKNOWN, None)
    assert (told.state, told.outcome) == (AttemptState.ENDED, Outcome.NO_ANSWER)


def test_joining_is_associative() -> None:
    facts = [PLACED, ANALYZED, LATE_VOICEMAIL, MISSED, LOST, STOPPED]

    for one, two, three in permutations(facts, 3):
        assert joined(joined(one, two), three) == joined(one, joined(two, three))


def test_an_attempt_goes_from_dialing_to_placed_to_ended() -> None:
    states = [reduce(joined, STORIES["answered"][:told], Known()).state for told in range(5)]

    assert states == [
        AttemptState.DIALING,
        AttemptState.PLACED,
        AttemptState.PLACED,
        AttemptState.ENDED,
        AttemptState.ENDED,
    ]


def test_a_connected_call_is_final_once_it_is_analyzed() -> None:
    assert result(joined(PLACED, ENDED)) is None

    told = result(joined(PLACED, ANALYZED))

    assert told is not None
    assert (told.outcome, told.action, told.seconds) == (
        Outcome.ANSWERED,
        AppointmentAction.CONFIRMED,
        60,
    )
    assert told.count is Count.CONFIRMED


def test_a_call_nobody_took_is_final_at_its_end() -> None:
    told = result(joined(PLACED, MISSED))

    assert told is not None
    assert (told.outcome, told.seconds, told.count) == (Outcome.NO_ANSWER, None, Count.NO_ANSWER)


def test_a_voicemail_known_late_takes_the_confirmation_back() -> None:
    """X-22."""
    told = result(reduce(joined, STORIES["voicemail known late"]))

    assert told is not None
    assert (told.outcome, told.action, told.sentiment) == (
        Outcome.VOICEMAIL,
        AppointmentAction.NONE,
        None,
    )


@pytest.mark.parametrize("denied", [MISSED, Known(end=End("dial_no_answer", LATER, 60))])
def test_of_two_ends_the_talk_stands(denied: Known) -> None:
    known = reduce(joined, (denied, ENDED, denied, ANALYZED))

    assert known.outcome is Outcome.ANSWERED


def test_a_lost_request_is_unknown_until_its_call_turns_up() -> None:
    assert LOST.state is AttemptState.UNKNOWN
    assert joined(LOST, PLACED).state is AttemptState.PLACED


def test_a_refused_request_is_final_and_failed() -> None:
    told = result(calls.refused(400, NINE))

    assert told is not None
    assert (told.outcome, told.reason, told.count) == (
        Outcome.PROVIDER_ERROR,
        "http_400",
        Count.FAILED,
    )


def test_a_full_provider_requeues() -> None:
    told = result(Known(call_id="c", end=End("concurrency_limit_reached", NINE)))

    assert told is not None
    assert told.requeues


@pytest.mark.parametrize(
    ("reason", "counts", "answered"),
    [
        ("agent_hangup", True, True),
        ("user_requested_dnc", True, True),
        ("user_requested_callback", True, True),
        ("inactivity", True, False),
        ("voicemail_reached", True, False),
        ("ivr_reached", True, False),
        ("dial_no_answer", True, False),
        ("dial_busy", True, False),
        ("user_declined", True, False),
        ("invalid_destination", True, False),
        ("marked_as_spam", True, False),
        ("dial_failed", True, False),
        ("manual_stopped", True, False),
        ("carrier_pigeon_lost", True, False),
        ("concurrency_limit_reached", False, False),
        ("no_valid_payment", False, False),
    ],
)
def test_everybody_is_told_what_is_a_call_and_what_an_answer(
    reason: str, counts: bool, answered: bool
) -> None:
    """A-07: a voicemail is not answered; ruling 6: what the provider never took is no call."""
    told = result(Known(call_id="c", end=End(reason, NINE), analyzed=True))

    assert told is not None
    assert (told.counts, told.answered) == (counts, answered)


def test_a_call_stopped_while_somebody_talked_was_answered() -> None:
    told = result(joined(STOPPED, Known(analyzed=True)))

    assert told is not None
    assert (told.counts, told.answered) == (True, True)


def test_a_confirmation_that_a_voicemail_seemed_to_give_is_no_answer() -> None:
    told = result(reduce(joined, STORIES["voicemail known late"]))

    assert told is not None
    assert (told.counts, told.answered) == (True, False)
