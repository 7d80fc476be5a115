"""The pictures of links' previews: one for each report type, the same for every shop.

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
from report_viewer.cache.single_flight import Once
from report_viewer.http.response import FOREVER, Answer, Security
from report_viewer.pages import drawing

NEUTRAL: Final = "sales-report"
"""The picture of what is no report, or nobody's business."""

_TITLES: Final = {NEUTRAL: "A report by link"} | {
    slug: each.title for slug, each in REPORTS.items() if each.implemented
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; ``path`` is where it is served."""

    name: str
    title: str
    path: str


def _picture(name: str, title: str) -> Picture:
    made_from = Path(drawing.__file__).read_bytes(), version("pillow").encode(), title.encode()
    digest = hashlib.sha256(b"\0".join(made_from)).hexdigest()[:12]
    return Picture(name, title, f"/static/preview-{name}.{digest}.png")


PICTURES: Final = {name: _picture(name, title) for name, title in _TITLES.items()}
_BY_PATH: Final = {each.path: each for each in PICTURES.values()}


class Pictures:
    """Answers requests for pictures."""

    def __init__(self, security: Security) -> None:
        # Chats show a picture on pages of their own.
        headers = dict(security.data()) | {b"cross-origin-resource-policy": b"cross-origin"}
        self._headers = ((b"content-type", b"image/png"), FOREVER, *headers.items())
        self._drawn: dict[str, bytes] = {}
        self._drawing: Once[str, bytes] = Once()

    async def answer(self, path: str) -> Answer | None:
        """The picture at ``path``; None when there is none."""
        picture = _BY_PATH.get(path)
        if picture is None:
            return None
        body = self._drawn.get(path)
        if body is None:
            body = await self._drawing.run(path, lambda: self._draw(picture))
            self._drawn[path] = body
        return Answer(HTTPStatus.OK, self._headers, body)

    async def _draw(self, picture: Picture) -> bytes:
        return await asyncio.to_thread(drawing.draw, picture.name, picture.title)
