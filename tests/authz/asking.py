"""Asks every method in every way, and says where an answer is not what it has to be."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deploy.local.simulator.webhooks import signature
from tests.authz import contracts, credentials, expected
from tests.authz.contracts import Door, Place
from tests.authz.credentials import Credential
from tests.authz.expected import SEES, Role, Verdict, Visibility
from tests.authz.house import Answer, House, Household, Things, leaks
from tests.support.issuer import Issuer, Person

Forger = Callable[[Issuer, Household, str], list[Credential]]

_BODY = b'{"event": "call_started", "call": {"call_id": "call_of_nobody"}}'
_NUMBERS = count(1)
#: Changes come after what needs the things as they are, and the end of a thing last of all.
_LAST = (
    "AddMembers RemoveMember RemoveMembers SetContactGroups RevokeConsent AddSuppression "
    "RemoveSuppression ResumeCampaign CancelCampaign DeleteGroup"
).split()
_LET_IN = {
    grpc.StatusCode.OK,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ALREADY_EXISTS,
}
_CODES = {
    Verdict.LET_IN: _LET_IN,
    Verdict.FORBIDDEN: {grpc.StatusCode.PERMISSION_DENIED},
    Verdict.ABSENT: {grpc.StatusCode.NOT_FOUND},
}


@dataclass
class Walk:
    """How often was asked and refused, what was wrong, and which doors ever opened."""

    asked: int = 0
    refused: int = 0
    opened: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def note(self, method: str, answer: Answer) -> None:
        self.asked += 1
        if answer.code is grpc.StatusCode.OK:
            self.opened.add(method)
        else:
            self.refused += 1

    @property
    def story(self) -> str:
        """The first faults, one a line."""
        return "\n".join(self.faults[:30])

    def told(self, record: Any) -> None:
        """Gives the counts to the report."""
        record("requests", self.asked)
        record("refused", self.refused)


def valid(household: Household, visibility: Visibility) -> Things:
    """Things of a household, and what else makes requests valid."""
    things = household.things[visibility]
    return {
        "name": f"Zed {next(_NUMBERS)}",
        "role": "client_user",
        "call_timing": 1,
        "limit": 100,
        "timezone": "America/New_York",
        "basis": "existing_customer",
        "source": "form",
        "reason": "asked",
        "update_mask": FieldMask(paths=["name"]),
        "tenant_id": str(household.id),
        "contact_ids": [things["contact_id"]],
        **things,
    }


def request(door: Door, things: Things) -> Any:
    """A valid request; groups keep the name that their deletion has to be confirmed with."""
    if door[1].endswith("/UpdateGroup"):
        things = {**things, "name": things["confirm_name"]}
    return contracts.request(door[1], things)


async def through_all_doors(
    walk: Walk,
    house: House,
    household: Household,
    visibility: Visibility,
    roles: Iterable[Role],
    secrets: Iterable[str] = (),
) -> None:
    """Every role asks every method once, what takes things away last of all."""
    for role in roles:
        unheard = {*secrets, *_hidden(household, role)} if role is not Role.MACHINE else ()
        for door in sorted(house.doors, key=lambda door: (_rank(door[1]), door)):
            things = valid(household, visibility) | _for_machines(house, door)
            who = household.people[role]
            answer = await house.ask(door, who.metadata, request(door, things))
            walk.note(door[1], answer)
            _judge(walk, door, role, visibility, answer)
            overheard(walk, door, answer.text, unheard)


def _judge(walk: Walk, door: Door, role: Role, visibility: Visibility, answer: Answer) -> None:
    wanted = expected.verdict(door[1], role, visibility)
    if answer.code not in _CODES[wanted]:
        walk.faults.append(f"{door} {role} {visibility}: {wanted}, but {answer.text[:300]}")


def _for_machines(house: House, door: Door) -> Things:
    """A webhook that the provider signed, and where the feed goes on."""
    signed = signature(house.key, _BODY, round(time.time() * 1000))
    return {"body": _BODY, "signature": signed, "cursor": house.cursors.get(door[0], "")}


def _hidden(household: Household, role: Role) -> set[str]:
    """What the household hides from a role; refusals may repeat the id that was asked for."""
    hidden = {each for each in Visibility if role not in SEES[each]}
    asked = {things["group_id"] for things in household.things.values()}
    return set().union(*(household.hidden[each] for each in hidden)) - asked


async def as_nobody(
    walk: Walk,
    house: House,
    household: Household,
    shown: tuple[str, ...] = (),
    forged: Forger = credentials.against,
) -> None:
    """Shows the forged credentials of these names, or all of them, at every door."""
    things = valid(household, Visibility.ALL_STAFF)
    for door in house.doors:
        for credential in forged(house.issuer, household, door[1]):
            if not shown or credential.name in shown:
                answer = await house.ask(door, credential.headers, request(door, things))
                walk.note(door[1], answer)
                if answer.code is not grpc.StatusCode.UNAUTHENTICATED:
                    walk.faults.append(f"{door} {credential.name}: {answer.text[:300]}")


async def indistinct(
    walk: Walk, house: House, door: Door, who: Person, things: Things, place: Place, secret: str
) -> None:
    """A name that is not the caller's to know is answered like one that nobody has."""
    nothing = str(uuid4())
    things = {**things, "name": f"Zed {next(_NUMBERS)}"}
    # What a first request may change is changed before anything is compared.
    await house.ask(door, who.metadata, contracts.naming(door[1], things, place, nothing))
    about_secret, about_nothing = [
        await house.ask(door, who.metadata, contracts.naming(door[1], things, place, name))
        for name in (secret, nothing)
    ]
    for answer in (about_secret, about_nothing):
        walk.note(door[1], answer)
    seen, unseen = about_secret.without(secret), about_nothing.without(nothing)
    if seen != unseen:
        walk.faults.append(f"{door} {'.'.join(place)}: {seen[:300]} differs from {unseen[:300]}")


async def mangled(
    walk: Walk, house: House, door: Door, who: Person, things: Things, place: Place
) -> None:
    """A name that can be none is refused, and breaks nothing."""
    asked = contracts.naming(door[1], things, place, "' or 1=1 --")
    answer = await house.ask(door, who.metadata, asked)
    walk.note(door[1], answer)
    if answer.code in (grpc.StatusCode.OK, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
        walk.faults.append(f"{door} {'.'.join(place)}: {answer.text[:300]}")


def overheard(walk: Walk, door: Door, text: str, secrets: Iterable[str]) -> None:
    """Notes the words in an answer that its reader must not learn."""
    walk.faults.extend(f"{door} tells {each}: {text[:300]}" for each in leaks(text, secrets))


def _rank(method: str) -> int:
    name = method.rpartition("/")[2]
    return _LAST.index(name) + 1 if name in _LAST else 0
