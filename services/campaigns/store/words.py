"""Conditions over words that compile once."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, literal


def one_of(column: ColumnElement[Any], *words: str) -> ColumnElement[bool]:
    """Whether the column holds one of the words."""
    return column == func.any(cast(literal([str(word) for word in words]), ARRAY(Text)))
