"""Visit: a request of an admin to the console, with the shop they act for and their language."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from accounts.memberships import TenantFacts
from accounts.permissions import Permission
from common.db.audit import Author
from common.db.tenancy import TenantDb
from common.i18n.formatter import Formatter
from common.i18n.negotiation import choose_locale
from common.instants import now
from share_api.console.forms.body import Form, parse_form
from share_api.console.forms.csrf import FIELD, check_csrf_token, csrf_token
from share_api.console.words import formatter_of
from share_api.container import Container
from share_api.http.json_body import Body
from share_api.routes.dependencies import Actor, CurrentActor, CurrentAdmin, Services, SignedIn
from share_api.routes.permissions import declared_at
from sharing.revoking import Revocation


def words_of(request: Request) -> Formatter:
    """The formatter of the request's language."""
    return formatter_of(choose_locale(request.headers.get("accept-language", "")))


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, and what their pages are written with."""

    request: Request
    container: Container
    admin: SignedIn
    actor: Actor

    @property
    def words(self) -> Formatter:
        """The reader's language."""
        return words_of(self.request)

    @property
    def tenant(self) -> TenantFacts:
        """The shop they act for."""
        return self.actor.tenant

    @property
    def author(self) -> Author:
        """The admin, as the audit log names them."""
        return self.actor.author

    @property
    def db(self) -> TenantDb:
        """The shop's rows."""
        return TenantDb(self.container.engine, self.tenant.id)

    @property
    def csrf(self) -> str:
        """The token of the forms on the page."""
        return csrf_token(self.admin)

    @property
    def origin(self) -> str:
        """Where the service is reached; a script puts in what the browser calls it."""
        return self.container.settings.public_base_url

    def may_open(self, address: str) -> bool:
        """Whether the admin may open a page: by what its own route declares."""
        return self._may("GET", address)

    def may_send(self, address: str) -> bool:
        """Whether the admin may send a form to that address: by what its own route declares."""
        return self._may("POST", address)

    def _may(self, method: str, address: str) -> bool:
        path = address.partition("?")[0]
        needed = declared_at(self.request.app.routes, method, path)
        return not isinstance(needed, Permission) or self.actor.may(needed)

    def revocation(self) -> Revocation:
        """That links are revoked now, by this admin."""
        return Revocation(self.tenant.id, self.author, now())


def _visit(
    request: Request, container: Services, admin: CurrentAdmin, actor: CurrentActor
) -> Visit:
    return Visit(request, container, admin, actor)


CurrentVisit = Annotated[Visit, Depends(_visit)]
"""An admin who acts for a shop.

Raises NoSessionError and NoTenantError."""


def _checked_form(admin: CurrentAdmin, body: Body) -> Form:
    form = parse_form(body)
    check_csrf_token(admin, form.one(FIELD))
    return form


CheckedForm = Annotated[Form, Depends(_checked_form)]
"""A form that a page of the session held.

Raises NoSessionError, InvalidFormError and WrongCsrfTokenError."""
