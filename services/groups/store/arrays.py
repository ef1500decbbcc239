"""Lists of values as one array, so that a statement's text and plan never vary with them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, all_, any_, func, literal


def among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether the column has one of the values."""
    found: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(column.type)))
    return found


def not_among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether the column has none of the values."""
    found: ColumnElement[bool] = column != all_(literal(list(values), ARRAY(column.type)))
    return found


def among_found(column: ColumnElement[Any], found: Select[Any]) -> ColumnElement[bool]:
    """Whether the column has one of the values that a query finds.

    They are found before anything else: a join would let the planner begin with the
    column's table, of which it expects an average tenant's share (ADR 0011).
    """
    return column == func.any(func.array(found.scalar_subquery()))
