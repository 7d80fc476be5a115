"""Issuing context: the collaborators and the limits that links are issued with."""

from dataclasses import dataclass

from sqlalchemy import Engine

from common.http.link_hosts import NO_HOSTS, LinkHosts
from common.jobs.publisher import JobPublisher
from common.links.state import LinkStateStore
from common.links.token import KeyRing
from sharing.freezing import Freezer
from sharing.rate_limits import ShareRateLimit


@dataclass(frozen=True, slots=True)
class IssuingContext:
    """What issuing takes: where it is written, the keys, and the limits in seconds."""

    engine: Engine
    ring: KeyRing | None
    states: LinkStateStore
    jobs: JobPublisher
    public_base_url: str
    ttl_seconds: int
    max_ttl_seconds: int
    freezer: Freezer
    rate_limit: ShareRateLimit | None = None
    link_hosts: LinkHosts = NO_HOSTS
