"""Routes of a shop's brand: its texts, its logo, and what pages will look like in both themes."""

from typing import Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from accounts.permissions import Permission
from common.http.problem import Problem
from common.http.wording import Wording
from common.instants import now
from share_api.console.forms.csrf import FIELD
from share_api.console.forms.upload import checked_files
from share_api.console.pages import FRAMING_HEADERS, framed_headers, page, redirect
from share_api.console.views.brand import THEMES, Theme, brand_store, sample, shown_brand
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.bounded_body import BodyTooLargeError, iter_with_timeout
from share_api.http.multipart import InvalidUploadError, UnsupportedUploadError, iter_file_chunks
from share_api.routes.permissions import needs
from sharing.brand import TEXTS, BrandTextError
from sharing.link_address import own_base_url
from sharing.logo import MOST_BYTES, LogoError

router = APIRouter()
BRAND: Final = "/admin/settings/brand"
_PICTURE: Final = "logo"


@router.get(BRAND, dependencies=[needs(Permission.SHARES_READ)])
def show_brand(visit: CurrentVisit, done: bool = False) -> Response:
    """The brand, and the forms that change it."""
    return _brand_page(visit, done=done)


@router.get(f"{BRAND}/{{theme}}", dependencies=[needs(Permission.SHARES_READ)])
def show_sample(visit: CurrentVisit, theme: Theme) -> Response:
    """The head and the foot of a page in a theme."""
    brand = shown_brand(visit)
    return HTMLResponse(sample(visit, brand, theme), headers=framed_headers(brand.source))


@router.post(BRAND, dependencies=[needs(Permission.SETTINGS_WRITE)])
def change_brand(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Set the texts; an empty one is taken away."""
    wanted = {each: form.one(each).strip() for each in TEXTS}
    try:
        brand_store(visit).set_texts(wanted, author=visit.author, at=now())
    except BrandTextError as error:
        return _brand_page(visit, detail=error.reason, wanted=wanted, status=400)
    return redirect(f"{BRAND}?done=1")


@router.post(f"{BRAND}/logo", dependencies=[needs(Permission.SETTINGS_WRITE)])
async def set_logo(visit: CurrentVisit) -> Response:
    """Take a picture for a logo; the token is the first part of the form."""
    try:
        sent = await _picture(visit)
        await run_in_threadpool(brand_store(visit).set_logo, sent, author=visit.author, at=now())
    except (LogoError, InvalidUploadError, UnsupportedUploadError, BodyTooLargeError) as problem:
        return await run_in_threadpool(
            _brand_page, visit, detail=_told(problem), status=int(problem.status)
        )
    return redirect(f"{BRAND}?done=1")


@router.post(f"{BRAND}/no-logo", dependencies=[needs(Permission.SETTINGS_WRITE)])
def remove_logo(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Take the logo away."""
    del form  # its token was checked
    brand_store(visit).set_logo(None, author=visit.author, at=now())
    return redirect(f"{BRAND}?done=1")


async def _picture(visit: Visit) -> bytes:
    """The picture of a form.

    Raises:
        LogoError: the form has none.
        BodyTooLargeError: it is too large; the rest is not read.
        UploadError: the body is no form.
    """
    request = visit.request
    parts = iter_file_chunks(
        request.headers.get("content-type", ""),
        iter_with_timeout(request.stream()),
        fields=frozenset({FIELD, _PICTURE}),
    )
    sent = bytearray()
    async for name, data in checked_files(visit.admin, parts):
        if name != _PICTURE:
            raise InvalidUploadError(
                Wording("A part is named %(name)s, not %(files)s.", name=repr(name), files=_PICTURE)
            )
        sent += data
        if len(sent) > MOST_BYTES:
            raise BodyTooLargeError(MOST_BYTES)
    if not sent:
        raise LogoError("Choose a picture first.")
    return bytes(sent)


def _told(problem: Problem) -> str:
    """What is wrong with a picture, as the catalogs have it."""
    if isinstance(problem, BodyTooLargeError):
        return "The picture is too large: 1 MB at most."
    if isinstance(problem, LogoError):
        return problem.detail
    return "The form could not be read. Go back and send it again."


def _brand_page(
    visit: Visit,
    *,
    done: bool = False,
    detail: str = "",
    wanted: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    found = brand_store(visit).read().brand
    now_so = {"name": found.name, "accent": found.accent, "footer": found.footer}
    response = page(
        visit,
        "brand.html",
        "settings",
        status,
        done=done,
        detail=detail,
        wanted=wanted or now_so,
        brand=found,
        address=own_base_url(visit.db, visit.container.issuing.link_hosts),
        themes=THEMES,
        framing=True,
    )
    response.headers.update(FRAMING_HEADERS)
    return response
