"""Finished reports made by hand, and links to them, for every test of the viewer."""

import gzip
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from redis import Redis

from common.links.link_claims import LinkClaims
from common.links.options import PLAIN, LinkOptions
from common.links.state import LinkRef, LinkStateStore
from common.links.token import KeyRing
from common.reports import registry
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.comparison import Comparison
from common.reports.document.schema import Days, Document
from common.reports.model import Report, Scope
from common.reports.redaction import NOTHING, Redaction
from common.reports.totals.margins import Earned, Margins, ProductEarned, WindowEarned
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals
from common.reports.window import Period, Window, window_of
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from common.reports_cache.report_fields import (
    Meta,
    pack,
)

SECRET = "5f" * 16 + "a1" * 16
TENANT = 7
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script>\u2028\"'&<img src=x onerror=alert(2)>"
CSV = "\ufeffdate,net_sales\r\n2026-04-01,12.05\r\n2026-04-02,-3.00\r\n".encode()


def window(period: Period = Period.MONTH, zone: str = "Europe/Berlin") -> Window:
    return window_of(period, ZoneInfo(zone), now=NOW)


@dataclass(frozen=True)
class Sample:
    """A link and everything it takes to open it."""

    report: str = "revenue-overview"
    window: Window = field(default_factory=window)
    comparison: Comparison = Comparison.PREVIOUS
    tenant_id: int = TENANT
    link_id: UUID = field(default_factory=uuid4)
    expires_at: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    )
    hidden: Redaction = NOTHING

    @property
    def claims(self) -> LinkClaims:
        return LinkClaims(
            link_id=self.link_id,
            tenant_id=self.tenant_id,
            report=self.report,
            window=self.window,
            issued_at=NOW,
            expires_at=self.expires_at,
            redacted=bool(self.hidden),
        )

    @property
    def key(self) -> ReportKey:
        return ReportKey(
            self.tenant_id,
            self.report,
            self.window,
            comparison=self.comparison,
            hidden=self.hidden,
        )

    @property
    def ref(self) -> LinkRef:
        return LinkRef(self.tenant_id, self.link_id, self.expires_at)

    def token(self, secret: str = SECRET) -> str:
        return KeyRing(secret).issue(self.claims)

    @property
    def path(self) -> str:
        return f"/api/reports/{self.token()}"

    def activate(self, redis: Redis, options: LinkOptions = PLAIN) -> None:
        LinkStateStore(redis).activate(self.ref, options)

    def revoke(self, redis: Redis) -> None:
        LinkStateStore(redis).revoke([self.ref])

    def store(self, redis: Redis, made: Document | None = None, *, csv: bytes = CSV) -> Meta:
        """Cache the report as the worker would."""
        made = made or document(self.report, self.window, comparison=self.comparison)
        meta = Meta(
            as_of=made.as_of,
            data_version=made.data_version,
            computed_at=datetime.now(UTC),
            csv_name=f"{self.report}-2026-04-01-2026-04-30.csv",
        )
        cache = ReportCache(redis, keep_seconds=600)
        cache.store(self.key, pack(meta, made, gzip.compress(csv, mtime=0)))
        return meta


def day_totals(day: date, scale: int = 100) -> Totals:
    """A day's sums: more at the weekend, a little more each week, and never twice the same."""
    swing = (100, 92, 95, 104, 131, 168, 142)[day.weekday()] + day.toordinal() * 37 % 29
    swing += day.toordinal() % 400 // 5
    orders = swing * scale // 600
    gross = swing * scale * 11 + day.day
    return Totals(
        orders=orders,
        units_sold=orders * 2 + day.day % 5,
        units_returned=day.day % 4,
        gross=gross,
        discounts=gross // 17,
        returns=gross // 29,
        shipping=orders * 420,
        tax=gross // 6,
    )


TITLES = (
    "Tea glass “Lütt”, set of four", "Linen apron", "Hand-thrown mug, sea blue", "Oak board",
    "Wool blanket with a rather long name that nobody would want to cut in the middle", "Candle",
    "Kettle", "Salt cellar", "Sieve", "Butter dish", "Whisk", "Jug, 1 l", "Espresso cup", "Bowl",
    "Peppermill", "Rolling pin", "Cake stand", "Tea towel", "Carafe", "Tray", "Trivet", "Ladle",
    "Cheese knife", "Measuring cup", "Herb pot", "Bread bin", "Egg cup", "Platter", "Oil can",
    "Spice rack",
)  # fmt: skip


def products(count: int, *, first_title: str | None = None) -> tuple[ProductTotals, ...]:
    made = []
    for n in range(count):
        units = max(600 // (n + 1) - 3, 0)
        before = max(560 // (n + 1) - (n % 3) * 4, 0)
        made.append(
            ProductTotals(
                product_id=f"P-{n:04}",
                title=first_title if first_title and n == 0 else TITLES[n % len(TITLES)],
                sku=f"SKU-{n:04}" if n % 3 else None,
                category=("Kitchen", "Textiles", None)[n % 3],
                totals=_sold(units, 1900 + n * 7),
                previous=_sold(before, 1900 + n * 7),
            )
        )
    return tuple(made)


def document_with_margins(over: Window | None = None) -> Document:
    """Product performance of a shop that knows what two of three products cost, and shows it."""
    sold = products(120)
    known = [
        ProductEarned(
            each.product_id,
            each.title,
            WindowEarned(*(_earned(of, place) for of in (each.totals, each.previous))),
        )
        for place, each in enumerate(sold)
        if place % 3
    ]
    known.sort(key=lambda each: (-each.earned.now.profit, each.product_id))
    parts = [each.earned for each in known]
    whole = WindowEarned(
        *(Earned(*map(sum, zip(*(each[at] for each in parts), strict=True))) for at in (0, 1))
    )
    nets = (sum(each.totals.net for each in sold), sum(each.previous.net for each in sold))
    margins = Margins(
        tuple(known[:25]), len(known), whole, (whole.now.net, whole.previous.net), nets
    )
    result = ProductPerformance(sold, margins=margins)
    return registry.find("product-performance").present(result, scope_of(over or window())).document


def _earned(of: Totals, place: int) -> Earned:
    return Earned(of.net, (of.units_sold - of.units_returned) * (900 + place * 5))


def _sold(units: int, price: int) -> Totals:
    gross = units * price
    return Totals(
        units_sold=units,
        units_returned=units // 21,
        gross=gross,
        discounts=gross // 19,
        returns=units // 21 * price,
    )


def scope_of(over: Window) -> Scope:
    """The shop that every sample is of."""
    return Scope(
        tenant_id=TENANT,
        tenant_name="Nordlicht & Söhne",
        currency="EUR",
        zone=ZoneInfo("Europe/Berlin"),
        window=over,
        as_of=datetime(2026, 5, 1, 4, 0, 12, 345678, tzinfo=UTC),
        data_version=3,
    )


def finished(
    report: str,
    over: Window | None = None,
    *,
    empty: bool = False,
    count: int = 120,
    title: str | None = None,
    scale: int = 100,
    **scope: object,
) -> Report:
    """``report`` as its definition presents it, from results made by hand."""
    about = replace(scope_of(over or window()), **scope)  # type: ignore[arg-type]
    days = tuple(
        Totals() if empty else day_totals(d, scale) for d in about.window.dates(about.zone)
    )
    before = tuple(
        Totals() if empty else day_totals(d, scale * 93 // 100)
        for d in about.previous.dates(about.zone)
    )
    lead = tuple(
        Totals() if empty else day_totals(d, scale)
        for d in about.window.lead(6, about.zone).dates(about.zone)
    )
    sold = () if empty else products(count, first_title=title)
    results = {
        "revenue-overview": RevenueOverview(days=days, previous_days=before),
        "sales-velocity": SalesVelocity(days=days, previous_days=before, products=sold, lead=lead),
        "product-performance": ProductPerformance(products=sold),
    }
    return registry.find(report).present(results[report], about)


def with_last_year(made: Document) -> Document:
    """``made`` of a shop that has sales of a year ago."""
    year = timedelta(days=364)
    first, last = made.days.first - year, made.days.last - year
    return msgspec.structs.replace(made, last_year_days=Days(first, last, made.days.count))


def document(report: str, over: Window | None = None, **about: object) -> Document:
    """The document of ``finished``."""
    return finished(report, over, **about).document  # type: ignore[arg-type]
