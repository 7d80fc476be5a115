"""Routes of the shop's settings."""

from dataclasses import replace
from typing import Final

from fastapi import APIRouter

from accounts.errors import InvalidAccountError
from accounts.permissions import Permission
from accounts.tenant_settings import set_name, set_timezone
from accounts.validation import require_name, require_timezone
from share_api.http.json_body import Body, FieldError, InvalidBodyError, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, Services
from share_api.routes.permissions import needs
from share_api.schemas.responses import TenantView
from share_api.schemas.shop import ShopBody, ShopView

router = APIRouter(tags=["shop"])
_PATH: Final = "/api/admin/shop"


@router.patch(
    _PATH,
    summary="Change the shop's settings",
    responses=problem_responses(400, 403, 503),
    openapi_extra=request_body(ShopBody),
    dependencies=[needs(Permission.SETTINGS_WRITE)],
)
def change_shop(actor: CurrentActor, container: Services, body: Body) -> ShopView:
    """Change the name, the time zone or both.

    Another zone cuts the days anew: sums and reports are computed again. Links that were issued
    keep the instants of their windows.
    """
    wanted, shop, cut = parse_body(ShopBody, body), actor.tenant, 0
    engine, author = container.engine, actor.author
    try:
        _require(wanted)
        if wanted.name is not None:
            set_name(engine, tenant=shop.slug, name=wanted.name, author=author)
            shop = replace(shop, name=wanted.name.strip())
        if wanted.timezone is not None:
            _, cut = set_timezone(engine, tenant=shop.slug, timezone=wanted.timezone, author=author)
            shop = replace(shop, timezone=wanted.timezone)
    except InvalidAccountError as error:
        raise InvalidBodyError(FieldError(f"/{error.field}", error.reason)) from None
    return ShopView(shop=TenantView.of(shop), cut_links=cut)


def _require(wanted: ShopBody) -> None:
    """Refuse all of it when a part is wrong: then nothing has changed."""
    if wanted.name is not None:
        require_name(wanted.name)
    if wanted.timezone is not None:
        require_timezone(wanted.timezone)
