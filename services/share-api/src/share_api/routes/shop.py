"""Routes of the shop's settings."""

from dataclasses import replace
from typing import Final

from fastapi import APIRouter

from accounts.errors import InvalidAccountError
from accounts.permissions import Permission
from accounts.tenant_settings import set_name, set_timezone
from accounts.validation import require_name, require_timezone
from common.db.tenancy import TenantDb
from common.instants import now
from share_api.http.json_body import Body, FieldError, InvalidBodyError, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.responses import TenantView
from share_api.schemas.shop import ShopBody, ShopChangedView, ShopView
from sharing.issuing_context import IssuingContext
from sharing.policy import policy_of, require_max_life, set_max_life

router = APIRouter(tags=["shop"])
_PATH: Final = "/api/admin/shop"


@router.get(
    _PATH,
    summary="Show the shop's settings",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.SHARES_READ)],
)
def show_shop(actor: CurrentActor, db: CurrentDb, container: Services) -> ShopView:
    """The shop's facts, and for how long its links may open."""
    most = policy_of(db, container.issuing).max_seconds
    return ShopView(shop=TenantView.of(actor.tenant), max_link_seconds=most)


@router.patch(
    _PATH,
    summary="Change the shop's settings",
    responses=problem_responses(400, 403, 503),
    openapi_extra=request_body(ShopBody),
    dependencies=[needs(Permission.SETTINGS_WRITE)],
)
def change_shop(actor: CurrentActor, container: Services, body: Body) -> ShopChangedView:
    """Change the name, the time zone, the longest life of links, or several of them.

    Another zone cuts the days anew: sums and reports are computed again. Links that were issued
    keep the instants of their windows.
    """
    wanted, shop, cut = parse_body(ShopBody, body), actor.tenant, 0
    db, using = TenantDb(container.engine, shop.id), container.issuing
    engine, author = container.engine, actor.author
    try:
        _require(wanted, using)
        if wanted.name is not None:
            set_name(engine, tenant=shop.slug, name=wanted.name, author=author)
            shop = replace(shop, name=wanted.name.strip())
        if wanted.timezone is not None:
            _, cut = set_timezone(engine, tenant=shop.slug, timezone=wanted.timezone, author=author)
            shop = replace(shop, timezone=wanted.timezone)
        if "max_link_seconds" in wanted.model_fields_set:
            set_max_life(db, using, wanted.max_link_seconds, author=author, at=now())
    except InvalidAccountError as error:
        raise InvalidBodyError(FieldError(f"/{error.field}", error.reason)) from None
    most = policy_of(db, using).max_seconds
    return ShopChangedView(shop=TenantView.of(shop), max_link_seconds=most, cut_links=cut)


def _require(wanted: ShopBody, using: IssuingContext) -> None:
    """Refuse all of it when a part is wrong: then nothing has changed."""
    require_max_life(wanted.max_link_seconds, using)
    if wanted.name is not None:
        require_name(wanted.name)
    if wanted.timezone is not None:
        require_timezone(wanted.timezone)
