"""Forms of a cached report: files that a worker makes from it, each in one language.

A form is kept in a hash of its own, beside the ``meta`` of the report that it was made from, and
the brand: it is a form of what is cached now only where both are the same to the byte. It has
claims, a lease and failures as a report has, by keys of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from redis import Redis

from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from common.reports_cache.report_fields import (
    Meta,
    version_of,
)

KEEP_SECONDS: Final = 3600
"""For how long a form stays: whoever wants it again after that has it made again."""
FORM_NAMES: Final = "{*}:form:*"
"""The names of all cached forms, as SCAN matches them."""
STORED: Final = ("meta", "body", "brand")
"""The fields of a form's hash that are read."""


class Form(StrEnum):
    """The forms that a worker makes; the value is part of keys and jobs, so it never changes."""

    XLSX = "xlsx"
    LOCAL_CSV = "local-csv"
    """Gzip-compressed, as the CSV is."""
    PDF = "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormKey(ReportKey):
    """What makes two requests want the same form. ``language`` is a tag of ``common.i18n``."""

    form: Form
    language: str

    def name(self, kind: str) -> str:
        """The name of a key of some kind that belongs to the form."""
        own = "form" if kind == "report" else kind
        return f"{ReportKey.name(self, own)}:{self.form.value}:{self.language}"

    @property
    def report_key(self) -> ReportKey:
        """The report that it is a form of."""
        return ReportKey(
            self.tenant_id,
            self.report,
            self.window,
            self.frozen,
            self.comparison,
            self.hidden,
        )


class FormWanted(NamedTuple):
    """A form of whatever report: which, and in which language."""

    form: Form
    language: str

    def of(self, key: ReportKey) -> FormKey:
        """The key of that form of a report."""
        return FormKey(
            key.tenant_id,
            key.report,
            key.window,
            key.frozen,
            key.comparison,
            key.hidden,
            form=self.form,
            language=self.language,
        )


def pack_form(meta: bytes, body: bytes, version: Meta, brand: bytes = b"") -> dict[str, bytes]:
    """The fields of a form's hash. ``version`` is what ``meta`` says; ``brand`` may be none."""
    return {"meta": meta, "body": body, "version": version_of(version), "brand": brand}


def form_cache(redis: Redis) -> ReportCache:
    """Where forms are kept."""
    return ReportCache(redis, keep_seconds=KEEP_SECONDS)
