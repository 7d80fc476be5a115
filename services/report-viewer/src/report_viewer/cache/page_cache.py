"""Page cache: reports' pages without what differs from link to link, as rendering costs most.

A thousand links to one report, or one whose responses had to make room, render it once, compress it
once and have its bytes in memory once.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from cachetools import LRUCache
from markupsafe import escape

from report_pages import formatting
from report_viewer.http.compression import Coding
from report_viewer.http.etag import strong_etag
from report_viewer.http.shared_body import BodyTemplate, SharedBody

KEPT: Final = 256
"""Some 25 MB of them: a page as text, and compressed when somebody takes it so."""

_MARK: Final = secrets.token_hex(16)
TOKEN, EXPIRES, EXPIRES_ISO = (f"{_MARK}-{each}" for each in ("token", "expires", "iso"))
"""Stand in a shared page for what each link says by itself; no document can know them."""


class SharedPage:
    """A page with marks in it. ``zone`` is the report's time zone, ``locale`` the reader's."""

    def __init__(self, html: bytes, zone: ZoneInfo, locale: Locale) -> None:
        marks = [mark.encode("ascii") for mark in (TOKEN, EXPIRES, EXPIRES_ISO)]
        self._template = BodyTemplate(html, marks)
        self._zone = zone
        self._locale = locale

    def for_link(self, *, token: str, expires_at: datetime) -> "LinkPage":
        """The page as the link with ``token`` shows it."""
        expires = formatting.instant(expires_at, self._zone, self._locale)
        texts = (token, expires, expires_at.isoformat())
        return LinkPage(self._template, tuple(escape(text).encode("utf-8") for text in texts))


@dataclass(frozen=True, slots=True)
class LinkPage:
    """A shared page and what one link says in it."""

    _template: BodyTemplate
    _values: tuple[bytes, ...]

    def etag(self, coding: Coding) -> str:
        """Its strong entity tag: of what its bytes follow from, which is less to read than they."""
        return strong_etag(b"\0".join((self._template.digest, *self._values)), coding)

    def body(self, coding: Coding) -> bytes | SharedBody:
        """The page in ``coding``."""
        return self._template.fill(self._values, coding)


PageCache = LRUCache[object, SharedPage]
"""The shared pages used last, by what they were rendered from."""
