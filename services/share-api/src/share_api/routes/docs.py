"""Routes of `/docs`: the OpenAPI document in Swagger UI, with nothing from a third party.

The assets come from the package `fastapi-offline`, which ships Swagger UI's release files; of it
only the files are used. The page's own script is a file as well, so that no inline script runs.
"""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

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
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START: Final = """"use strict";
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
