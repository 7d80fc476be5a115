"""Reissuing: what a link is asked for as that takes the place of another one."""

from zoneinfo import ZoneInfo

from common.db.audit import Author
from common.db.shares import Share
from common.links.options import LinkKind
from common.links.ranges import Range
from common.reports.window import Period, Window
from sharing.hiding import hidden_by
from sharing.link_request import LinkRequest
from sharing.options import comparison_of


def reissue_of(share: Share, zone: ZoneInfo, author: Author, *, most_seconds: int) -> LinkRequest:
    """The same report, days, life, kind, options, label and password, under another address.

    One that lives longer than is allowed by now gets ``most_seconds``.
    A live one goes on moving; parts of days, of a zone of before, become the nearest whole days.
    Whoever knows the password of the one before opens this one too.
    """
    kind = LinkKind(share.kind)
    life = int((share.expires_at - share.issued_at).total_seconds())
    days = Window(share.window_from, share.window_to).nearest(zone)
    return LinkRequest(
        tenant_id=share.tenant_id,
        zone=zone,
        report=share.report,
        days=Period(share.period) if kind is LinkKind.LIVE else days,
        author=author,
        expires_in=min(life, most_seconds),
        kind=kind,
        password_hash=share.password_hash,
        label=share.label,
        ranges=tuple(map(Range, share.ranges or ())),
        embed=tuple(share.embed or ()),
        compare=comparison_of(share),
        hide=hidden_by(share),
        reports=tuple(share.reports or ()),
        changes=bool(share.changes),
    )
