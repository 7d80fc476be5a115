"""Preview images: one for each report type, the same for every tenant.

A picture's address names all that it is drawn from, so that it may be kept for ever; it is drawn
when it is first asked for.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Final

from common.reports.registry import REPORTS
from report_viewer.cache.single_flight import SingleFlight
from report_viewer.http.response import FOREVER, Response, SecurityHeaders
from report_viewer.pages import drawing

NEUTRAL: Final = "sales-report"
"""The image of what is no report, or does not open."""

_TITLES: Final = {NEUTRAL: "A report by link"} | {
    slug: each.title for slug, each in REPORTS.items() if each.implemented
}


@dataclass(frozen=True, slots=True)
class PreviewImage:
    """A picture; ``path`` is where it is served."""

    name: str
    title: str
    path: str


def _picture(name: str, title: str) -> PreviewImage:
    made_from = Path(drawing.__file__).read_bytes(), version("pillow").encode(), title.encode()
    digest = hashlib.sha256(b"\0".join(made_from)).hexdigest()[:12]
    return PreviewImage(name, title, f"/static/preview-{name}.{digest}.png")


PICTURES: Final = {name: _picture(name, title) for name, title in _TITLES.items()}
_BY_PATH: Final = {each.path: each for each in PICTURES.values()}


class PreviewImages:
    """Serves the preview images."""

    def __init__(self, security: SecurityHeaders) -> None:
        # Chats show a picture on pages of their own.
        headers = dict(security.data()) | {b"cross-origin-resource-policy": b"cross-origin"}
        self._headers = ((b"content-type", b"image/png"), FOREVER, *headers.items())
        self._drawn: dict[str, bytes] = {}
        self._drawing: SingleFlight[str, bytes] = SingleFlight()

    async def respond(self, path: str) -> Response | None:
        """The picture at ``path``; None when there is none."""
        picture = _BY_PATH.get(path)
        if picture is None:
            return None
        body = self._drawn.get(path)
        if body is None:
            body = await self._drawing.run(path, lambda: self._draw(picture))
            self._drawn[path] = body
        return Response(HTTPStatus.OK, self._headers, body)

    async def _draw(self, picture: PreviewImage) -> bytes:
        return await asyncio.to_thread(drawing.draw, picture.name, picture.title)
