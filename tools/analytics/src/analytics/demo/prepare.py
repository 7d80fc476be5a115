"""The demo tenant with its sales up to yesterday, and a link to one of its reports."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from analytics.admin.links import issue_link
from analytics.demo.load import ensure_demo
from common.reports.window import Period
from devstack.supervisor.demo import Demo
from devstack.supervisor.services import Addresses
from ingest import data_version
from sharing.link_wish import LinkWish

DEMO_REPORT: Final = "revenue-overview"
DEMO_PERIOD: Final = Period.MONTH


def prepare_demo(
    where: Addresses, password: str, settings: Mapping[str, str], *, days: int
) -> Demo:
    """Make sure that the demo shop is there, current up to yesterday, and issue a link to it.

    The link is signed by `settings`, those of the services. A new shop's sales go back `days`.
    """
    jobs = data_version.jobs_at(where.redis_url, settings.get("BROKER_URL") or where.redis_url)
    shop = ensure_demo(where.database_url, password=password, jobs=jobs, days=days)
    with _environment(settings):
        link = issue_link(
            where.database_url,
            where.redis_url,
            tenant=shop.tenant,
            wish=LinkWish(report=DEMO_REPORT, period=DEMO_PERIOD),
        )
    return Demo(tenant=shop.tenant, email=shop.email, password=shop.password, link=link.url)


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Settings are read from the environment: let ours be that of the services for a moment."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
