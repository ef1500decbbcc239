"""What a search looks for, and in what."""

import pytest

from services.groups.domain import searching


@pytest.mark.parametrize(
    ("search", "patterns"),
    [
        ("ann", ("%ann%",)),
        ("  ÄNN ", ("%ann%",)),
        ("an", ("% an%",)),
        ("a", ("% a%",)),
        ("50%", ("%50\\%%",)),
        ("a_b", ("%a\\_b%",)),
        ("c:\\x", ("%c:\\\\x%",)),
        ("(212) 555", ("%(212) 555%", "%212555%")),
        ("2125550100", ("%2125550100%",)),
        ("+1", ("% +1%", "% 1%")),
        ("", ()),
        ("\u0301", ()),
    ],
)
def test_a_search_is_taken_literally_without_case_and_accents(
    search: str, patterns: tuple[str, ...]
) -> None:
    """M-09; ruling 4: under three characters, the beginning of a word."""
    assert searching.patterns(search) == patterns


def test_every_word_of_the_text_stands_behind_a_space() -> None:
    text = searching.text("Anna  Müller", "12125550100", None, "Check-up")

    assert text == " anna muller 12125550100 check-up"
