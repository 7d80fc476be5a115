"""A shop of a few orders, from its files to its reports."""

import csv
import gzip
import io
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import Engine
from tests.support.dated_shops import SEEN, Read, Shop

from accounts.provisioning import create_tenant
from common.jobs.payloads import ComputeReport
from common.reports.comparison import Comparison
from common.reports.document.schema import Document
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import unpack_document
from ingest.import_files import FileKind, ImportFile, import_files
from worker.reports.compute import compute


@pytest.fixture
def shop(service_engine: Engine, redis_client: Redis) -> Shop:
    """A shop with its files imported; answers the document and the rows of a report."""

    def opened(**files: str) -> Read:
        slug = f"shop-{uuid4().hex[:12]}"
        tenant = create_tenant(
            service_engine, slug=slug, name="Shop", currency="EUR", timezone="UTC"
        )
        given = {
            FileKind(kind): ImportFile(f"{kind}.csv", iter([content.encode()]))
            for kind, content in files.items()
        }
        import_files(service_engine, tenant, given)

        def read(
            report: str,
            period: Period = Period.MONTH,
            comparison: Comparison = Comparison.PREVIOUS,
        ) -> tuple[Document, dict[str, dict[str, str]]]:
            window = window_of(period, ZoneInfo("UTC"), now=SEEN)
            job = ComputeReport(tenant, report, window, comparison=comparison)
            compute(service_engine, ReportCache(redis_client, keep_seconds=60), job)
            document, packed = redis_client.hmget(job.key.cached, ["document", "csv"])
            assert isinstance(document, bytes)
            assert isinstance(packed, bytes)
            rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8-sig")))
            named = {row.get("product_id") or row["date"]: row for row in rows}
            return unpack_document(document), named

        return read

    return opened


@pytest.fixture
def tenant_id(service_engine: Engine) -> int:
    """A shop in Berlin."""
    return create_tenant(
        service_engine, slug="shop", name="Shop", currency="EUR", timezone="Europe/Berlin"
    )
