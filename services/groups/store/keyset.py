"""Lists in pages: sorted by one column, ties by number, rows without a value last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, bindparam, or_, tuple_

from services.chassis.pages import Key


@dataclass(frozen=True, slots=True)
class Order:
    """Which column sorts, which number breaks ties, and which way both run."""

    column: ColumnElement[Any]
    number: ColumnElement[int]
    descending: bool = False
    nullable: bool = False

    def by(self) -> list[ColumnElement[Any]]:
        """The columns to order by."""
        if not self.descending:
            return [self._nulls_last(self.column.asc()), self.number.asc()]
        return [self._nulls_last(self.column.desc()), self.number.desc()]

    def after(self, number: ColumnElement[int], *, has_value: bool = True) -> ColumnElement[bool]:
        """Rows behind the one of a number, and of a value given in `values`."""
        value: ColumnElement[Any] = bindparam("after_key", type_=self.column.type)
        if not self.nullable:
            return self._behind(tuple_(self.column, self.number), tuple_(value, number))
        if not has_value:
            return and_(self.column.is_(None), self._behind(self.number, number))
        same = and_(self.column == value, self._behind(self.number, number))
        return or_(self._behind(self.column, value), same, self.column.is_(None))

    def values(self, after: tuple[Key, UUID]) -> dict[str, Any]:
        """What `after` needs to know of the row: its value, and the id behind its number."""
        key, row_id = after
        if isinstance(self.column.type, DateTime) and isinstance(key, str):
            return {"after_key": datetime.fromisoformat(key), "after_id": row_id}
        return {"after_key": key, "after_id": row_id}

    def _behind(self, left: Any, right: Any) -> ColumnElement[bool]:
        behind: ColumnElement[bool] = left < right if self.descending else left > right
        return behind

    def _nulls_last(self, ordered: Any) -> ColumnElement[Any]:
        last: ColumnElement[Any] = ordered.nulls_last() if self.nullable else ordered
        return last


def key(value: Any) -> Key:
    """A column's value as a page token carries it."""
    if value is None or isinstance(value, int | float):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
