"""Staff who change groups all the time, and know what each of their groups must hold."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from tests.chaos.clients import Answer
from tests.chaos.seeding import Office

_GROUPS = 3
_PAUSE = (0.05, 0.4)
_SOME = 5


@dataclass(slots=True)
class Clerk:
    """Somebody who alone changes a few groups, so that what they must hold is known exactly.

    `promised` are the members by the answers that were given; deleted groups hold nobody.
    """

    office: Office
    name: str
    chance: Random
    promised: dict[UUID, set[UUID]] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    unequal: list[str] = field(default_factory=list)
    done: int = 0

    async def work(self, stop: asyncio.Event) -> None:
        """Does one thing after another; what was begun is seen through."""
        while not stop.is_set():
            await self._something()
            self.done += 1
            await asyncio.sleep(self.chance.uniform(*_PAUSE))

    async def _something(self) -> None:
        if len(self.names) < _GROUPS:
            await self._create()
            return
        deeds: Sequence[Callable[[UUID], Awaitable[None]]] = (
            *(self._add, self._add, self._bulk_add, self._remove, self._bulk_remove),
            *(self._add_twice, self._new_contact, self._edit_contact, self._rename),
            self._delete,
        )
        await self.chance.choice(deeds)(self.chance.choice(sorted(self.names)))

    def _people(self, most: int = _SOME) -> list[UUID]:
        return self.chance.sample(self.office.contacts, self.chance.randint(1, most))

    async def _create(self) -> None:
        people = self._people()
        name = f"{self.name} {self.done}"
        answer = await self.office.admin.do(
            "/groups", {"name": name, "initial_contact_ids": _texts(people)}
        )
        if answer.is_success:
            group = UUID(answer.content["id"])
            self.promised[group], self.names[group] = set(people), name

    async def _add(self, group: UUID) -> None:
        people = self._people()
        answer = await self._do(group, "add", {"contact_ids": _texts(people), "reason": "asked"})
        if answer.is_success:
            self.promised[group] |= set(people)

    async def _bulk_add(self, group: UUID) -> None:
        people = self._people(4 * _SOME)
        answer = await self._do(group, "bulk-add", {"contact_ids": _texts(people)})
        if answer.is_success:
            self.promised[group] |= set(people)

    async def _remove(self, group: UUID) -> None:
        (person,) = self._people(1)
        answer = await self.office.admin.do(f"/groups/{group}/members/{person}", {}, "DELETE")
        if answer.is_success:
            self.promised[group].discard(person)

    async def _bulk_remove(self, group: UUID) -> None:
        people = self._people(4 * _SOME)
        answer = await self._do(group, "bulk-remove", {"contact_ids": _texts(people)})
        if answer.is_success:
            self.promised[group] -= set(people)

    async def _add_twice(self, group: UUID) -> None:
        """A double click: both are answered alike, and it counts once."""
        people = self._people()
        path, body = f"/groups/{group}/members/add", {"contact_ids": _texts(people)}
        first, second = await self.office.admin.twice(path, body)
        if first != second:
            self.unequal.append(f"group {group} was answered {first} and {second}")
        if first.is_success or second.is_success:
            self.promised[group] |= set(people)

    async def _new_contact(self, group: UUID) -> None:
        name = f"Eve {self.office.business.canary} {self.name} {self.done}"
        answer = await self.office.admin.do("/contacts", {"name": name, "group_ids": [str(group)]})
        if answer.is_success:
            self.promised[group].add(UUID(answer.content["id"]))

    async def _edit_contact(self, group: UUID) -> None:
        (person,) = self._people(1)
        status = self.chance.choice(("pending", "confirmed", "unknown"))
        await self.office.admin.do(
            f"/contacts/{person}",
            {"appointment_status": status, "owner_name": f"Dr. {self.name}"},
            "PATCH",
        )

    async def _rename(self, group: UUID) -> None:
        name = f"{self.name} {self.done} again"
        answer = await self.office.admin.do(f"/groups/{group}", {"name": name}, "PATCH")
        if answer.is_success:
            self.names[group] = name

    async def _delete(self, group: UUID) -> None:
        body = {"confirm_name": self.names[group]}
        answer = await self.office.admin.do(f"/groups/{group}", body, "DELETE")
        if answer.is_success:
            self.promised[group] = set()
            del self.names[group]

    async def _do(self, group: UUID, what: str, body: dict[str, object]) -> Answer:
        return await self.office.admin.do(f"/groups/{group}/members/{what}", body)


def _texts(people: Sequence[UUID]) -> list[str]:
    return [str(each) for each in people]
