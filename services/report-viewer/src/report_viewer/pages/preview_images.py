"""Preview images: a PNG for each report type, the same for every tenant, shown by chats.

They are files, drawn by ``scripts/preview_images.py``. An image's URL names its content, so that it
may be cached for ever. A report type without an image of its own has the neutral one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from report_viewer.http.cache_control import FOREVER
from report_viewer.http.response import Response
from report_viewer.http.security_headers import SecurityHeaders

NEUTRAL: Final = "sales-report"
"""The image of what is no report, or does not open."""

FOLDER: Final = files("report_viewer").joinpath("pages/static/preview")
"""Where the files are: ``<name>.png``."""


@dataclass(frozen=True, slots=True)
class PreviewImage:
    """An image; ``path`` is where it is served."""

    name: str
    path: str
    body: bytes = field(repr=False)


def _image(name: str) -> PreviewImage:
    body = FOLDER.joinpath(f"{name}.png").read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return PreviewImage(name, f"/static/preview-{name}.{digest}.png", body)


def _all() -> Mapping[str, PreviewImage]:
    names = sorted(each.name for each in FOLDER.iterdir() if each.name.endswith(".png"))
    return {name: _image(name) for name in (each.removesuffix(".png") for each in names)}


PREVIEW_IMAGES: Final = _all()
_BY_PATH: Final = {each.path: each for each in PREVIEW_IMAGES.values()}


def image_of(name: str) -> PreviewImage:
    """The image of the report type ``name``; the neutral one where it has none."""
    return PREVIEW_IMAGES.get(name) or PREVIEW_IMAGES[NEUTRAL]


class PreviewImages:
    """Serves the preview images."""

    def __init__(self, security: SecurityHeaders) -> None:
        # Chats show an image on pages of their own.
        headers = dict(security.data()) | {b"cross-origin-resource-policy": b"cross-origin"}
        self._headers = ((b"content-type", b"image/png"), FOREVER, *headers.items())

    def respond(self, path: str) -> Response | None:
        """The image at ``path``; None when there is none."""
        image = _BY_PATH.get(path)
        if image is None:
            return None
        return Response(HTTPStatus.OK, self._headers, image.body)
