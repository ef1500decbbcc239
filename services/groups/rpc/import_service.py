"""Imports over gRPC: the file is put aside as it arrives, never held in memory."""

import tempfile
from collections.abc import AsyncIterator
from typing import Any, BinaryIO

import grpc

from services.chassis import caller as callers
from services.chassis import status, wire
from services.chassis.db import Database
from services.chassis.ids import new_id, optional_uuid, to_uuid
from services.groups.domain import errors, permissions
from services.groups.domain.permissions import Action
from services.groups.domain.tabular import LARGEST_FILE
from services.groups.usecases import imports
from services.groups.usecases.imports import Imported, Options
from vio.groups.v1 import import_service_pb2 as pb
from vio.groups.v1.import_service_pb2_grpc import ImportServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]
_PORTION = 64 * 1024


class ImportService(ImportServiceServicer):
    """Translates; every rule is below."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ImportContacts(
        self, request_iterator: AsyncIterator[pb.ImportContactsRequest], context: Context
    ) -> pb.Import:
        caller = callers.current.get()
        permissions.allow(caller, Action.CREATE)
        first = await anext(aiter(request_iterator), pb.ImportContactsRequest())
        if not first.HasField("options"):
            raise errors.options_first()
        options, import_id = _options(first.options), new_id()
        named = () if options.dry_run else ((status.OPERATION, str(import_id)),)
        await context.send_initial_metadata(((status.LARGEST, str(LARGEST_FILE)), *named))
        with tempfile.TemporaryFile() as file:
            await _put_aside(request_iterator, file)
            return _import(
                await imports.import_contacts(self._db, caller, import_id, options, file)
            )

    async def GetImport(self, message: pb.GetImportRequest, context: Context) -> pb.Import:
        import_id = to_uuid(message.import_id, "import_id")
        return _import(await imports.get_import(self._db, callers.current.get(), import_id))

    async def DownloadErrors(
        self, message: pb.DownloadErrorsRequest, context: Context
    ) -> AsyncIterator[pb.DownloadErrorsResponse]:
        import_id = to_uuid(message.import_id, "import_id")
        gathered = bytearray()
        async for line in imports.download_errors(self._db, callers.current.get(), import_id):
            gathered += line
            if len(gathered) > _PORTION:
                yield pb.DownloadErrorsResponse(chunk=bytes(gathered))
                gathered.clear()
        yield pb.DownloadErrorsResponse(chunk=bytes(gathered))


async def _put_aside(messages: AsyncIterator[pb.ImportContactsRequest], file: BinaryIO) -> None:
    size = 0
    async for message in messages:
        if message.HasField("options"):
            raise errors.options_first()
        size += len(message.chunk)
        if size > LARGEST_FILE:
            raise errors.csv_too_large(LARGEST_FILE)
        file.write(message.chunk)


def _options(message: pb.ImportOptions) -> Options:
    return Options(
        dry_run=message.dry_run,
        mapping=dict(message.mapping),
        default_country=message.default_country,
        group_id=optional_uuid(message.group_id, "group_id"),
        consent_basis=message.consent_basis,
        consent_source=message.consent_source,
    )


def _import(done: Imported) -> pb.Import:
    import_id = str(done.id) if done.id else ""
    return pb.Import(
        import_id=import_id,
        created=done.created,
        updated=done.updated,
        unchanged=done.unchanged,
        rejected=done.rejected,
        shared_phone=done.shared_phone,
        errors_url=f"/api/imports/{import_id}/errors" if import_id else "",
        mapping=done.mapping,
        examples=[
            pb.RejectedRow(row=each.row, field=each.field, reason=each.reason)
            for each in done.examples
        ],
        at=wire.from_moment(done.at),
        finished_at=wire.from_moment(done.finished_at),
    )
