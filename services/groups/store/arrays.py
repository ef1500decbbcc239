"""Lists of values as one array parameter, so that a statement's text never varies with them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, all_, any_, literal


def among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether the column has one of the values."""
    found: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(column.type)))
    return found


def not_among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether the column has none of the values."""
    found: ColumnElement[bool] = column != all_(literal(list(values), ARRAY(column.type)))
    return found
