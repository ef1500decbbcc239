"""Joining and leaving: what is counted, what is refused."""

from uuid import uuid4

import pytest

from services.chassis.errors import Conflict, Invalid
from services.groups.domain import members
from services.groups.domain.members import Rejected

A, B, C, D = (uuid4() for _ in range(4))


def test_members_are_counted_and_the_rest_joins() -> None:
    """O-04."""
    joining = members.join([A, B, C], known={A, B, C}, members={B})

    assert (joining.new, joining.already, joining.rejected) == ((A, C), 1, ())


def test_one_unknown_contact_refuses_all_and_is_named() -> None:
    """O-03."""
    with pytest.raises(Invalid) as refused:
        members.join([A, B], known={A}, members=set())

    assert refused.value.reason == "UNKNOWN_CONTACTS"
    assert (refused.value.facts["count"], refused.value.facts["examples"]) == ("1", str(B))


def test_unknown_contacts_can_be_skipped() -> None:
    joining = members.join([A, B], known={A}, members=set(), skip_rejected=True)

    assert joining.new == (A,)
    assert joining.rejected == (Rejected(B, "UNKNOWN_CONTACT"),)


def test_leaving_tells_strangers_from_the_unknown() -> None:
    """O-06."""
    leaving = members.leave([A, B, C], known={A, B}, members={A, D})

    assert leaving.leaving == (A,)
    assert leaving.rejected == (Rejected(B, "NOT_A_MEMBER"), Rejected(C, "UNKNOWN_CONTACT"))


def test_duplicates_are_one_and_1001_are_too_many() -> None:
    """L-09."""
    thousand = [uuid4() for _ in range(1000)]

    assert members.distinct(thousand + thousand[:5]) == tuple(thousand)
    with pytest.raises(Invalid, match="1001 contacts") as refused:
        members.distinct([*thousand, A])
    assert refused.value.facts["count"] == "1001"


def test_a_changed_count_names_both_numbers() -> None:
    members.expect(None, 3)
    members.expect(3, 3)
    with pytest.raises(Conflict) as refused:
        members.expect(3, 4)

    assert (refused.value.facts["expected"], refused.value.facts["found"]) == ("3", "4")
