"""A cached report as what is sent: the page, or the CSV.

Entity tags are strong: a page's is taken from its bytes, a CSV's from the report's ``meta`` field,
which the same command wrote and no other report of that key shares. Each coding has its own.
"""

import asyncio
import hashlib
from http import HTTPStatus
from typing import Final

from common.instants import iso
from common.links.token import LinkClaims, LinkError
from common.reports_cache import cache
from report_viewer.cache.page_cache import Sheets
from report_viewer.cache.response_cache import Copies, Copy, Facts, Link
from report_viewer.cache.single_flight import Once
from report_viewer.http.compression import compress
from report_viewer.http.prepared_response import Ready, Unpacking
from report_viewer.http.response import PRIVATE, Answer, Coding, Headers, Security
from report_viewer.http.variant import Form
from report_viewer.i18n.locales import LOCALES
from report_viewer.links.urls import Target
from report_viewer.loading.data_loader import META
from report_viewer.loading.freshness import Judge
from report_viewer.loading.job_requests import Asking
from report_viewer.loading.loader import Missing, Waiting, judge
from report_viewer.loading.redis_store import Reader, Snapshot, key_of
from report_viewer.pages.renderer import Pages

PAGE_VARIES: Final = (b"vary", b"Accept, Accept-Encoding, Accept-Language, User-Agent")
"""What a page, and a card in its place, goes by."""
_PAGE: Final = ("meta", "document")
_CSV: Final = ("meta", "csv")
_CSV_VARIES: Final = (b"vary", b"Accept, Accept-Encoding, User-Agent")
_PACKED: Final = Form(Coding.GZIP)
LARGE_BYTES: Final = 256 * 1024
"""Compressed bodies from this size on are unpacked by pieces and in a thread."""


class Representations:
    """Pages and CSVs of links that were verified."""

    def __init__(
        self,
        *,
        reader: Reader,
        waiting: Waiting,
        asking: Asking,
        freshness: Judge,
        copies: Copies,
        pages: Pages,
        security: Security,
    ) -> None:
        self._reader = reader
        self._waiting = waiting
        self._asking = asking
        self._freshness = freshness
        self._copies = copies
        self._pages = pages
        self._confirming: Once[str, Facts | None] = Once()
        self._drawing = asyncio.Lock()
        self._sheets = Sheets()
        self._page_headers: Headers = (
            (b"content-type", b"text/html; charset=utf-8"),
            PRIVATE,
            PAGE_VARIES,
            *security.page(),
        )
        self._csv_headers: Headers = (
            (b"content-type", b"text/csv; charset=utf-8"),
            PRIVATE,
            _CSV_VARIES,
            *security.data(),
        )

    async def page(self, target: Target, claims: LinkClaims, form: Form) -> Ready:
        """The report's page.

        Raises:
            LinkError: the link was revoked.
            ViewerError: there is no page to show; see ``Waiting.obtain``.
            UnreadableReportError: what is cached cannot be read.
        """
        copy = self._copies.get(target.path)
        ready = copy.answers.get(form) if copy is not None else None
        if copy is None or ready is None or not await self._holds(target, copy):
            ready = await self._draw(target, claims, form)
        return ready

    async def csv(self, target: Target, claims: LinkClaims, form: Form) -> Ready | Unpacking:
        """The report's CSV; stored compressed, and sent so to whoever accepts it.

        Raises:
            LinkError, ViewerError, UnreadableReportError: as ``page``.
        """
        copy = self._copies.get(target.path)
        packed = copy.answers.get(_PACKED) if copy is not None else None
        if copy is None or packed is None or not await self._holds(target, copy):
            copy, packed = await self._packed_csv(target, claims)
        if form == _PACKED:
            return packed
        return copy.answers.get(form) or self._plain_csv(target, copy, packed)

    async def _holds(self, target: Target, copy: Copy) -> bool:
        """Whether Redis says that the link still shows what the copy was made from.

        Asked once for all who want to know it of one link.
        """
        link = copy.link
        facts = await self._confirming.run(target.token, lambda: self._confirm(target, link))
        return facts is copy.facts

    async def _confirm(self, target: Target, link: Link) -> Facts | None:
        try:
            snapshot = await self._reader.read(link.claims, META)
            missing = judge(snapshot, link.claims, csv=target.csv)
        except LinkError:
            link.doubt()
            raise
        if missing is not Missing.NOTHING:
            link.doubt()
            return None
        return self._learn(link, snapshot)

    def _learn(self, link: Link, snapshot: Snapshot) -> Facts:
        """What a complete snapshot says; newer data that wait for the report are asked for."""
        packed, claims = snapshot.fields[0] or b"", link.claims
        meta = cache.unpack_meta(packed)
        freshness, stale = self._freshness.judge(key_of(claims).cached, meta, snapshot)
        if stale and not snapshot.failed:
            self._asking.for_fresh_report(claims)
        until = snapshot.asked + self._copies.believe_seconds
        return link.learn(Facts(packed, freshness), until=until)

    async def _draw(self, target: Target, claims: LinkClaims, form: Form) -> Ready:
        snapshot = await self._waiting.obtain(claims, _PAGE, csv=False)
        link = self._copies.link(target.token, claims)
        facts = self._learn(link, snapshot)
        # One at a time, and a turn of the event loop for each: a crowd of links whose report has
        # just been finished does not keep everybody else waiting.
        async with self._drawing:
            copy = self._copies.get(target.path)
            if copy is not None and copy.facts is facts and form in copy.answers:
                return copy.answers[form]
            document = snapshot.fields[1] or b""
            if len(document) < LARGE_BYTES:
                ready = self._page(target, link, facts, form, document)
            else:
                ready = await asyncio.to_thread(self._page, target, link, facts, form, document)
            self._copies.put(target.path, link, facts, form, ready)
            return ready

    def _page(self, target: Target, link: Link, facts: Facts, form: Form, document: bytes) -> Ready:
        about = (key_of(link.claims).cached, facts, form.language)
        sheet = self._sheets.get(about)
        if sheet is None:
            made = cache.unpack_document(document)
            sheet = self._pages.sheet(made, facts.freshness, LOCALES[form.language])
            self._sheets.put(about, sheet)
        html = sheet.page(token=target.token, expires_at=link.claims.expires_at)
        etag = _etag(html, form.coding)
        headers = (
            *self._page_headers,
            (b"content-language", form.language.encode("ascii")),
            *_entity(etag, form.coding, facts),
        )
        return Ready(Answer(HTTPStatus.OK, headers, compress(html, form.coding)), etag)

    async def _packed_csv(self, target: Target, claims: LinkClaims) -> tuple[Copy, Ready]:
        snapshot = await self._waiting.obtain(claims, _CSV, csv=True)
        link = self._copies.link(target.token, claims)
        facts = self._learn(link, snapshot)
        copy = self._copies.get(target.path)
        if copy is not None and copy.facts is facts and _PACKED in copy.answers:
            return copy, copy.answers[_PACKED]
        ready = self._csv(link, facts, Coding.GZIP, snapshot.fields[1] or b"")
        put = self._copies.put(target.path, link, facts, _PACKED, ready)
        return put, ready

    def _plain_csv(self, target: Target, copy: Copy, packed: Ready) -> Ready | Unpacking:
        body = packed.answer.body
        if len(body) >= LARGE_BYTES:
            ready = self._csv(copy.link, copy.facts, Coding.IDENTITY, body)
            return Unpacking(ready.answer, ready.etag)
        ready = self._csv(copy.link, copy.facts, Coding.IDENTITY, cache.unpack_csv(body))
        self._copies.put(target.path, copy.link, copy.facts, Form(Coding.IDENTITY), ready)
        return ready

    def _csv(self, link: Link, facts: Facts, coding: Coding, body: bytes) -> Ready:
        name = cache.unpack_meta(facts.meta).csv_name
        etag = _etag(key_of(link.claims).cached.encode() + b"\0" + facts.meta, coding)
        headers = (
            *self._csv_headers,
            *_entity(etag, coding, facts),
            (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii")),
        )
        return Ready(Answer(HTTPStatus.OK, headers, body), etag)


def _entity(etag: str, coding: Coding, facts: Facts) -> Headers:
    as_of = iso(cache.unpack_meta(facts.meta).as_of)
    headers = (
        (b"etag", etag.encode("ascii")),
        (b"x-data-as-of", as_of.encode("ascii")),
        (b"x-data-status", facts.freshness.value.encode("ascii")),
    )
    return (*headers, *coded(coding))


def coded(coding: Coding) -> Headers:
    """What is said of a body in this coding."""
    if coding is Coding.IDENTITY:
        return ()
    return ((b"content-encoding", coding.value.encode("ascii")),)


def _etag(data: bytes, coding: Coding) -> str:
    return f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}-{coding.value}"'
