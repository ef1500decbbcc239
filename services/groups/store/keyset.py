"""Lists in pages: sorted by one column, ties by number, rows without a value last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

    def after(self, key: Key, number: ColumnElement[int]) -> ColumnElement[bool]:
        """Rows behind the one that has this key and number."""
        if not self.nullable:
            return self._behind(tuple_(self.column, self.number), tuple_(self._bound(key), number))
        if key is None:
            return and_(self.column.is_(None), self._behind(self.number, number))
        same = and_(self.column == self._bound(key), self._behind(self.number, number))
        further = self._behind(self.column, self._bound(key))
        return or_(further, same, self.column.is_(None))

    def _behind(self, left: Any, right: Any) -> ColumnElement[bool]:
        behind: ColumnElement[bool] = left < right if self.descending else left > right
        return behind

    def _nulls_last(self, ordered: Any) -> ColumnElement[Any]:
        last: ColumnElement[Any] = ordered.nulls_last() if self.nullable else ordered
        return last

    def _bound(self, key: Key) -> ColumnElement[Any]:
        value = key
        if isinstance(self.column.type, DateTime) and isinstance(key, str):
            return bindparam("after_key", datetime.fromisoformat(key), self.column.type)
        return bindparam("after_key", value, self.column.type)


def key(value: Any) -> Key:
    """A column's value as a page token carries it."""
    if value is None or isinstance(value, int | float):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
