"""Page ahead: a report's page is kept as soon as a long CSV lets somebody wait for it.

Page and CSV are of one snapshot. A CSV of few rows comes with its page, by one command; before the
rest of a longer one is written, the page is stored alone. Should the CSV not come about, by its
time, its size or its worker's death, the page is there, and the next computation of the same data
writes the CSV that belongs to it.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from redis.exceptions import RedisError

from common.reports.document.schema import Document
from common.reports.model import Row, Scope
from common.reports_cache.cache import ReportCache, ReportKey
from common.reports_cache.report_fields import (
    Meta,
    UnreadableReportError,
    pack_page,
    unpack_document,
    unpack_meta,
    version_of,
)
from worker.operations import cache_eviction

logger = logging.getLogger(__name__)

ROWS: Final = 1000
"""With so many rows a CSV is written in less time than a reader notices."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a report, and its ``fields`` in the cache."""

    meta: Meta
    document: Document
    fields: dict[str, bytes]

    @classmethod
    def of(cls, meta: Meta, document: Document) -> "Page":
        """The page of a document that was just made."""
        return cls(meta, document, pack_page(meta, document))

    def is_of(self, scope: Scope) -> bool:
        """Whether it shows the very data of ``scope``, so that a CSV of that belongs to it."""
        return (self.document.data_version, self.document.currency, self.document.timezone) == (
            scope.data_version,
            scope.currency,
            scope.zone.key,
        )


def waiting(cache: ReportCache, key: ReportKey) -> Page | None:
    """The cached page, which has no CSV yet, if there is one that can be read."""
    meta, document = cache.redis.hmget(key.cached, ["meta", "document"])
    if not (isinstance(meta, bytes) and isinstance(document, bytes)):
        return None
    try:
        told = unpack_meta(meta)
        fields = {"meta": meta, "document": document, "version": version_of(told)}
        return Page(told, unpack_document(document), fields)
    except UnreadableReportError:
        return None


def before_the_rest(
    rows: Iterable[Row], cache: ReportCache, key: ReportKey, page: Page
) -> Iterator[Row]:
    """``rows``; ``page`` is stored once the first of them are taken, where there are more.

    Not in the place of a whole report, which stays until this one is whole.
    """
    left = iter(rows)

    def then() -> Iterator[Row]:
        for row in islice(left, 1):
            _try_to_store(cache, key, page)
            yield row

    return chain(islice(left, ROWS), then(), left)


@contextmanager
def kept(cache: ReportCache, key: ReportKey, page: Page) -> Iterator[None]:
    """Keep ``page`` should what follows fail, be it in the place of a report of older data."""
    try:
        yield
    except Exception:
        _try_to_store(cache, key, page, replace=True)
        raise


def _try_to_store(cache: ReportCache, key: ReportKey, page: Page, *, replace: bool = False) -> None:
    """Store ``page`` alone. Nothing fails for it: a whole report is stored with its page later."""
    try:
        cache_eviction.with_room(
            cache.redis, lambda: cache.store_page(key, page.fields, replace=replace)
        )
    except (RedisError, OSError) as error:
        logger.warning("a page was not stored ahead of its CSV: %s", type(error).__name__)
