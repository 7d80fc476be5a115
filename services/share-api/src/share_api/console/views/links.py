"""Links as the console shows them: entries of the share ledger in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from common.db.pagination import Cursor, Page, Paging
from common.db.shares import Share
from common.instants import now
from common.links.options import LinkKind
from common.reports.document.schema import Days
from common.reports.window import Period, Window, window_of
from share_api.console.views.boards import board_trait
from share_api.console.views.daily_views import DrawnViews, drawn_views
from share_api.console.views.hiding import hiding_traits, values_of
from share_api.console.views.link_body import DATES
from share_api.console.visit import Visit
from share_api.routes.shares import state_context
from sharing.listing import LedgerEntry, ShareFilter, ShareOrder, ShareState, list_shares
from sharing.overview import SOON, LedgerOverview, overview_of

PAGE: Final = 25


class Shown(StrEnum):
    """Which links the table shows."""

    LIVE = "live"
    ENDED = "ended"
    ALL = "all"


ENDED: Final = {Shown.LIVE: False, Shown.ENDED: True, Shown.ALL: None}


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link in the reader's words; ``soon`` says that it ends within two days.

    ``days`` are those it shows now; ``traits`` are what sets it apart from a plain link.
    """

    entry: LedgerEntry
    first: date
    last: date
    days: str
    made: str
    expires: str
    viewed: str
    revoked: str
    made_day: str
    expires_day: str
    viewed_day: str
    soon: bool
    traits: tuple[str, ...]

    @property
    def share(self) -> Share:
        """Its entry in the ledger."""
        return self.entry.share

    @property
    def again(self) -> str:
        """The form that issues it anew: for the same period, or the same days of the calendar."""
        share = self.share
        chosen: dict[str, str | list[str]] = {"report": share.report, "period": share.period}
        if share.period == DATES:
            chosen |= {"first": self.first.isoformat(), "last": self.last.isoformat()}
        others = [each for each in share.reports or () if each != share.report]
        said = {
            "label": share.label,
            "kind": share.kind if share.kind != LinkKind.FIXED else None,
            "also": others,
            "range": share.ranges,
            "compare": share.compare,
            "changes": "yes" if share.changes else None,
            "hide": values_of(share) if share.hide else None,
            "embed": " ".join(share.embed or ()),
            "protected": "yes" if share.password_hash is not None else None,
        }
        chosen |= {name: value for name, value in said.items() if value}
        return f"/admin/links/new?{urlencode(chosen, doseq=True)}"

    @property
    def opens(self) -> bool:
        """Whether it opens."""
        return self.entry.state is ShareState.ACTIVE

    @property
    def changes(self) -> bool:
        """Whether something may have changed since it was frozen: that is kept while it opens."""
        return self.opens and self.share.kind == LinkKind.FROZEN


def view_of(visit: Visit, entry: LedgerEntry) -> LinkView:
    """A link as the reader sees it."""
    share, zone = entry.share, visit.tenant.zone

    def told(instant: datetime | None) -> str:
        return "" if instant is None else visit.words.instant(instant, zone)

    def day(instant: datetime | None) -> str:
        return "" if instant is None else visit.words.calendar.day(instant.astimezone(zone).date())

    window = _shown_now(visit, share)
    dates = window.dates(zone)
    return LinkView(
        entry=entry,
        first=dates[0],
        last=dates[-1],
        days=days_of(visit, window),
        made=told(share.issued_at),
        expires=told(share.expires_at),
        viewed=told(share.last_viewed_at),
        revoked=told(share.revoked_at),
        made_day=day(share.issued_at),
        expires_day=day(share.expires_at),
        viewed_day=day(share.last_viewed_at),
        soon=entry.state is ShareState.ACTIVE and share.expires_at < now() + SOON,
        traits=traits_of(visit, share),
    )


def _shown_now(visit: Visit, share: Share) -> Window:
    if share.kind == LinkKind.LIVE and share.revoked_at is None and share.expires_at > now():
        return window_of(Period(share.period), visit.tenant.zone, now=now())
    return Window(share.window_from, share.window_to)


def traits_of(visit: Visit, share: Share) -> tuple[str, ...]:
    """What sets a link apart from a plain one, in the reader's words."""
    text = visit.words.text
    kinds = {LinkKind.LIVE: text("Rolling days"), LinkKind.FROZEN: text("Frozen")}
    protected = text("With a password") if share.password_hash is not None else ""
    ranges = text("Readers choose the days") if share.ranges else ""
    embedded = text("Embedded") if share.embed else ""
    beside = text("Compared with last year") if share.compare else ""
    since = text("Shows what has changed since") if share.changes else ""
    kind = kinds.get(LinkKind(share.kind), "")
    told = (
        board_trait(visit, share),
        kind,
        since,
        ranges,
        beside,
        *hiding_traits(visit, share),
        embedded,
        protected,
    )
    return tuple(each for each in told if each)


def password_rule(visit: Visit) -> str:
    """What a password of a link has to be."""
    return visit.words.text("The link password needs 8 to 128 characters.")


def days_of(visit: Visit, window: Window) -> str:
    """The days of a window as the shop counts them: ``1-30 Apr 2026``."""
    days = window.dates(visit.tenant.zone)
    return visit.words.calendar.span(Days(days[0], days[-1], len(days)))


@dataclass(frozen=True, slots=True)
class LinksWanted:
    """What of the table is wanted, and in which order; an empty ``report`` is every one."""

    shown: Shown
    find: str
    report: str
    order: ShareOrder
    after: Cursor | None = None

    @property
    def filter(self) -> ShareFilter:
        """The filter of the ledger."""
        ended = ENDED[self.shown]
        return ShareFilter(ended=ended, text=self.find or None, report=self.report or None)

    def query(self, shown: Shown | None = None) -> dict[str, str]:
        """What an address says of it, or with another filter; its order where it is not as ever."""
        chosen = {"show": str(shown or self.shown), "find": self.find, "report": self.report}
        if self.order is not ShareOrder.NEWEST:
            chosen["order"] = self.order
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True, slots=True)
class LinksView:
    """A page of the table, with what stands around it; ``daily`` are views by link."""

    rows: tuple[LinkView, ...]
    daily: Mapping[UUID, DrawnViews]
    counts: LedgerOverview
    wanted: LinksWanted
    next: Cursor | None

    @property
    def shown(self) -> Shown:
        """Which links the table shows."""
        return self.wanted.shown

    @property
    def find(self) -> str:
        """What is looked for."""
        return self.wanted.find

    @property
    def csv(self) -> str:
        """The address of all its pages as CSV."""
        return f"/admin/links/csv?{urlencode(self.wanted.query())}"

    @property
    def here(self) -> str:
        """The address of this very page of the table."""
        after = self.wanted.after
        cursor = {} if after is None else {"cursor": after.encode()}
        return f"/admin/links?{urlencode(self.wanted.query() | cursor)}"

    def address(self, shown: Shown | None = None, *, further: bool = False) -> str:
        """The address of the table with another filter, or of its next page."""
        query = self.wanted.query(shown)
        if further and self.next is not None:
            query["cursor"] = self.next.encode()
        return f"/admin/links?{urlencode(query)}"


def links_of(visit: Visit, wanted: LinksWanted) -> LinksView:
    """The links of the shop that are wanted."""
    given, paging = state_context(visit.container), Paging(PAGE, wanted.after)
    page: Page[LedgerEntry] = list_shares(
        visit.db, paging, wanted.filter, given=given, order=wanted.order
    )
    rows = tuple(view_of(visit, each) for each in page.items)
    counts = overview_of(visit.db, given=given, report=wanted.report or None)
    daily = drawn_views(visit, [each.share.link_id for each in rows])
    return LinksView(rows, daily, counts, wanted, page.next)
