"""Redis store: snapshots of any number of links and their reports, in one round trip.

The link's state, the report's fields, the failure marker and the version of the data of one tenant
live on one node, and two commands tell them. What several links ask alike is asked once.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.http.link_hosts import NO_HOSTS, LinkHosts
from common.infra.answers import Command
from common.infra.async_nodes import Readiness, ask, place_of, readiness_of
from common.infra.redis import VIEWER, create_async_redis
from common.links import brand as brands
from common.links import tenant_names
from common.links.link_claims import LinkClaims
from common.links.options import PLAIN, LinkOptions
from common.links.state import LinkState, parse_link, state_key
from common.reports_cache.cache import (
    ReportKey,
    data_version_key,
)
from common.reports_cache.forms import STORED, FormWanted
from report_viewer.loading.server_epoch import ServerEpoch
from report_viewer.problems.errors import StoreUnavailableError

STATE: Final = ()
"""The fields of a query for a link alone, and nothing of its report."""
META: Final = ("meta",)
PAGE: Final = ("meta", "document")
CSV: Final = ("meta", "csv")
_NOWHERE: Final = -1
"""The place of the values of no fields."""
_NO_FORM: Final = ((None, None, None), True)
"""What there is of a form that is not asked for, and that no CSV is missing for it."""


def connect(url: str, epoch: ServerEpoch | None = None) -> Redis:
    """A client of bytes, with bounded connections and time-outs. Connects on use; tells ``epoch``.

    A connection that was lost while it was idle is made anew once; a time-out is not tried again.
    """
    return create_async_redis(
        url, VIEWER, on_connect=epoch.on_connect if epoch is not None else None
    )


def key_of(claims: LinkClaims) -> ReportKey:
    """The report that a link opens: said by what it shows now and by nothing else."""
    return ReportKey(
        claims.tenant_id,
        claims.report,
        claims.window,
        claims.frozen,
        claims.comparison,
        claims.hidden,
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Redis knew at one moment of a link and of the fields asked for of its report.

    ``form`` is the form that was asked for, if it is one of that report as it is cached now, else
    empty; ``form_failed`` says that making it failed a moment ago.

    ``complete`` says whether each of those fields is there, and for a form the CSV, of which it is
    made; those not asked for, or not there, are empty. ``asked`` is a moment on the monotonic clock
    before that, in seconds, and ``run`` the server's run that answered, None where keys were on
    their way to another; ``data_version`` is what ``cache.data_version_key`` told, ``tenant_name``
    what ``common.links.tenant_names`` has, ``brand`` what ``common.links.brand`` has, and ``host``
    that of the tenant's links, where it has one of its own. ``claims`` are what the link shows, the
    report's window among it, and that stays so until ``moves_at`` (Unix seconds).
    """

    state: LinkState | None
    failed: bool
    claims: LinkClaims
    complete: bool = True
    meta: bytes = b""
    document: bytes = b""
    csv: bytes = b""
    data_version: bytes | None = None
    asked: float = 0.0
    tenant_name: bytes | None = None
    brand: bytes | None = None
    host: str = ""
    options: LinkOptions = PLAIN
    moves_at: float = math.inf
    form: bytes = b""
    form_failed: bool = False
    run: str | None = None


class SnapshotQuery(NamedTuple):
    """A query: what is known of a link, ``fields`` of the report that it shows, and a form of it.

    No form is asked for by None.
    """

    claims: LinkClaims
    fields: tuple[str, ...]
    form: FormWanted | None = None


class SnapshotReader(Protocol):
    """Reads snapshots."""

    async def read(
        self, claims: LinkClaims, fields: tuple[str, ...], form: FormWanted | None = None
    ) -> Snapshot:
        """What is known now of a link, ``fields`` of the report that it shows, a form of it."""
        ...

    def shown(self, claims: LinkClaims) -> LinkClaims:
        """What a link shows now, as far as that is known."""
        ...


class RedisStore:
    """Reads snapshots from Redis.

    Args:
        redis: a client that returns bytes.
        epoch: what its connections tell.
        hosts: those that tenants' links may have.
    """

    def __init__(self, redis: Redis, epoch: ServerEpoch, hosts: LinkHosts = NO_HOSTS) -> None:
        self._redis = redis
        self._hosts = hosts
        self._epoch = epoch

    def place(self, read: SnapshotQuery) -> str:
        """What is to be read together: all of a server, or of one node of a cluster."""
        return place_of(self._redis, data_version_key(read.claims.tenant_id))

    async def read_all(self, reads: Sequence[SnapshotQuery]) -> list[Snapshot]:
        """What Redis knows now, for each of ``reads``, by one pipeline on one connection.

        Of a cluster, on one of each node that has some of it.

        Raises:
            StoreUnavailableError: Redis did not answer in time.
        """
        asked = time.monotonic()
        reports: dict[tuple[str, tuple[str, ...]], int] = {}
        places = []
        commands: list[Command] = []
        forms = [form.of(key_of(claims)) for claims, _, form in reads if form is not None]
        for claims, fields, form in reads:
            key = key_of(claims)
            commands.append(("MGET", *_names(claims, key, form)))
            at = reports.setdefault((key.cached, fields), len(reports)) if fields else _NOWHERE
            places.append(at)
        for name, fields in reports:
            commands.append(("HMGET", name, *fields))
        for wanted in forms:
            commands.append(("HMGET", wanted.cached, *STORED))
            commands.append(("HEXISTS", wanted.report_key.cached, "csv"))
        answers, runs, settled = await self._answers(commands)
        states = zip(answers[: len(reads)], runs, strict=False)
        links = [parse_link(answer[0], epoch=run) for answer, run in states]
        found = [
            dict(zip(fields, values, strict=True))
            for (_, fields), values in zip(reports, answers[len(reads) :], strict=False)
        ]
        found.append({})
        made = _forms(reads, answers[len(reads) + len(reports) :])
        return [
            Snapshot(
                state=link.state,
                failed=failed is not None,
                claims=read.claims,
                complete=whole and None not in found[place].values(),
                data_version=told,
                asked=asked,
                run=run if settled else None,
                tenant_name=name,
                brand=brand,
                host=self._host_of(brand),
                options=link.options,
                form=_current(form, found[place], brand),
                form_failed=any(each is not None for each in form_failed),
                **{field: value for field, value in found[place].items() if value is not None},
            )
            for read, link, run, (_, failed, told, name, brand, *form_failed), place, (
                form,
                whole,
            ) in zip(
                reads, links, runs[: len(reads)], answers[: len(reads)], places, made, strict=True
            )
        ]

    def _host_of(self, brand: bytes | None) -> str:
        """The host of the links of a tenant with that brand; empty without one of its own."""
        return self._hosts.host_of(brands.parse(brand).base_url) if self._hosts else ""

    async def _answers(self, commands: Sequence[Command]) -> tuple[list[Any], list[Any], bool]:
        """What is answered, by which run of which server, and whether no key is on its way.

        Raises:
            StoreUnavailableError: one did not in time.
        """
        try:
            answers = await ask(self._redis, commands)
        except (RedisError, OSError) as error:
            raise StoreUnavailableError from error
        runs = [self._epoch.of(each.connection) for each in answers]
        return [each.value for each in answers], runs, all(each.settled for each in answers)

    async def check(self) -> Readiness:
        """Whether Redis answers, and why it refuses writes."""
        return await readiness_of(self._redis)

    async def exists(self, name: str) -> bool | None:
        """Whether a key is there; None when Redis does not say."""
        try:
            return bool(await self._redis.exists(name))
        except (RedisError, OSError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)


def _names(claims: LinkClaims, key: ReportKey, form: FormWanted | None) -> tuple[str, ...]:
    """The keys that tell of a link what is not in its report."""
    tenant = claims.tenant_id
    return (
        state_key(tenant, claims.link_id),
        key.failed,
        data_version_key(tenant),
        tenant_names.key(tenant),
        brands.key(tenant),
        *(() if form is None else (form.of(key).failed,)),
    )


def _forms(reads: Sequence[SnapshotQuery], answers: Sequence[Any]) -> list[Any]:
    """What there is of each query's form, and whether the CSV that it is made of is there."""
    pairs = iter(zip(answers[::2], answers[1::2], strict=True))
    return [_NO_FORM if read.form is None else next(pairs) for read in reads]


def _current(
    form: Sequence[bytes | None], report: Mapping[str, bytes | None], brand: bytes | None
) -> bytes:
    """The body of a form, if it was made from the report with that ``meta`` and the brand of now;
    else empty."""
    meta, body, made_with = form
    current = meta == report.get("meta") and (made_with or None) == brand
    return body if body is not None and current else b""
