"""Framing: what a frame of the console shows: a page of figures, or why there is none yet."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from starlette.responses import HTMLResponse

from common.jobs.publisher import JobsUnavailableError
from common.reports_cache.report_fields import UnreadableReportError
from report_pages.page_brand import PageBrand
from share_api.console.pages import FRAMED_HEADERS, framed_headers, plain_page
from share_api.console.views.brand import shown_brand
from share_api.console.views.preview import NoSuchPreviewError, Waiting
from share_api.console.visit import Visit
from share_api.rate_limits import TooManyPreviewsError

_STATUS: Final[Mapping[Waiting, int]] = MappingProxyType(
    {Waiting.NONE: 404, Waiting.GONE: 410, Waiting.PREPARING: 202, Waiting.FAILED: 503}
)


def framed(visit: Visit, draw: Callable[[PageBrand], str | Waiting]) -> HTMLResponse:
    """The page that ``draw`` makes in the shop's brand, or a page that says why there is none."""
    brand = shown_brand(visit)
    try:
        drawn = draw(brand)
    except NoSuchPreviewError:
        drawn = Waiting.NONE
    except (JobsUnavailableError, UnreadableReportError):
        drawn = Waiting.FAILED
    except TooManyPreviewsError as error:
        response = _waiting(visit, Waiting.FAILED, error.status)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if isinstance(drawn, Waiting):
        return _waiting(visit, drawn, _STATUS[drawn])
    return HTMLResponse(drawn, headers=framed_headers(brand.source))


def _waiting(visit: Visit, state: Waiting, status: int) -> HTMLResponse:
    response = plain_page(visit.request, "preparing.html", status, state=state.value)
    response.headers.update(FRAMED_HEADERS)
    return response
