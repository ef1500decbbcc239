"""Every invariant turns red when it is broken, and no other one does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.chaos.evidence import Asked, Audited, Group, Recipient, Workflow
from tests.chaos.healthy import (
    ADA,
    BO,
    BOTH,
    CAMPAIGN,
    GROUP,
    JOINED,
    TEN,
    TENANT,
    attempt,
    campaign,
    contact,
    dial,
    evidence,
    promise,
    sample,
)
from tests.chaos.invariants import INVARIANTS, violations

NIGHT = TEN - timedelta(hours=4)
SOMEBODY = Recipient(CAMPAIGN, ADA, "done", "answered")
CROWD = tuple(dial(number, at=TEN + timedelta(seconds=30 * number)) for number in range(2)) + tuple(
    dial(
        0,
        call_id=f"more_{number}",
        key=f"more_{number}",
        attempt_id=str(UUID(int=200 + number)),
        phone=f"+171855501{number:02}",
        at=TEN + timedelta(seconds=30 * number),
    )
    for number in range(24)
)
THEIR_ATTEMPTS = tuple(
    attempt(0, id=UUID(int=200 + number), n=2 + number, provider_call_id=f"more_{number}")
    for number in range(24)
)
TOO_MANY = tuple(
    dial(
        0,
        call_id=f"other_{number}",
        key=f"other_{number}",
        attempt_id=str(UUID(int=300 + number)),
        campaign_id=str(UUID(int=20 + number % 5)),
        phone=f"+171855501{number:02}",
        at=TEN + timedelta(milliseconds=100 * number),
    )
    for number in range(10)
)
THEIRS_TOO = tuple(
    attempt(0, id=UUID(int=300 + number), provider_call_id=f"other_{number}")
    for number in range(10)
)
AGAIN = dial(0, call_id="again", key="again", attempt_id=str(UUID(int=200)))
ITS_ATTEMPT = attempt(0, id=UUID(int=200), n=2, provider_call_id="again")

BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("I1", {"dials": (dial(0), dial(1), dial(1, call_id="call_1", attempt_id=str(UUID(int=101))))}),
    ("I1", {"dials": (dial(0), dial(1, attempt_id=str(UUID(int=999))))}),
    ("I1", {"dials": (dial(0), dial(1), AGAIN), "attempts": (attempt(0), attempt(1), ITS_ATTEMPT)}),
    ("I1", {"asked": (Asked("a", "one"), Asked("a", "other"))}),
    ("I2", {"recipients": (SOMEBODY,)}),
    ("I2", {"recipients": (SOMEBODY, Recipient(CAMPAIGN, BO, "in_call", None))}),
    ("I2", {"recipients": (SOMEBODY, Recipient(CAMPAIGN, BO, "done", None))}),
    ("I2", {"attempts": (attempt(0), attempt(1, state="unknown"))}),
    ("I3", {"samples": (sample(1, total=3),)}),
    ("I3", {"samples": (sample(2), sample(1))}),
    ("I4", {"groups": (Group(TENANT, GROUP, 3, is_deleted=False),)}),
    ("I4", {"groups": (Group(TENANT, GROUP, 2, is_deleted=True),)}),
    ("I4", {"listed": {GROUP: 1}}),
    ("I4", {"projected": {}}),
    ("I5", {"audit": JOINED[:1]}),
    ("I5", {"audit": (*JOINED, Audited(3, GROUP, BO, True, True))}),
    ("I5", {"audit": (JOINED[0], Audited(2, GROUP, BO, True, False))}),
    ("I5", {"intervals": {GROUP: frozenset({ADA})}}),
    ("I6", {"unlike": ("groups in analytics: misses 1 rows",)}),
    ("I7", {"dials": (dial(0, at=NIGHT), dial(1))}),
    ("I7", {"contacts": (contact(ADA, zone="Pacific/Honolulu"), contact(BO))}),
    ("I7", {"contacts": (contact(ADA, has_consent=False), contact(BO))}),
    ("I7", {"suppressions": (promise("+12125550100", -6),)}),
    ("I7", {"revocations": (promise(ADA, -16),)}),
    ("I8", {"dials": CROWD, "attempts": (attempt(0), attempt(1), *THEIR_ATTEMPTS)}),
    (
        "I8",
        {"dials": (dial(0), dial(1), *TOO_MANY), "attempts": (attempt(0), attempt(1), *THEIRS_TOO)},
    ),
    ("I8", {"campaigns": (campaign(), campaign(20, total=1001))}),
    ("I9", {"cancels": (promise(CAMPAIGN, -6),)}),
    ("I10", {"campaigns": (campaign(state="running"),)}),
    ("I10", {"campaigns": (campaign(holds_slot=True),)}),
    ("I10", {"workflows": (Workflow(CAMPAIGN, "RUNNING"),)}),
    ("I10", {"workflows": (Workflow(CAMPAIGN, "TERMINATED"),)}),
    (
        "I10",
        {"workflows": (Workflow(CAMPAIGN, "RUNNING"),), "ended_by_hand": frozenset({CAMPAIGN})},
    ),
    ("I10", {"workflows": ()}),
    ("I11", {"workflows": (Workflow(CAMPAIGN, "COMPLETED", ("nondeterminism",)),)}),
    ("I12", {"attempts": (attempt(0), attempt(1, end_reason="dial_busy"))}),
    ("I12", {"attempts": (attempt(0), attempt(1, provider_call_id="call_9"))}),
    ("I13", {"unequal_replies": ("one said 200, the other 409",)}),
    ("I13", {"expected": {GROUP: frozenset({ADA})}}),
    ("I13", {"launched": frozenset()}),
    ("I13", {"launched": frozenset({CAMPAIGN, UUID(int=5)})}),
    ("I13", {"expected": {**BOTH, UUID(int=4): frozenset({ADA})}}),
    ("I14", {"leaks": ("GET /groups told of another tenant",)}),
    ("P3", {"unfinished": ("analytics has not read all of groups",)}),
    ("P17", {"surprises": ("GET /groups: 500",)}),
]


def test_a_run_in_which_everything_held_is_clean() -> None:
    assert violations(evidence()) == {}


@pytest.mark.parametrize(("invariant", "facts"), BROKEN)
def test_a_broken_promise_turns_its_invariant_red(invariant: str, facts: dict[str, Any]) -> None:
    found = violations(evidence(**facts))

    assert invariant in found
    assert found.keys() <= {invariant, *_BESIDE.get(invariant, ())}


def test_every_invariant_is_broken_once() -> None:
    assert {name for name, _ in BROKEN} == INVARIANTS.keys()


def test_a_contradicted_call_may_have_ended_either_way() -> None:
    calls = (dial(0), dial(1, reason="dial_no_answer", is_contradicted=True))

    assert violations(evidence(dials=calls)) == {}


@pytest.mark.parametrize("status", ["CANCELED", "TERMINATED"])
def test_a_workflow_that_an_operator_ended_may_end_before_its_campaign(status: str) -> None:
    workflows = (Workflow(CAMPAIGN, status),)

    assert violations(evidence(workflows=workflows, ended_by_hand=frozenset({CAMPAIGN}))) == {}


# A campaign of too many people has neither them nor a workflow, and no client launched it.
_BESIDE = {"I8": ("I2", "I10", "I13")}
