"""A report's page without what differs from link to link: drawing it is most of a page's cost.

A thousand links to one report, or one whose copies had to make room, draw it once.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from markupsafe import escape

from report_viewer.i18n import formatting

KEPT: Final = 256
"""Some ten megabytes of them."""

_MARK: Final = secrets.token_hex(16)
TOKEN, EXPIRES, EXPIRES_ISO = (f"{_MARK}-{each}" for each in ("token", "expires", "iso"))
"""Stand in a sheet for what each link says by itself; no document can know them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page with marks in it. ``zone`` is the report's time zone, ``locale`` the reader's."""

    html: bytes
    zone: ZoneInfo
    locale: Locale

    def page(self, *, token: str, expires_at: datetime) -> bytes:
        """The page as the link with ``token`` shows it."""
        html = self.html
        for mark, text in (
            (TOKEN, token),
            (EXPIRES_ISO, expires_at.isoformat()),
            (EXPIRES, formatting.instant(expires_at, self.zone, self.locale)),
        ):
            html = html.replace(mark.encode("ascii"), escape(text).encode("utf-8"))
        return html


class Sheets:
    """The sheets used last, by what they were drawn from."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._sheets: OrderedDict[object, Sheet] = OrderedDict()

    def get(self, about: object) -> Sheet | None:
        """The sheet, if it is there."""
        sheet = self._sheets.get(about)
        if sheet is not None:
            self._sheets.move_to_end(about)
        return sheet

    def put(self, about: object, sheet: Sheet) -> None:
        """Keep a sheet, at the expense of the one not used for longest."""
        self._sheets[about] = sheet
        if len(self._sheets) > self._kept:
            self._sheets.popitem(last=False)
