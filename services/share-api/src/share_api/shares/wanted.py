"""Links that are wanted: bodies as requests, with what their templates say under what they say.

Faults are told by their place in the body: of one link, or of one of many.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from accounts.memberships import TenantFacts
from common.db.audit import Author
from common.db.tenancy import TenantDb
from common.reports.model import AnalyticsNotYetImplementedError
from share_api.http.json_body import FieldError, InvalidBodyError
from sharing.issue_errors import InvalidFieldError, OptionsConflictError
from sharing.issuing import check_request
from sharing.issuing_context import IssuingContext
from sharing.link_request import LinkRequest
from sharing.link_wish import LinkWish
from sharing.policy import held_to_policy
from sharing.template_use import faults_of_template, wish_from


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a body says of a link; ``template`` is the name of the one that says the rest."""

    said: LinkWish
    template: str | None = None
    password: str | None = field(default=None, repr=False)
    label: str | None = None


def request_of(
    wanted: Wanted, tenant: TenantFacts, author: Author, using: IssuingContext, *, now: datetime
) -> LinkRequest:
    """The link that is wanted; one from a template is checked, too.

    Raises:
        InvalidFieldError: there is no such template, or it cannot be used.
        Exception: of a link from a template, what ``check_request`` raises.
    """
    said, name = wanted.said, wanted.template
    given = {"password": wanted.password, "label": wanted.label}
    if name is None:
        return said.request(tenant.id, tenant.zone, author, **given)
    wish = wish_from(TenantDb(using.engine, tenant.id), name, said)
    with faults_of_template(said):
        request = wish.request(tenant.id, tenant.zone, author, template=name, **given)
        check_request(request, held_to_policy(using, tenant.id), now=now)
    return request


def requests_of(
    many: Sequence[Wanted],
    tenant: TenantFacts,
    author: Author,
    using: IssuingContext,
    *,
    now: datetime,
) -> list[LinkRequest]:
    """The links that are wanted together.

    Raises:
        InvalidBodyError: a template that one names cannot be used, by its place.
        OptionsConflictError: options of one exclude each other.
    """
    requests = []
    for place, each in enumerate(many):
        with _at(f"/shares/{place}"):
            requests.append(request_of(each, tenant, author, using, now=now))
    return requests


@contextmanager
def _at(place: str) -> Iterator[None]:
    try:
        yield
    except OptionsConflictError as error:
        error.place = place
        raise
    except AnalyticsNotYetImplementedError as error:
        raise InvalidBodyError(FieldError(f"{place}/report", str(error))) from error
    except InvalidFieldError as error:
        faults = [FieldError(f"{place}{e['pointer']}", e["detail"]) for e in error.errors]
        raise InvalidBodyError(*faults) from error
