"""Entity headers: what is said of a representation of a report, whichever it is."""

from typing import Final

from common.instants import iso
from common.links.link_claims import LinkClaims
from common.links.options import LinkKind
from common.reports.comparison import Comparison
from common.reports.document import gap_header
from common.reports_cache import report_fields
from report_viewer.cache.response_cache import ReportVersion
from report_viewer.http.compression import Coding
from report_viewer.http.response import Headers

CHOSEN: Final = "chosen"
"""The kind of a window that a reader chose."""
_NOTES: Final = gap_header.NAME.lower().encode("ascii")


def entity_headers(etag: str, coding: Coding, version: ReportVersion, shown: LinkClaims) -> Headers:
    """What is said of a representation: its tag, its coding, the state of its data, its window."""
    meta = report_fields.unpack_meta(version.meta)
    headers = (
        (b"etag", etag.encode("ascii")),
        (b"x-data-as-of", iso(meta.as_of).encode("ascii")),
        (b"x-data-status", version.freshness.value.encode("ascii")),
        *(((_NOTES, meta.notes.encode("ascii")),) if meta.notes else ()),
        *_window(shown),
        *_comparison(shown),
    )
    return (*headers, *coded(coding))


def _comparison(claims: LinkClaims) -> Headers:
    """What its ``previous_…`` are of, where they are of last year."""
    if claims.comparison is Comparison.PREVIOUS:
        return ()
    return ((b"x-compared-with", claims.comparison.encode("ascii")),)


def _window(claims: LinkClaims) -> Headers:
    """What is said of the days of a link whose window is not that of its token for good."""
    kind = claims.options.kind.value if claims.choice.days is None else CHOSEN
    if kind == LinkKind.FIXED:
        return ()
    days = f"{iso(claims.window.start)}/{iso(claims.window.end)}"
    return ((b"x-window", days.encode("ascii")), (b"x-window-kind", kind.encode("ascii")))


def coded(coding: Coding) -> Headers:
    """What is said of a body in this coding."""
    if coding is Coding.IDENTITY:
        return ()
    return ((b"content-encoding", coding.value.encode("ascii")),)
