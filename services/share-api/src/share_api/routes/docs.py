"""Routes of `/docs`: the OpenAPI document in Swagger UI, with nothing from a third party.

The assets come from the package `fastapi-offline`, which ships Swagger UI's release files; of it
only the files are used. The page's own script is a file as well, so that no inline script runs.
A sheet behind Swagger UI's own gives it the look of all other pages, in the theme that was chosen.
"""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from common import design

router = APIRouter(include_in_schema=False)

_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sales reports: admin API</title>
<link rel="icon" href="data:,">
<meta name="color-scheme" content="light dark">
<script src="docs/theme.js"></script>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/docs.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START: Final = """"use strict";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const dress = () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  root.classList.toggle("dark-mode", dark);
};
system.addEventListener("change", dress);
dress();
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


@router.get("/docs")
async def docs() -> HTMLResponse:
    """The page; styles are relaxed for it because Swagger UI sets some in its elements."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _CSP})


@router.get("/docs/start.js")
async def start() -> Response:
    """The script that starts Swagger UI."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/theme.js")
async def theme() -> Response:
    """The script that applies the theme that was chosen on another page."""
    return Response(design.sheet(design.THEME), media_type="text/javascript")


@router.get("/docs/docs.css")
async def look() -> Response:
    """The look of all pages, and Swagger UI in it."""
    own = files("share_api.routes").joinpath("docs.css").read_bytes()
    sheets = (*map(design.sheet, design.SHEETS), own)
    return Response(b"\n".join(sheets), media_type="text/css")


@router.get("/docs/swagger-ui-bundle.js")
def script() -> FileResponse:
    """Swagger UI."""
    return FileResponse(_asset("swagger-ui-bundle.js"), media_type="text/javascript")


@router.get("/docs/swagger-ui.css")
def style() -> FileResponse:
    """Swagger UI's style."""
    return FileResponse(_asset("swagger-ui.css"), media_type="text/css")


def _asset(name: str) -> Path:
    with as_file(files("fastapi_offline") / "static" / name) as path:
        return path
