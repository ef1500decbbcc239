"""What must hold of everything that is written down and shown."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from tests.chaos.evidence import Evidence, Members, Sample

OPEN = frozenset({"pending", "in_call"})
_FINAL = frozenset({"completed", "completed_with_issues", "cancelled", "failed", "expired"})
_ENDS = {
    "completed": frozenset({"COMPLETED"}),
    "completed_with_issues": frozenset({"COMPLETED"}),
    "expired": frozenset({"COMPLETED"}),
    "cancelled": frozenset({"CANCELED", "COMPLETED"}),
    "failed": frozenset({"FAILED", "TIMED_OUT"}),
}
_ENDED_BY_HAND = frozenset({"CANCELED", "TERMINATED"})


def everybody_is_counted_once(evidence: Evidence) -> Iterator[str]:
    """I3."""
    settled: dict[tuple[str, UUID], Sample] = {}
    for sample in evidence.samples:
        if sum(sample.counts.values()) != sample.total:
            yield f"campaign {sample.campaign_id} showed {dict(sample.counts)} of {sample.total}"
        key = (sample.stream, sample.campaign_id)
        if (before := settled.get(key)) and _settled(sample) < _settled(before):
            yield f"campaign {sample.campaign_id} went back from {_settled(before)} people done"
        settled[key] = sample


def counts_agree(evidence: Evidence) -> Iterator[str]:
    """I4."""
    for group in evidence.groups:
        members = len(evidence.members.get(group.id, ()))
        said = {"stored": group.contact_count, "analytics": evidence.projected.get(group.id, 0)}
        if not group.is_deleted and group.id in evidence.listed:
            said["listed"] = evidence.listed[group.id]
        for who, count in said.items():
            if count != members:
                yield f"group {group.id} has {members} members, {who}: {count}"
        if group.is_deleted and members:
            yield f"group {group.id} is deleted and has {members} members"


def the_audit_tells_every_change(evidence: Evidence) -> Iterator[str]:
    """I5."""
    inside: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for line in sorted(evidence.audit, key=lambda line: line.number):
        if not line.is_attributed:
            yield f"audit line {line.number} names nobody or no operation"
        if line.joined is (line.contact_id in inside[line.group_id]):
            yield f"audit line {line.number} tells of a change that changed nothing"
        change = inside[line.group_id].add if line.joined else inside[line.group_id].discard
        change(line.contact_id)
    folded = {group: frozenset(people) for group, people in inside.items()}
    yield from _differences("the audit", folded, evidence.members)
    yield from _differences("the history", evidence.intervals, evidence.members)


def what_flows_arrives(evidence: Evidence) -> Iterator[str]:
    """I6."""
    yield from evidence.unlike


def rows_and_workflows_agree(evidence: Evidence) -> Iterator[str]:
    """I10."""
    ends = {workflow.campaign_id: workflow.status for workflow in evidence.workflows}
    for campaign in evidence.campaigns:
        status = ends.get(campaign.id, "none")
        by_hand = _ENDED_BY_HAND if campaign.id in evidence.ended_by_hand else frozenset()
        if campaign.state not in _FINAL or status not in _ENDS[campaign.state] | by_hand:
            yield f"campaign {campaign.id} is {campaign.state}, its workflow {status}"
        if campaign.state in _FINAL and campaign.holds_slot:
            yield f"campaign {campaign.id} is {campaign.state} and holds its slot"


def workflows_are_deterministic(evidence: Evidence) -> Iterator[str]:
    """I11."""
    for workflow in evidence.workflows:
        for fault in workflow.faults:
            yield f"workflow of {workflow.campaign_id}: {fault}"


def a_request_counts_once(evidence: Evidence) -> Iterator[str]:
    """I13."""
    yield from evidence.unequal_replies
    promised = {group: evidence.members.get(group, frozenset()) for group in evidence.expected}
    yield from _differences("what was promised", evidence.expected, promised)
    if evidence.launched is not None:
        campaigns = {each.id for each in evidence.campaigns}
        yield from (f"campaign {each} is gone" for each in evidence.launched - campaigns)
        yield from (f"nobody launched campaign {each}" for each in campaigns - evidence.launched)


def nothing_leaks(evidence: Evidence) -> Iterator[str]:
    """I14."""
    yield from evidence.leaks


def refusals_are_honest(evidence: Evidence) -> Iterator[str]:
    """P17: the only errors are refusals, and that somebody is not there or was too slow."""
    yield from evidence.surprises


def everything_comes_to_rest(evidence: Evidence) -> Iterator[str]:
    """P3: within a minute of the last fault."""
    yield from evidence.unfinished


def _settled(sample: Sample) -> int:
    return sum(count for box, count in sample.counts.items() if box not in OPEN)


def _differences(whose: str, told: Members, true: Members) -> Iterator[str]:
    for group in told.keys() | true.keys():
        missing = true.get(group, frozenset()) - told.get(group, frozenset())
        surplus = told.get(group, frozenset()) - true.get(group, frozenset())
        if missing or surplus:
            yield f"group {group}: {whose} misses {len(missing)} and invents {len(surplus)} members"
