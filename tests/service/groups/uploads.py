"""Files handed to the import as a browser would: options first, then pieces."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from tests.service.groups.desk import Desk
from vio.groups.v1 import import_service_pb2 as pb
from vio.groups.v1.import_service_pb2_grpc import ImportServiceStub

_PIECE = 64 * 1024


async def upload(
    desk: Desk, content: bytes | Iterable[bytes], *, within: float = 100, **options: Any
) -> pb.Import:
    """Imports the content; an iterable is sent piece by piece as it is made."""
    pieces = _pieces(content) if isinstance(content, bytes) else content
    first = pb.ImportContactsRequest(options=pb.ImportOptions(**options))
    return await steps(desk, [first], pieces, within)


async def steps(
    desk: Desk,
    first: Iterable[pb.ImportContactsRequest],
    pieces: Iterable[bytes] = (),
    within: float = 100,
) -> pb.Import:
    """Sends the messages as they are, then the pieces."""

    async def messages() -> AsyncIterator[pb.ImportContactsRequest]:
        for message in first:
            yield message
        for piece in pieces:
            yield pb.ImportContactsRequest(chunk=piece)

    stub: Any = ImportServiceStub(desk.channel)
    answer: pb.Import = await stub.ImportContacts(
        messages(), metadata=desk.person.metadata, timeout=within
    )
    return answer


async def download(desk: Desk, import_id: str) -> bytes:
    """The file of rejected rows."""
    stub: Any = ImportServiceStub(desk.channel)
    request = pb.DownloadErrorsRequest(import_id=import_id)
    call = stub.DownloadErrors(request, metadata=desk.person.metadata, timeout=10)
    return b"".join([step.chunk async for step in call])


async def get(desk: Desk, import_id: str) -> pb.Import:
    stub: Any = ImportServiceStub(desk.channel)
    answer: pb.Import = await stub.GetImport(
        pb.GetImportRequest(import_id=import_id), metadata=desk.person.metadata, timeout=10
    )
    return answer


def counts(done: pb.Import) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    return done.created, done.updated, done.unchanged, done.rejected


def _pieces(content: bytes) -> Iterable[bytes]:
    return (content[at : at + _PIECE] for at in range(0, len(content), _PIECE))
