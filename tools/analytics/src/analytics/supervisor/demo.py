"""The demo shop and its link: the one place where the supervisor meets them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from analytics.supervisor.services import Addresses

DEMO_REPORT = "revenue-overview"
DEMO_PERIOD = "30d"


@dataclass(frozen=True)
class Demo:
    """What a person needs to look at the demo shop."""

    tenant: str
    email: str
    password: str = field(repr=False)
    link: str = field(repr=False)


def prepare_demo(where: Addresses, password: str, settings: Mapping[str, str]) -> Demo:
    """Make sure that the demo shop is there, current up to yesterday, and issue a link to it.

    The link is signed by `settings`, those of the services.
    """
    from analytics.demo.load import ensure_demo  # noqa: PLC0415 - not needed with --no-demo
    from analytics.sharing import issue_link  # noqa: PLC0415
    from worker import arrivals  # noqa: PLC0415

    jobs = arrivals.jobs_at(where.redis_url, settings.get("BROKER_URL") or where.redis_url)
    shop = ensure_demo(where.database_url, password=password, jobs=jobs)
    with _environment(settings):
        link = issue_link(
            where.database_url,
            where.redis_url,
            tenant=shop.tenant,
            report=DEMO_REPORT,
            period=DEMO_PERIOD,
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
