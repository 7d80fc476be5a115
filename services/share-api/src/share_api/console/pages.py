"""Pages of the console: HTML from Jinja templates, escaped, with a content policy of their own."""

from functools import cache
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from common.reports import registry
from ingest.formats.registry import FORMATS
from share_api.console.assets import asset
from share_api.console.visit import Visit, words_of

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    # A form's origin is told to ourselves: without it, browsers of before ``Sec-Fetch-Site`` would
    # send none, and the form would be refused.
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}
FRAMING_HEADERS: Final = HEADERS | {"Content-Security-Policy": f"{_POLICY}; frame-src 'self'"}
"""Of a page that shows another one of ours in a frame."""
FRAMED_HEADERS: Final = HEADERS | {
    "Content-Security-Policy": _POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    ).replace("form-action 'self'", "form-action 'none'"),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Of what is shown in such a frame, and sends no form."""


def framed_headers(style: bytes) -> dict[str, str]:
    """As ``FRAMED_HEADERS``, with one inline style, named as a content policy does."""
    policy = FRAMED_HEADERS["Content-Security-Policy"]
    own = f"style-src 'self' {style.decode('ascii')}".rstrip()
    return FRAMED_HEADERS | {"Content-Security-Policy": policy.replace("style-src 'self'", own)}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("share_api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "asset": asset,
        "format_title": _format_title,
        "report_title": _report_title,
    }
    return environment


def _report_title(slug: str) -> str:
    found = registry.REPORTS.get(slug)
    return found.title if found else slug


def _format_title(name: str) -> str:
    found = FORMATS.get(name)
    return found.title or name if found else name


def page(
    visit: Visit,
    template: str,
    section: str,
    status: int = 200,
    *,
    framing: bool = False,
    **shown: Any,
) -> HTMLResponse:
    """A page for an admin; ``section`` is where in the console it stands.

    ``framing`` says that it shows another page of ours in a frame.
    """
    values = {"visit": visit, "section": section, **shown}
    response = plain_page(visit.request, template, status, **values)
    if framing:
        response.headers.update(FRAMING_HEADERS)
    return response


def plain_page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page that needs no session."""
    words = words_of(request)
    html = (
        _environment()
        .get_template(template)
        .render(
            wording=words,
            _=words.text,
            counted=words.counted,
            **shown,
        )
    )
    return HTMLResponse(html, status, HEADERS)


def redirect(path: str) -> RedirectResponse:
    """Go on to another page of ours by GET, as after every form."""
    return RedirectResponse(path, 303, HEADERS)
