"""What a statement costs, in rows: unlike seconds, they are the same on every machine."""

from typing import Any

from services.chassis.db import Query, Sql, Transaction, compiled


async def rows_touched(tx: Transaction, query: Query, **values: Any) -> int:
    """The rows that come out of all steps of a statement, which is run for it."""
    sql = query if isinstance(query, Sql) else compiled(query)
    explain = Sql(f"explain (analyze, timing off, format json) {sql.text}", sql.literals)
    (answer,) = await tx.fetch_value(explain, **values)
    return _touched(answer["Plan"])


def _touched(step: dict[str, Any]) -> int:
    own: int = round(step["Actual Rows"] * step["Actual Loops"])
    return own + sum(map(_touched, step.get("Plans", ())))
