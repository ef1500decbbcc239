"""Writes what a run showed: `report.json` for machines, `report.md` for people."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.chaos.invariants import INVARIANTS, violations
from tests.chaos.nemesis import Struck
from tests.chaos.run import Ended
from tests.chaos.world import WORKERS

SERVED_WITHIN = 5.0
# What a killed worker had in hand is taken over once its heartbeat is missed, after five.
RUNG_WITHIN = 8.0
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Report:
    """A judged run; `late` are the parts that were back and did not serve in time."""

    seed: int
    counts: Mapping[str, int]
    phases: Mapping[str, float]
    faults: Mapping[str, int]
    recoveries: Mapping[str, float]
    fates: Mapping[str, int]
    refusals: Mapping[str, int]
    violations: Mapping[str, list[str]]
    late: list[str]

    @property
    def holds(self) -> bool:
        return not self.violations and not self.late

    def as_dict(self) -> dict[str, Any]:
        return {"holds": self.holds, **{name: getattr(self, name) for name in self.__slots__}}

    def write(self, folder: Path) -> None:
        (folder / "report.json").write_text(json.dumps(self.as_dict(), indent=2))
        (folder / "report.md").write_text("\n".join(self._lines()) + "\n")

    def _lines(self) -> Iterator[str]:
        verdict = "Everything held." if self.holds else "**Something broke.**"
        yield from (f"# Chaos, seed {self.seed}", "", verdict, "")
        yield from ("| what | how much |", "|---|---|")
        for name in ("counts", "phases", "fates", "refusals", "faults"):
            yield from (f"| {what} | {value} |" for what, value in getattr(self, name).items())
        yield from ("", "| slowest to serve after it was back | seconds |", "|---|---|")
        yield from (f"| {part} | {value} |" for part, value in self.recoveries.items())
        yield from ("", "| invariant | result |", "|---|---|")
        for name in INVARIANTS:
            found = self.violations.get(name, [])
            yield f"| {name} | {'; '.join(found[:_SHOWN]) or 'holds'} |"
        yield from (f"\nLate: {sentence}" for sentence in self.late)


def judged(ended: Ended) -> Report:
    """The report of a run."""
    run, evidence = ended.run, ended.evidence
    kinds = Counter(struck.strike.kind for struck in run.struck)
    rates = [each.real_at for each in evidence.dials]
    return Report(
        seed=run.seed,
        counts={
            "dials": len(evidence.dials),
            "answers lost": sum(each.is_unanswered for each in evidence.dials),
            "requests": run.history.fates["invoke"],
            "kills": kinds["kill"],
            "faults": kinds.total(),
            "campaigns": len(evidence.campaigns),
            "changes of members": len(evidence.audit),
            "progress events seen": len(evidence.samples),
            "unknown attempts": sum(each.state == "unknown" for each in evidence.attempts),
        },
        phases=run.phases,
        faults=Counter(struck.strike.name for struck in run.struck)
        + Counter({f"{deed} a workflow": times for deed, times in run.operator.done.items()}),
        recoveries=_recoveries(run.struck, rates),
        fates=run.history.fates,
        refusals=run.history.refusals,
        violations=violations(evidence),
        late=list(late(run.struck)),
    )


def _recoveries(struck: list[Struck], dials: list[datetime]) -> dict[str, float]:
    """By kind of fault and part, the longest time to the first success after it was back."""
    slowest: dict[str, float] = {}
    for each in struck:
        if each.back is None or each.served is None:
            continue
        slowest[each.strike.name] = max(slowest.get(each.strike.name, 0), _wait(each))
        if each.strike.kind == "kill" and each.strike.target in WORKERS:
            later = (at.timestamp() - each.at for at in dials if at.timestamp() > each.at)
            name = f"{each.strike.name}, to the next dial"
            slowest[name] = max(slowest.get(name, 0), round(min(later, default=0), 2))
    return dict(sorted(slowest.items()))


def _wait(struck: Struck) -> float:
    return round((struck.served or 0) - (struck.back or 0), 2)


def late(struck: list[Struck]) -> Iterator[str]:
    """The parts that were back after a kill, and did not serve in time."""
    for each in struck:
        within = RUNG_WITHIN if each.strike.target in WORKERS else SERVED_WITHIN
        if each.strike.kind == "kill" and _wait(each) > within:
            yield f"{each.strike.name}: served {_wait(each)} s after it was back"
