"""The fields of a group: what is accepted, what is refused, what a change does."""

from typing import Any
from uuid import uuid4

import pytest

from services.chassis import texts
from services.chassis.errors import Refusal
from services.groups.domain import groups
from services.groups.domain.groups import Fields
from services.groups.domain.visibility import Visibility


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("VIP", "VIP"),
        ("  VIP \t patients\n", "VIP patients"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("x" * 50, "x" * 50),
        ("\u00e9" * 50, "\u00e9" * 50),
    ],
)
def test_a_name_is_composed_trimmed_and_collapsed(typed: str, kept: str) -> None:
    """G-03."""
    assert groups.to_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "NAME_EMPTY"),
        (" \t\n", "NAME_EMPTY"),
        ("x" * 51, "TOO_LONG"),
        ("a\x00b", "UNPRINTABLE"),
    ],
)
def test_a_name_out_of_its_rule_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        groups.to_name(typed)

    assert refused.value.reason == reason
    assert refused.value.facts["field"] == "name"


@pytest.mark.parametrize(
    ("one", "other"), [("VIP", "vip"), ("Straße", "STRASSE"), ("A  b", "a B"), ("ﬁt", "FIT")]
)
def test_names_that_people_take_for_the_same_have_one_key(one: str, other: str) -> None:
    """G-04."""
    assert texts.key(one) == texts.key(other)


@pytest.mark.parametrize(
    "color", ["", "#12345", "#1234567", "123456", "#GGGGGG", "red", "#12345\n"]
)
def test_a_colour_is_six_hexadecimal_digits(color: str) -> None:
    """G-06."""
    with pytest.raises(Refusal, match="#3B82F6"):
        groups.to_color(color)


@pytest.mark.parametrize(
    ("typed", "kept"), [(None, None), ("", None), ("⭐", "⭐"), ("✂", "✂️"), ("✂️", "✂️")]
)
def test_an_icon_is_one_of_the_list_or_none(typed: str | None, kept: str | None) -> None:
    """G-07."""
    assert groups.to_icon(typed) == kept


def test_an_icon_that_is_not_on_offer_is_refused() -> None:
    with pytest.raises(Refusal, match="not on offer"):
        groups.to_icon("🦄")


def test_a_blank_description_is_none_and_a_long_one_is_refused() -> None:
    """G-05."""
    assert groups.to_description("  ") is None
    assert groups.to_description("x" * 255) == "x" * 255
    with pytest.raises(Refusal, match="255"):
        groups.to_description("x" * 256)


def test_people_can_be_named_for_custom_visibility_only() -> None:
    """G-09."""
    with pytest.raises(Refusal, match="custom visibility only"):
        groups.fields(name="VIP", permitted_users=frozenset({uuid4()}))


def test_a_change_touches_the_fields_named_and_no_other() -> None:
    """G-17."""
    before = Fields("VIP", "the best", "#EC4899", "⭐")

    after = groups.changed(before, {"color": "#10b981", "description": None})

    assert after == Fields("VIP", None, "#10B981", "⭐")
    assert set(groups.differences(before, after)) == {"color", "description"}


def test_leaving_custom_visibility_takes_the_grants_back() -> None:
    before = Fields("VIP", visibility=Visibility.CUSTOM, permitted_users=frozenset({uuid4()}))

    after = groups.changed(before, {"visibility": "admins_only"})

    assert after.permitted_users == frozenset()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "NOTHING_TO_CHANGE"),
        ({"contact_count": 5}, "UNKNOWN_FIELD"),
        ({"id": 1}, "UNKNOWN_FIELD"),
    ],
)
def test_nothing_but_the_known_fields_can_be_changed(values: dict[str, Any], reason: str) -> None:
    """S-19."""
    with pytest.raises(Refusal) as refused:
        groups.changed(Fields("VIP"), values)

    assert refused.value.reason == reason
