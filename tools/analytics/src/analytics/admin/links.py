"""Control links without an admin: what the share API does, from the command line.

The same functions as the service's, as the services' role and on behalf of one tenant. The ledger
and the audit log name the command line as who did it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from pydantic import ValidationError
from redis import Redis
from sqlalchemy import Engine

from accounts.audit_log import AuditFilter, list_audit
from accounts.errors import UnknownTenantError
from accounts.memberships import TenantFacts, find_tenant
from accounts.provisioning import accounts_engine, tenant_id_of
from common.db.audit import COMMAND_LINE, Action, AuditEntry
from common.db.pagination import Paging
from common.db.tenancy import TenantDb
from common.infra.broker import broker_of
from common.infra.redis import ADMIN, create_redis
from common.instants import now
from common.links.state import LinkStateStore
from sharing import revoking, switch
from sharing.container import create_issuing
from sharing.issuing import check_request, issue
from sharing.link_request import IssuedLink
from sharing.link_wish import LinkWish
from sharing.passwords import change_password
from sharing.policy import held_to_policy
from sharing.settings import LinkSettings
from sharing.template_use import faults_of_template, wish_from

_PAGE: Final = 1000


class SharingSettingsError(Exception):
    """A setting that issuing takes is missing or unusable."""


def issue_link(
    service_url: str,
    redis_url: str,
    *,
    tenant: str,
    wish: LinkWish,
    template: str | None = None,
    password: str | None = None,
    secret: str | None = None,
    public_base_url: str | None = None,
) -> IssuedLink:
    """Issue a link of a tenant (by its slug), as it is wished, or as its ``template`` says.

    The life by default, the signing secret and the public address are those of the environment
    unless given.

    Raises:
        SharingSettingsError: a setting is missing or unusable.
        AccountError: no such tenant, or the database cannot be used.
        UnknownReportError, AnalyticsNotYetImplementedError: the report cannot be shared.
        sharing.issue_errors.IssueError: no signing secret, a life that is not allowed, or a
        template that cannot be used.
    """
    settings = _settings(secret, public_base_url)
    with _servers(service_url, redis_url) as (engine, redis):
        shop = _tenant(engine, tenant)
        issuing = create_issuing(
            settings, engine, redis, broker_of(redis_url, os.environ.get("BROKER_URL"))
        )
        using, moment = held_to_policy(issuing, shop.id), now()
        if template is None:
            request = wish.request(shop.id, shop.zone, COMMAND_LINE, password=password)
            return issue(request, issuing, now=moment)
        merged = wish_from(TenantDb(engine, shop.id), template, wish)
        with faults_of_template(wish):
            request = merged.request(
                shop.id, shop.zone, COMMAND_LINE, password=password, template=template
            )
            check_request(request, using, now=moment)
        return issue(request, issuing, now=moment)


def revoke_link(service_url: str, redis_url: str, *, tenant: str, share_id: UUID) -> None:
    """Revoke one link of a tenant by the id of its ledger entry.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
        sharing.listing.ShareNotFoundError: the tenant has no such entry.
        sharing.revoking.RevocationUnavailableError: Redis did not take it yet.
    """
    with _servers(service_url, redis_url) as (engine, redis):
        order = _revocation(engine, tenant)
        revoking.revoke(order, share_id, engine, LinkStateStore(redis))


def change_link_password(
    service_url: str, redis_url: str, *, tenant: str, share_id: UUID, password: str | None
) -> None:
    """Let a link of a tenant ask for another password, or with None for none.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
        common.http.problem.Problem: as ``sharing.passwords.change_password`` says.
    """
    with _servers(service_url, redis_url) as (engine, redis):
        order = _revocation(engine, tenant)
        change_password(order, share_id, password, engine, LinkStateStore(redis))


def revoke_all_links(
    service_url: str, redis_url: str, *, tenant: str, report: str | None = None
) -> int:
    """Revoke every active link of a tenant, or of one of its report types; how many it were.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
        UnknownReportError: no such report type.
        sharing.revoking.RevocationUnavailableError: Redis did not take all yet.
    """
    with _servers(service_url, redis_url) as (engine, redis):
        order = _revocation(engine, tenant)
        return revoking.revoke_all(order, engine, LinkStateStore(redis), report=report)


def sharing_of(service_url: str, *, tenant: str) -> switch.Sharing:
    """Whether a tenant shares.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
    """
    with accounts_engine(service_url) as engine:
        return switch.sharing_of(TenantDb(engine, _tenant(engine, tenant).id))


def change_sharing(
    service_url: str, redis_url: str, *, tenant: str, enabled: bool
) -> switch.Sharing:
    """Turn sharing of a tenant on, or off, which revokes its links.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
        sharing.revoking.RevocationUnavailableError: it is off; Redis did not take all revocations
        yet.
    """
    with _servers(service_url, redis_url) as (engine, redis):
        order = _revocation(engine, tenant)
        if enabled:
            return switch.turn_on(order, engine)
        return switch.turn_off(order, engine, LinkStateStore(redis))


def audit_of(
    service_url: str, *, tenant: str, most: int, action: str | None = None
) -> Iterator[AuditEntry]:
    """The latest entries of a tenant's audit log, newest first, at most so many.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
        ValueError: no such action.
    """
    wanted = AuditFilter(None if action is None else Action(action))
    with accounts_engine(service_url) as engine:
        db, after = TenantDb(engine, _tenant(engine, tenant).id), None
        while most > 0:
            page = list_audit(db, Paging(min(most, _PAGE), after), wanted)
            yield from page.items
            if page.next is None:
                return
            most, after = most - len(page.items), page.next


@contextmanager
def _servers(service_url: str, redis_url: str) -> Iterator[tuple[Engine, Redis]]:
    with accounts_engine(service_url) as engine, create_redis(redis_url, ADMIN) as redis:
        yield engine, redis


def _settings(secret: str | None, public_base_url: str | None) -> LinkSettings:
    given = {"ANALYTICS_SHARE_SIGNING_SECRET": secret, "PUBLIC_BASE_URL": public_base_url}
    try:
        return LinkSettings.model_validate({k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise SharingSettingsError(
            "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in problems)
        ) from None


def _tenant(engine: Engine, slug: str) -> TenantFacts:
    tenant_id = tenant_id_of(engine, slug)
    tenant = None if tenant_id is None else find_tenant(engine, tenant_id)
    if tenant is None:
        raise UnknownTenantError(slug)
    return tenant


def _revocation(engine: Engine, slug: str) -> revoking.Revocation:
    return revoking.Revocation(_tenant(engine, slug).id, COMMAND_LINE, now())
