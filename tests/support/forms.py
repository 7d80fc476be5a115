"""Forms of reports: sources made by hand, forms made as a worker makes them, and their text."""

import gzip
import io
import zipfile
from datetime import UTC, datetime

from pypdf import PdfReader
from redis import Redis
from tests.support.samples import finished, window

from common.i18n.locales import LOCALES
from common.i18n.report_words import formatter_of
from common.jobs.payloads import MakeForm
from common.reports import registry
from common.reports.window import Period
from common.reports_cache.cache import ReportKey
from common.reports_cache.forms import Form, FormWanted
from common.reports_cache.report_fields import Meta
from worker.forms import make
from worker.forms.source import Source
from worker.reports import csv_export
from worker.reports.lease import Leases
from worker.reports.single_flight import Outcome


def source(slug: str, tag: str = "en", *, period: Period = Period.MONTH, **about: object) -> Source:
    """A report as it lies in the cache, to be made into a form for a reader of ``tag``."""
    made = finished(slug, window(period), **about)  # type: ignore[arg-type]
    document = made.document
    csv = csv_export.write(registry.find(slug).columns, made.rows, document.money_exponent)
    meta = Meta(
        as_of=document.as_of,
        data_version=document.data_version,
        computed_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
        csv_name=f"{slug}-2026-04-01-2026-04-30.csv",
    )
    return Source(meta, document, csv, formatter_of(LOCALES[tag]))


def job_of(key: ReportKey, form: Form, language: str = "en") -> MakeForm:
    return MakeForm.of(FormWanted(form, language).of(key))


def make_forms(redis: Redis, key: ReportKey, *languages: str) -> None:
    """Make every form of a cached report."""
    for form in Form:
        for language in languages or ("en",):
            job = job_of(key, form, language)
            assert make.make_once(redis, Leases(redis), job) is Outcome.COMPUTED


def text_of(body: bytes) -> str:
    """All text in a form, unpacked."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    elif body.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    elif body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    return body.decode("utf-8", errors="replace")
