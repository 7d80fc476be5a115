"""Routes of the first shop: a one-time address, while nobody can log in yet."""

from typing import Final
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from accounts.errors import InvalidAccountError
from accounts.first_shop import FirstShop, check_first_shop, make_first_shop, require_first_shop
from accounts.password_strength import GuessablePasswordError
from common.instants import now
from share_api.auth.credentials import LoginBusyError, Verified
from share_api.auth.devices import remember_device
from share_api.console.forms.body import NOTHING_SENT, Form, as_model, parse_form
from share_api.console.pages import plain_page, redirect
from share_api.console.routes.session import DEVICE_PATH
from share_api.container import Container
from share_api.http.json_body import Body, InvalidBodyError
from share_api.routes.dependencies import Services
from share_api.routes.permissions import of_a_person
from share_api.routes.session import let_in
from share_api.schemas.invitations import NewPasswordBody

router = APIRouter(dependencies=[of_a_person])
_PATH: Final = "/admin/first-shop/{token}"
_ZONE: Final = "UTC"
_CURRENCY: Final = "EUR"


@router.get(_PATH)
def show_first_shop(token: str, request: Request, container: Services) -> Response:
    """The form that makes the shop and its owner; the browser proposes currency and zone."""
    check_first_shop(container.engine, _secret(container), token, now=now())
    return _page(request, NOTHING_SENT)


@router.post(_PATH)
async def make(token: str, request: Request, container: Services, body: Body) -> Response:
    """Make them, and begin the owner's session where sales are brought in."""
    await run_in_threadpool(
        check_first_shop, container.engine, _secret(container), token, now=now()
    )
    form = parse_form(body)
    wanted = FirstShop(
        form.one("name").strip(),
        form.one("currency").strip().upper(),
        form.one("timezone").strip(),
        form.one("email").strip(),
    )
    try:
        require_first_shop(wanted)
        password = as_model(NewPasswordBody, newPassword=form.one("password")).new_password
        password_hash = await container.credentials.hash(password, email=wanted.email.lower())
    except (InvalidAccountError, InvalidBodyError, GuessablePasswordError) as error:
        return await run_in_threadpool(_page, request, form, error)
    except LoginBusyError as busy:
        return await run_in_threadpool(_page, request, form, busy)
    address = request.client.host if request.client else None
    admin_id = await run_in_threadpool(
        make_first_shop, container.engine, wanted, password_hash, address=address, at=now()
    )
    response = redirect("/admin/data")
    verified = Verified(admin_id, 0, remember_device(admin_id, password_hash, now=now()))
    await let_in(request, response, container, verified, device_path=DEVICE_PATH)
    return response


def _page(request: Request, form: Form, error: Exception | None = None) -> Response:
    """The form, as it was sent, with what is wrong."""
    status = 200 if error is None else 503 if isinstance(error, LoginBusyError) else 400
    field = "password" if error is not None else ""
    if isinstance(error, InvalidAccountError):
        field = error.field
    return plain_page(
        request,
        "first_shop.html",
        status,
        sent=form,
        field=field,
        busy=isinstance(error, LoginBusyError),
        guessable=isinstance(error, GuessablePasswordError),
        currency=form.one("currency")
        or proposed_currency(request.headers.get("accept-language", "")),
        zone=form.one("timezone") or _ZONE,
        zones=sorted(available_timezones() - {"localtime"}),
    )


def proposed_currency(languages: str) -> str:
    """The currency of the country of the first of ``Accept-Language`` (CLDR)."""
    first = languages.partition(",")[0].partition(";")[0].strip().replace("-", "_")[:20]
    try:
        locale = Locale.parse(get_global("likely_subtags").get(first, first))
    except (ValueError, UnknownLocaleError, TypeError):
        return _CURRENCY
    land, today = locale.territory, now().date()
    known = get_territory_currencies(land, today) if land else []
    return str(known[0]) if known else _CURRENCY


def _secret(container: Container) -> str | None:
    secret = container.settings.signing_secret
    return None if secret is None else secret.get_secret_value()
