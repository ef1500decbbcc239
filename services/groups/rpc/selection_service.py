"""Serves selections."""

from typing import Any

import grpc

from services.chassis import caller as callers
from services.chassis import wire
from services.chassis.db import Database
from services.groups.rpc import convert
from services.groups.usecases import selections as usecases
from vio.groups.v1 import selection_service_pb2 as pb
from vio.groups.v1.selection_service_pb2_grpc import SelectionServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]


class SelectionService(SelectionServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def CreateSelection(
        self, message: pb.CreateSelectionRequest, context: Context
    ) -> pb.CreateSelectionResponse:
        selection = convert.to_selection(message.selection)
        kept = await usecases.create_selection(self._db, callers.current.get(), selection)
        return pb.CreateSelectionResponse(
            selection_token=str(kept.key),
            count=kept.count,
            count_is_capped=kept.capped,
            expires_at=wire.from_moment(kept.expires_at),
            sample=[pb.SelectedContact(id=str(one.id), name=one.name) for one in kept.sample],
            sentence=kept.sentence,
        )
