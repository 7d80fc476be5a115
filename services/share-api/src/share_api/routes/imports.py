"""Routes of imports: files are received, a worker loads them, the client polls the result."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from accounts.permissions import Permission
from common.db.audit import Author
from common.db.tenancy import TenantDb
from common.instants import now
from share_api.container import Container
from share_api.http.bounded_body import iter_with_timeout
from share_api.http.content_length import content_length
from share_api.http.multipart import FILES, FileChunk, iter_file_chunks
from share_api.http.openapi import located, problem_responses
from share_api.imports.listing import ImportNotFoundError, get_import, list_imports
from share_api.imports.upload import (
    ImportTooLargeError,
    begin_upload,
    publish_import,
)
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.imports import FORMAT_NAMES, ImportFormatName, ImportsView, ImportView

router = APIRouter(tags=["imports"])
_PATH: Final = "/api/admin/imports"

_ACCEPTED: Final = located(
    202,
    "The files are there; the import waits for a worker.",
    "Where its progress and its result are.",
)
_TAKES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "description": "orders.csv"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {name: {"type": "string", "format": "binary"} for name in FILES},
                }
            },
        },
    }
}


@router.post(
    _PATH,
    summary="Import sales",
    status_code=202,
    responses={**_ACCEPTED, **problem_responses(400, 403, 413, 415, 429, 503)},
    openapi_extra=_TAKES,
    dependencies=[needs(Permission.IMPORTS_WRITE)],
)
async def import_sales(
    request: Request,
    response: Response,
    actor: CurrentActor,
    db: CurrentDb,
    container: Services,
    layout: Annotated[
        ImportFormatName | None,
        Query(
            alias="format",
            description="Whose columns the orders have; found by them where it is left out.",
            json_schema_extra=FORMAT_NAMES,
        ),
    ] = None,
    check: Annotated[
        bool, Query(description="Say what the import would do, and change nothing.")
    ] = False,
    prices_include_tax: Annotated[
        bool,
        Query(
            alias="pricesIncludeTax",
            description="Prices, discounts and shipping include the column `tax`; for `own`.",
        ),
    ] = False,
) -> ImportView:
    """Take files in the import format, or another system's export, to be loaded by a worker.

    All or nothing: look at `Location` for the result, or for every row that is wrong. A check is
    done in full and taken back.
    """
    body = iter_with_timeout(request.stream())
    content_type = request.headers.get("content-type", "")
    names: dict[str, str] = {}
    import_id = await receive_import(
        container,
        db,
        actor.author,
        request.headers,
        iter_file_chunks(content_type, body, chosen=names),
        names=names,
        layout=layout,
        checked=check,
        prices_include_tax=prices_include_tax,
    )
    found = await run_in_threadpool(get_import, db, import_id)
    response.headers["Location"] = f"{_PATH}/{import_id}"
    return ImportView.of(found)


_FORM_BYTES: Final = 16 * 1024
"""What a form may add to its files."""


async def receive_import(
    container: Container,
    db: TenantDb,
    author: Author,
    headers: Headers,
    pieces: AsyncIterator[FileChunk],
    *,
    names: Mapping[str, str],
    layout: str | None = None,
    checked: bool = False,
    prices_include_tax: bool = False,
) -> UUID:
    """Take the pieces of files in and have a worker read them; the import's id.

    ``names`` has what the sender calls the files, once their pieces have come.

    Raises:
        ImportTooLargeError, TooManyImportsError, UploadError: nothing of it is kept.
    """
    most = container.settings.import_max_bytes
    announced = content_length(headers)
    if announced is not None and announced > most + _FORM_BYTES:
        raise ImportTooLargeError(most)
    upload = await run_in_threadpool(
        begin_upload,
        db,
        layout=layout,
        author=author,
        most=most,
        now=now(),
        checked=checked,
        prices_include_tax=prices_include_tax,
    )
    try:
        async for file, data in pieces:
            await run_in_threadpool(upload.write, file, data)
        await run_in_threadpool(upload.finish, names)
    except BaseException:
        await run_in_threadpool(upload.abort)
        raise
    await run_in_threadpool(publish_import, container.issuing.jobs, db.tenant_id, upload.import_id)
    return upload.import_id


@router.get(
    _PATH,
    summary="List the imports",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.IMPORTS_READ)],
)
def list_all(db: CurrentDb) -> ImportsView:
    """The tenant's latest imports, newest first; at most a hundred."""
    found = list_imports(db)
    return ImportsView(items=tuple(map(ImportView.of, found)))


@router.get(
    f"{_PATH}/{{import_id}}",
    summary="Show an import",
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.IMPORTS_READ)],
)
def show(
    import_id: Annotated[
        str, Path(description="The id of an import.", json_schema_extra={"format": "uuid"})
    ],
    db: CurrentDb,
) -> ImportView:
    """How far it is, and how it ended: a result, or what is wrong by file, line and column."""
    return ImportView.of(get_import(db, import_id_of(import_id)))


def import_id_of(text: str) -> UUID:
    """The id of an import.

    Raises:
        ImportNotFoundError: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise ImportNotFoundError(text) from None
