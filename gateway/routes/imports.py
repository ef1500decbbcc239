"""Files of contacts."""

from gateway.files import Download, Upload
from gateway.route import Route
from vio.groups.v1 import import_service_pb2 as imports

ROUTES = (
    Upload(
        "POST",
        "/contacts/import",
        lambda stubs: stubs.imports.ImportContacts,
        imports.ImportContactsRequest,
        imports.ImportOptions,
        imports.Import,
    ),
    Route(
        "GET",
        "/imports/{import_id}",
        lambda stubs: stubs.imports.GetImport,
        imports.GetImportRequest,
        imports.Import,
    ),
    Download(
        "GET",
        "/imports/{import_id}/errors",
        lambda stubs: stubs.imports.DownloadErrors,
        imports.DownloadErrorsRequest,
        imports.DownloadErrorsResponse,
        filename="rejected-rows.csv",
    ),
)
