"""Making a form: once, however many jobs ask for it, of one version of the report.

A form is made from one reading of the cached report, and kept beside the ``meta`` it was made
from. A report that is not cached (any more) has no form: whoever wants it has it computed first.
"""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from redis import Redis

from common import instants
from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.report_words import formatter_of
from common.jobs.payloads import MakeForm
from common.links import brand as brands
from common.links.brand import Brand
from common.reports_cache.cache import ReportCache
from common.reports_cache.forms import Form, form_cache, pack_form
from common.reports_cache.report_fields import (
    unpack_document,
    unpack_meta,
)
from worker.forms import local_csv, pdf, workbook
from worker.forms.source import Source
from worker.operations import cache_eviction
from worker.reports.lease import Leases
from worker.reports.single_flight import Outcome

logger = logging.getLogger(__name__)

MAKERS: Final[Mapping[Form, Callable[[Source], bytes]]] = MappingProxyType(
    {Form.XLSX: workbook.write, Form.LOCAL_CSV: local_csv.write, Form.PDF: pdf.write}
)


def make_once(redis: Redis, leases: Leases, job: MakeForm) -> Outcome:
    """Have the job's form made, unless another worker is at it or it is there already.

    Raises:
        UnreadableReportError: what is cached is no report.
        redis.RedisError: Redis did not answer.
    """
    cache = form_cache(redis)
    with leases.hold(job.key) as lease:
        if lease is None:
            return Outcome.UNDER_WAY
        shown = redis.get(brands.key(job.tenant_id))
        brand = shown if isinstance(shown, bytes) else b""
        found = redis.hmget(job.key.report_key.cached, ["meta", "document", "csv"])
        meta, document, csv = (each if isinstance(each, bytes) else b"" for each in found)
        if not (meta and document and csv):
            return Outcome.DONE_SINCE
        same = lease.cached is not None and lease.cached == unpack_meta(meta)
        if same and (redis.hget(job.key.cached, "brand") or b"") == brand:
            return Outcome.DONE_SINCE
        try:
            _make(cache, job, lease.token, Parts(meta, document, csv, brand))
        except Exception:
            cache.fail(job.key, lease=lease.token)
            raise
    return Outcome.COMPUTED


def _logo(redis: Redis, tenant_id: int, brand: Brand) -> bytes | None:
    """The logo of a brand; None where there is none, or another one by now."""
    if brand.logo is None:
        return None
    found = redis.get(brands.logo_key(tenant_id))
    logo = found if isinstance(found, bytes) else None
    return logo if brands.is_named(logo, brand.logo.digest) else None


class Parts(NamedTuple):
    """What a form is made from, as it is cached."""

    meta: bytes
    document: bytes
    csv: bytes
    brand: bytes


def _make(cache: ReportCache, job: MakeForm, lease: str, parts: Parts) -> None:
    started = instants.now()
    told = unpack_meta(parts.meta)
    words = formatter_of(LOCALES.get(job.language, ENGLISH))
    brand = brands.parse(parts.brand or None)
    document = brands.branded(unpack_document(parts.document), brand.name)
    logo = _logo(cache.redis, job.tenant_id, brand)
    body = MAKERS[job.form](Source(told, document, parts.csv, words, brand, logo))
    fields = pack_form(parts.meta, body, told, parts.brand)
    cache_eviction.with_room(cache.redis, lambda: cache.store(job.key, fields, lease=lease))
    logger.info(
        "form made",
        extra={
            "tenant_id": job.tenant_id,
            "report": job.report,
            "form": job.form.value,
            "bytes": len(body),
            "total_ms": round((instants.now() - started).total_seconds() * 1000, 1),
        },
    )
