"""Faults on demand: decides what goes wrong with the request at hand."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random

from deploy.local.simulator.rules import AFTER, BEFORE, WEBHOOKS, Fault, Operation, Rule
from deploy.local.simulator.suffixes import fate


@dataclass(frozen=True, slots=True)
class Hits:
    """The rules that meet one request; `numbers` are their places among all that ever were."""

    rules: tuple[Rule, ...] = ()
    numbers: tuple[int, ...] = ()

    def first(self, faults: Collection[Fault]) -> Rule | None:
        return next((rule for rule in self.rules if rule.fault in faults), None)

    @property
    def delay(self) -> Rule | None:
        return self.first({Fault.DELAY})

    @property
    def before(self) -> Rule | None:
        return self.first(BEFORE)

    @property
    def after(self) -> Rule | None:
        return self.first(AFTER)

    @property
    def webhooks(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.fault in WEBHOOKS)

    @property
    def reason(self) -> str:
        return rule.reason if (rule := self.first({Fault.REASON})) else ""

    @property
    def forgets_keys(self) -> bool:
        return self.first({Fault.IDEMPOTENCY_OFF}) is not None


class Faults:
    """The rules in force, how often each was met, and the numbers that carry a fault."""

    def __init__(self) -> None:
        self.rules: tuple[Rule, ...] = ()
        self.hits: Counter[int] = Counter()
        self._replaced = 0
        self._met: Counter[int] = Counter()
        self._asked: Counter[str] = Counter()

    def replace(self, rules: tuple[Rule, ...]) -> None:
        """Puts other rules in force; their counts begin anew."""
        self._replaced += len(self.rules)
        self.rules = rules
        self.hits.clear()
        self._met.clear()

    def draw(self, operation: Operation, number: str = "") -> Hits:
        """What goes wrong with this request; it counts as met by it."""
        places = [
            place
            for place, rule in enumerate(self.rules)
            if _meets(rule, operation, number) and self._strikes(place, rule, number)
        ]
        fated = self._fated(operation, number)
        numbers = tuple(self._replaced + place for place in places)
        self.count(operation, number, numbers)
        return Hits(tuple(self.rules[place] for place in places) + fated, numbers)

    def count(self, operation: Operation, number: str, numbers: tuple[int, ...]) -> None:
        """Remembers a request and the rules that struck it."""
        if operation == "create":
            self._asked[number] += 1
        self._met.update(p for p, r in enumerate(self.rules) if _meets(r, operation, number))
        self.hits.update(each - self._replaced for each in numbers if each >= self._replaced)

    def _strikes(self, place: int, rule: Rule, number: str) -> bool:
        nth = self._met[place] + 1
        if rule.times is not None and self.hits[place] >= rule.times:
            return False
        if rule.nth is not None and nth != rule.nth:
            return False
        return Random(f"{rule.seed}/{number}/{nth}").random() < rule.probability

    def _fated(self, operation: Operation, number: str) -> tuple[Rule, ...]:
        suffix = fate(number)
        if operation != "create" or suffix is None or suffix.fault is None:
            return ()
        lasting = suffix.always or suffix.fault.fault in WEBHOOKS
        return (suffix.fault,) if lasting or self._asked[number] % 2 == 0 else ()


def _meets(rule: Rule, operation: Operation, number: str) -> bool:
    return rule.operation == operation and fnmatchcase(number, rule.phone)
