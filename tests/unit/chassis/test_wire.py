"""Values between messages and the domain."""

from uuid import uuid4

import pytest

from services.chassis import wire
from services.chassis.errors import Invalid


def test_more_ids_than_anybody_can_mean_are_counted_and_not_read() -> None:
    texts = [f"no id {number}" for number in range(wire.MOST_IDS + 1)]

    with pytest.raises(Invalid) as refused:
        wire.to_uuids(texts, "contact_ids")

    assert refused.value.reason == "TOO_MANY_IDS"
    assert refused.value.facts["count"] == str(len(texts))


def test_an_id_that_is_repeated_is_one() -> None:
    one, other = uuid4(), uuid4()

    assert wire.to_uuids([str(one), str(other), str(one).upper()], "ids") == (one, other)
