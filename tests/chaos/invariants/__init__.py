"""The invariants of `reliability.md` 3.1, each a pure function from evidence to violations.

Two are not there yet. I15, that undo restores exactly what was removed: the product has no
undo. I16, that a tenant's rows stay the same while only another acts: here both act at once;
the attack matrix compares them.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from tests.chaos.evidence import Evidence
from tests.chaos.invariants import calls, records

Invariant = Callable[[Evidence], Iterator[str]]

INVARIANTS: Mapping[str, Invariant] = MappingProxyType(
    {
        "I1": calls.nobody_is_rung_twice,
        "I2": calls.nobody_is_forgotten,
        "I3": records.everybody_is_counted_once,
        "I4": records.counts_agree,
        "I5": records.the_audit_tells_every_change,
        "I6": records.what_flows_arrives,
        "I7": calls.nobody_is_rung_who_must_not_be,
        "I8": calls.limits_hold,
        "I9": calls.cancelled_means_no_more_calls,
        "I10": records.rows_and_workflows_agree,
        "I11": records.workflows_are_deterministic,
        "I12": calls.reports_are_folded_in_any_order,
        "I13": records.a_request_counts_once,
        "I14": records.nothing_leaks,
        "P3": records.everything_comes_to_rest,
        "P17": records.refusals_are_honest,
    }
)


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """What does not hold, by invariant; empty if all is well."""
    found = {name: list(invariant(evidence)) for name, invariant in INVARIANTS.items()}
    return {name: sentences for name, sentences in found.items() if sentences}
