"""Rates as people read them."""


def percent(part: int, whole: int) -> float | None:
    """In percent with two decimals; None where there is nothing to divide by."""
    return round(100 * part / whole, 2) if whole else None
