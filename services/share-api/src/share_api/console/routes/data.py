"""Routes of data: files are taken in or only checked, and what became of them."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from accounts.permissions import Permission
from common.http.problem import Problem
from share_api.console.forms.csrf import FIELD
from share_api.console.forms.upload import checked_files
from share_api.console.pages import page, redirect
from share_api.console.views.activity import last_import
from share_api.console.views.imports import faults_csv, import_view
from share_api.console.views.sales_days import days_view
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.bounded_body import iter_with_timeout
from share_api.http.multipart import FileChunk, InvalidUploadError, iter_file_chunks
from share_api.imports.checked import has_files, import_checked
from share_api.imports.listing import get_import, list_imports
from share_api.imports.upload import ImportTooLargeError, TooManyImportsError, publish_import
from share_api.routes.imports import import_id_of, receive_import
from share_api.routes.permissions import needs

router = APIRouter()
DATA: Final = "/admin/data"


@router.get(DATA, dependencies=[needs(Permission.IMPORTS_READ)])
def show_data(visit: CurrentVisit) -> Response:
    """The form for files, and the imports there were."""
    return _data_page(visit)


@router.post(DATA, dependencies=[needs(Permission.IMPORTS_WRITE)])
async def receive(visit: CurrentVisit, check: bool = False) -> Response:
    """Take files in, to be imported or only checked; the token is the first part of the form."""
    request = visit.request
    body = iter_with_timeout(request.stream())
    content_type = request.headers.get("content-type", "")
    chosen: dict[str, str] = {}
    parts = iter_file_chunks(content_type, body, fields=frozenset({FIELD}), chosen=chosen)
    try:
        import_id = await receive_import(
            visit.container,
            visit.db,
            visit.author,
            request.headers,
            _some(checked_files(visit.admin, parts, chosen)),
            names=chosen,
            checked=check,
        )
    except (InvalidUploadError, TooManyImportsError, ImportTooLargeError) as problem:
        return await run_in_threadpool(_data_page, visit, problem)
    return redirect(f"{DATA}/{import_id}")


async def _some(files: AsyncIterator[FileChunk]) -> AsyncIterator[FileChunk]:
    """The pieces of files.

    Raises:
        InvalidUploadError: there is none.
    """
    found = False
    async for piece in files:
        found = True
        yield piece
    if not found:
        raise InvalidUploadError("No file was chosen.")


@router.get(f"{DATA}/{{import_id}}", dependencies=[needs(Permission.IMPORTS_READ)])
def show_import(import_id: str, visit: CurrentVisit) -> Response:
    """How far an import is, or how it ended."""
    return _import_page(visit, import_id_of(import_id))


@router.post(f"{DATA}/{{import_id}}/import", dependencies=[needs(Permission.IMPORTS_WRITE)])
def import_what_was_checked(import_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """Import the files of a check; nothing happens where that was asked already."""
    known = import_id_of(import_id)
    get_import(visit.db, known)  # it is the shop's own
    try:
        if import_checked(visit.db, known, visit.author):
            publish_import(visit.container.issuing.jobs, visit.tenant.id, known)
    except TooManyImportsError as problem:
        return _import_page(visit, known, problem)
    return redirect(f"{DATA}/{known}")


@router.get(f"{DATA}/{{import_id}}/faults", dependencies=[needs(Permission.IMPORTS_READ)])
def download_faults(import_id: str, visit: CurrentVisit) -> Response:
    """The list of what is wrong, to work through beside the file."""
    found = import_view(visit, get_import(visit.db, import_id_of(import_id)))
    headers = {"Content-Disposition": 'attachment; filename="faults.csv"'}
    return Response(faults_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


def _import_page(visit: Visit, import_id: UUID, problem: Problem | None = None) -> Response:
    found = import_view(visit, get_import(visit.db, import_id))
    kept = found.row.checked and has_files(visit.db, import_id)
    status = 200 if problem is None else int(problem.status)
    return page(visit, "import.html", "data", status, each=found, kept=kept, problem=problem)


def _data_page(visit: Visit, problem: Problem | None = None) -> Response:
    status = 200 if problem is None else int(problem.status)
    response = page(
        visit,
        "data.html",
        "data",
        status,
        imports=[import_view(visit, each) for each in list_imports(visit.db)],
        last_import=last_import(visit),
        days=days_view(visit),
        problem=problem,
        gone=isinstance(problem, (TooManyImportsError, ImportTooLargeError)),
    )
    if problem is not None and problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
