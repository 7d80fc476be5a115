"""Routes of static files: scripts, styles and the icon."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from share_api.console.assets import PREFIX, asset_at

router = APIRouter()
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get(f"{PREFIX}{{name}}")
async def static_file(name: str) -> Response:
    """A file whose address names its content; of any other name there is none."""
    found = asset_at(PREFIX + name)
    if found is None:
        raise HTTPException(404)
    return Response(found.body, media_type=found.media_type, headers=_FOREVER)
