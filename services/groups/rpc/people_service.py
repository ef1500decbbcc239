"""People over gRPC."""

from typing import Any

import grpc

from services.chassis import caller as callers
from services.chassis.db import Database
from services.chassis.ids import to_uuid
from services.groups.domain import people as rules
from services.groups.domain.people import Person
from services.groups.rpc import contact_convert
from services.groups.usecases import people
from vio.groups.v1 import people_service_pb2 as pb
from vio.groups.v1.people_service_pb2_grpc import PeopleServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


class PeopleService(PeopleServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def GetMe(self, message: pb.GetMeRequest, context: Context) -> pb.Person:
        caller = callers.current.get()
        me = Person(caller.person_id, caller.name, caller.role.value)
        return contact_convert.person(me, caller)

    async def ListPeople(
        self, message: pb.ListPeopleRequest, context: Context
    ) -> pb.ListPeopleResponse:
        caller = callers.current.get()
        everyone = await people.list_people(self._db, caller)
        return pb.ListPeopleResponse(
            people=[contact_convert.person(each, caller) for each in everyone]
        )

    async def UpsertPerson(self, message: pb.UpsertPersonRequest, context: Context) -> pb.Person:
        caller = callers.current.get()
        person_id = to_uuid(message.person_id, "person_id")
        entered = rules.entered(person_id, message.name, message.role)
        return contact_convert.person(await people.upsert_person(self._db, caller, entered), caller)
