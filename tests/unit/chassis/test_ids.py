"""Ids: version 7, sortable, read strictly."""

from uuid import uuid4

import pytest

from services.chassis import ids
from services.chassis.errors import Invalid


def test_new_ids_are_of_version_7_and_sort_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1_000_000_000_000_000, 1_000_000_002_000_000])
    monkeypatch.setattr("time.time_ns", lambda: next(moments))

    first, second = ids.new_id(), ids.new_id()

    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert first < second


def test_an_id_is_read_whatever_its_case() -> None:
    wanted = uuid4()

    assert ids.to_uuid(str(wanted).upper(), "group_id") == wanted


_KNOWN = "018f0000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    "text", ["", "1", f"{{{_KNOWN}}}", f"urn:uuid:{_KNOWN}", _KNOWN.replace("-", ""), "x" * 36]
)
def test_any_other_spelling_is_refused_by_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ids.to_uuid(text, "group_id")

    assert (refused.value.reason, refused.value.facts["field"]) == ("INVALID_ID", "group_id")
