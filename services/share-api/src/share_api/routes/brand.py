"""Routes of a shop's brand: what the pages of its links show of it beside the figures."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request

from accounts.permissions import Permission
from common.db.tenancy import TenantDb
from common.instants import now
from common.links.brand_ledger import LedgerBrand
from share_api.container import Container
from share_api.http.bounded_body import read_at_most
from share_api.http.json_body import Body, FieldError, InvalidBodyError, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.brand import BrandBody, BrandView
from sharing.brand import BrandStore, BrandTextError
from sharing.link_address import own_base_url
from sharing.logo import MOST_BYTES

router = APIRouter(tags=["shop"])
_PATH: Final = "/api/admin/shop/brand"
_PICTURE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary", "maxLength": MOST_BYTES}}
            for kind in ("image/png", "image/jpeg", "image/webp")
        },
    }
}


async def _read_picture(request: Request) -> bytes:
    return await read_at_most(request, MOST_BYTES)


Picture = Annotated[bytes, Depends(_read_picture)]
"""The body of a request that is a picture. Name it after the session."""


@router.get(
    _PATH,
    summary="Show the brand",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.SHARES_READ)],
)
def show_brand(db: CurrentDb, container: Services) -> BrandView:
    """What the pages of the shop's links show of it beside the figures."""
    return _view(db, container, BrandStore(db, container.redis).read())


@router.patch(
    _PATH,
    summary="Change the brand",
    responses=problem_responses(400, 403, 503),
    openapi_extra=request_body(BrandBody),
    dependencies=[needs(Permission.SETTINGS_WRITE)],
)
def change_brand(actor: CurrentActor, db: CurrentDb, container: Services, body: Body) -> BrandView:
    """Change the name shown, the accent, the footer line, or several of them.

    Pages show it within a second, those of links that were sent before too.
    """
    wanted = parse_body(BrandBody, body).model_dump(exclude_unset=True)
    try:
        changed = BrandStore(db, container.redis).set_texts(wanted, author=actor.author, at=now())
    except BrandTextError as error:
        raise InvalidBodyError(FieldError(f"/{error.field}", error.reason)) from None
    return _view(db, container, changed)


@router.put(
    f"{_PATH}/logo",
    summary="Set the logo",
    responses=problem_responses(400, 403, 413, 503),
    openapi_extra=_PICTURE,
    dependencies=[needs(Permission.SETTINGS_WRITE)],
)
def set_logo(actor: CurrentActor, db: CurrentDb, container: Services, sent: Picture) -> BrandView:
    """Take a picture (PNG, JPEG or WebP) for a logo: it is drawn anew, small.

    Nothing of the file but what it looks like is kept.
    """
    store = BrandStore(db, container.redis)
    return _view(db, container, store.set_logo(sent, author=actor.author, at=now()))


@router.delete(
    f"{_PATH}/logo",
    summary="Remove the logo",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.SETTINGS_WRITE)],
)
def remove_logo(actor: CurrentActor, db: CurrentDb, container: Services) -> BrandView:
    """Show no logo from now on."""
    store = BrandStore(db, container.redis)
    return _view(db, container, store.set_logo(None, author=actor.author, at=now()))


def _view(db: TenantDb, container: Container, found: LedgerBrand) -> BrandView:
    return BrandView.of(found, own_base_url(db, container.issuing.link_hosts))
