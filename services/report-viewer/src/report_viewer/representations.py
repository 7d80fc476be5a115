"""A cached report as what is sent: the page, or the CSV.

Entity tags are strong: a page's is taken from its bytes, a CSV's from the report's ``meta`` field,
which the same command wrote and no other report of that key shares. Each coding has its own.
"""

import asyncio
import hashlib
from http import HTTPStatus
from typing import Final

from common import cache
from common.instants import iso
from common.signing import LinkClaims
from report_viewer.answers import PRIVATE, Answer, Coding, Headers, Security
from report_viewer.compression import OFFERED, compress
from report_viewer.copies import Copies, Copy
from report_viewer.negotiation import choose_coding, matches
from report_viewer.pages import Pages
from report_viewer.store import key_of
from report_viewer.waiting import Waiting

_META: Final = ("meta",)
_PAGE: Final = ("meta", "document")
_CSV: Final = ("meta", "csv")
_VARY: Final = (b"vary", b"Accept, Accept-Encoding")
_LARGE_BYTES: Final = 256 * 1024


class Representations:
    """Pages and CSVs of links that were verified."""

    def __init__(self, waiting: Waiting, pages: Pages, copies: Copies, security: Security) -> None:
        self._waiting = waiting
        self._pages = pages
        self._copies = copies
        self._page_headers: Headers = (
            (b"content-type", b"text/html; charset=utf-8"),
            PRIVATE,
            _VARY,
            *security.page(),
        )
        self._csv_headers: Headers = (
            (b"content-type", b"text/csv; charset=utf-8"),
            PRIVATE,
            _VARY,
            *security.data(),
        )

    async def page(
        self, token: str, claims: LinkClaims, *, accept_encoding: str, if_none_match: str
    ) -> Answer:
        """The report's page.

        Raises:
            LinkError: the link was recalled.
            ViewerError: there is no page to show; see ``Waiting.obtain``.
            UnreadableReportError: what is cached cannot be read.
        """
        coding = choose_coding(accept_encoding, OFFERED)
        copy = self._copies.get(token, coding)
        if copy is None or not await self._is_current(copy, claims):
            meta, document = await self._fields(claims, _PAGE, csv=False)
            copy = self._copies.get(token, coding)
            if copy is None or copy.meta != meta:
                copy = self._draw(token, claims, coding, meta, document)
                self._copies.put(token, coding, copy)
        return copy.answer.not_modified() if matches(if_none_match, copy.etag) else copy.answer

    async def csv(self, claims: LinkClaims, *, accept_encoding: str, if_none_match: str) -> Answer:
        """The report's CSV; stored compressed, and sent so to whoever accepts it.

        Raises:
            LinkError, ViewerError, UnreadableReportError: as ``page``.
        """
        packed, body = await self._fields(claims, _CSV, csv=True)
        meta = cache.unpack_meta(packed)
        coding = choose_coding(accept_encoding, (Coding.GZIP,))
        etag = _etag(key_of(claims).cached.encode() + b"\0" + packed, coding)
        headers = (
            *self._csv_headers,
            *_entity(etag, coding, meta),
            (b"content-disposition", f'attachment; filename="{meta.csv_name}"'.encode("ascii")),
        )
        if matches(if_none_match, etag):
            return Answer(HTTPStatus.OK, headers, b"").not_modified()
        if coding is Coding.IDENTITY:
            body = await _unpacked(body)
        return Answer(HTTPStatus.OK, headers, body)

    async def _is_current(self, copy: Copy, claims: LinkClaims) -> bool:
        (meta,) = await self._fields(claims, _META, csv=False)
        return meta == copy.meta

    async def _fields(
        self, claims: LinkClaims, names: tuple[str, ...], *, csv: bool
    ) -> tuple[bytes, ...]:
        snapshot = await self._waiting.obtain(claims, names, csv=csv)
        return tuple(field for field in snapshot.fields if field is not None)

    def _draw(
        self, token: str, claims: LinkClaims, coding: Coding, packed: bytes, document: bytes
    ) -> Copy:
        html = self._pages.report(
            cache.unpack_document(document), token=token, expires_at=claims.expires_at
        )
        etag = _etag(html, coding)
        headers = (*self._page_headers, *_entity(etag, coding, cache.unpack_meta(packed)))
        return Copy(packed, etag, Answer(HTTPStatus.OK, headers, compress(html, coding)))


async def _unpacked(body: bytes) -> bytes:
    if len(body) < _LARGE_BYTES:
        return cache.unpack_csv(body)
    return await asyncio.to_thread(cache.unpack_csv, body)


def _entity(etag: str, coding: Coding, meta: cache.Meta) -> Headers:
    headers = ((b"etag", etag.encode("ascii")), (b"x-data-as-of", iso(meta.as_of).encode("ascii")))
    if coding is Coding.IDENTITY:
        return headers
    return (*headers, (b"content-encoding", coding.value.encode("ascii")))


def _etag(data: bytes, coding: Coding) -> str:
    return f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}-{coding.value}"'
