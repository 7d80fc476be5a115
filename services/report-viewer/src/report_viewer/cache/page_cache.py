"""Page cache: reports' pages without what differs from link to link, as rendering costs most.

A thousand links to one report, or one whose responses had to make room, render it once.
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

KEPT: Final = 256
"""Some ten megabytes of them."""

_MARK: Final = secrets.token_hex(16)
TOKEN, EXPIRES, EXPIRES_ISO = (f"{_MARK}-{each}" for each in ("token", "expires", "iso"))
"""Stand in a shared page for what each link says by itself; no document can know them."""


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page with marks in it. ``zone`` is the report's time zone, ``locale`` the reader's."""

    html: bytes
    zone: ZoneInfo
    locale: Locale

    def for_link(self, *, token: str, expires_at: datetime) -> bytes:
        """The page as the link with ``token`` shows it."""
        html = self.html
        for mark, text in (
            (TOKEN, token),
            (EXPIRES_ISO, expires_at.isoformat()),
            (EXPIRES, formatting.instant(expires_at, self.zone, self.locale)),
        ):
            html = html.replace(mark.encode("ascii"), escape(text).encode("utf-8"))
        return html


PageCache = LRUCache[object, SharedPage]
"""The shared pages used last, by what they were rendered from."""
