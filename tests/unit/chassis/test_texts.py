"""What people type, made storable."""

import pytest

from services.chassis import texts
from services.chassis.errors import Invalid


def test_a_line_is_trimmed_and_its_spaces_collapsed() -> None:
    assert texts.line("  Autumn \u00a0\n reminders ", "name", limit=20) == "Autumn reminders"


def test_a_paragraph_keeps_its_lines() -> None:
    assert texts.paragraph(" one\r\ntwo ", "message", limit=20) == "one\ntwo"


def test_length_is_counted_after_trimming_and_composing() -> None:
    assert texts.line("  e\u0301  ", "name", limit=1) == "\u00e9"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb"])
def test_control_characters_are_refused_by_field(text: str) -> None:
    for clean in (texts.line, texts.paragraph):
        with pytest.raises(Invalid) as caught:
            clean(text, "campaign_name", limit=20)
        assert (caught.value.reason, caught.value.facts["field"]) == (
            "UNPRINTABLE",
            "campaign_name",
        )


def test_reasons_have_five_hundred_characters_at_most() -> None:
    assert texts.reason(" " + "x" * 500) == "x" * 500

    with pytest.raises(Invalid) as caught:
        texts.reason("x" * 501)

    assert (caught.value.reason, caught.value.facts["limit"]) == ("TOO_LONG", "500")
