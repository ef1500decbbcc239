"""Whole systems under faults: a seeded nemesis, clients that remember, and invariants at the end.

`python -m tests.chaos MINUTES [SEED]` runs one by hand and writes its report.
"""
