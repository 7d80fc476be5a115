#!/usr/bin/env python3
"""Take the pictures of docs/gallery from a running demo, by the file that says it is ready.

.venv/bin/python scripts/gallery.py .state/ready.json [pages] [options]

Behind the file stand the groups that are taken; all of them where none is named.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import httpx
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

GALLERY: Final = Path(__file__).parents[1] / "docs/gallery"
DESK: Final = {"width": 1280, "height": 800}
PHONE: Final = {"width": 390, "height": 844}
DRAWN: Final = """
    () => [...document.querySelectorAll("[data-plot] canvas")]
        .every((each) => globalThis.Chart?.getChart(each)?.chartArea)
"""
FRAMED: Final = f"() => document.querySelector('[data-plot]') && ({DRAWN.strip()})()"
BRAND: Final = MappingProxyType(
    {"name": "Nordlicht Rösterei", "accent": "#0f766e", "footer": "For the board of 2026 alone."}
)
NO_MORE: Final[Mapping[str, Any]] = MappingProxyType({})
COLOURS: Final = 128
GAP: Final = 24
GAPS: Final = "gaps"
"""Slug of the shop whose data has gaps; it stays in the demo."""


class Demo:
    """The demo: links to its reports, and pages that show them."""

    def __init__(self, ready: dict[str, Any], browser: Browser) -> None:
        self._ready = ready
        self.email = ready["admin"]["email"]
        self._browser = browser
        self._api = httpx.Client(
            base_url=ready["shareApiUrl"], headers={"Origin": ready["shareApiUrl"]}, timeout=60
        )
        self._api.post("/api/admin/session", json=ready["admin"]).raise_for_status()

    def shown(
        self,
        report: str,
        period: str,
        tenant: str = "",
        share: Mapping[str, Any] = NO_MORE,
        below: str = "",
        **options: Any,
    ) -> Page:
        """A page with the report, its charts drawn; ``share`` is more of the share's body.

        ``below`` is what a reader chose, as the path has it.
        """
        body = {"period": period, **share}
        path = self.issued(report, tenant or self._ready["tenant"], body)
        return self.opened(path + below, **options)

    def issued(self, report: str, tenant: str, share: Mapping[str, Any]) -> str:
        """The path of a new link."""
        self._api.put("/api/admin/session/tenant", json={"tenant": tenant}).raise_for_status()
        answer = self._api.post(f"/api/admin/analytics/{report}/share", json=dict(share))
        path: str = answer.raise_for_status().json()["url"].split("/api/")[1]
        return path

    def opened(self, path: str, **options: Any) -> Page:
        """The page at a path below the viewer's, its charts drawn."""
        context = self._browser.new_context(**{"viewport": DESK, "locale": "en-GB", **options})
        page = context.new_page()
        page.goto(f"{self._ready['viewerUrl']}/api/{path}")
        page.wait_for_selector("main")
        while not page.evaluate(DRAWN):
            page.wait_for_timeout(100)
        return page

    def console(self, path: str, **options: Any) -> Page:
        """A page of the console, what it frames drawn too."""
        chosen = {"tenant": self._ready["tenant"]}
        self._api.put("/api/admin/session/tenant", json=chosen).raise_for_status()
        address = f"{self._ready['shareApiUrl']}/admin"
        context = self._browser.new_context(**{"viewport": DESK, "locale": "en-GB", **options})
        for name, value in self._api.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(address + path)
        while page.locator("[data-waiting]").count():
            page.wait_for_timeout(100)
        for frame in page.frames[1:]:
            while not frame.evaluate(f"({FRAMED})()"):
                page.wait_for_timeout(100)
        return page

    @contextmanager
    def branded(self) -> Iterator[None]:
        """The demo's shop has a brand meanwhile."""
        shop = "/api/admin/shop/brand"
        tenant = {"tenant": self._ready["tenant"]}
        self._api.put("/api/admin/session/tenant", json=tenant).raise_for_status()
        self._api.patch(shop, json=dict(BRAND)).raise_for_status()
        self._api.put(f"{shop}/logo", content=_logo()).raise_for_status()
        yield
        self._api.patch(shop, json=dict.fromkeys(BRAND)).raise_for_status()
        self._api.delete(f"{shop}/logo").raise_for_status()

    def api(self, **options: Any) -> Page:
        """The API documentation of share-api."""
        context = self._browser.new_context(**{"viewport": DESK, "locale": "en-GB", **options})
        page = context.new_page()
        page.goto(f"{self._ready['shareApiUrl']}/docs")
        page.wait_for_selector(".opblock")
        return page


def pictures(demo: Demo) -> Iterator[tuple[str, Image.Image]]:
    """Each picture with its name."""
    for name, path in (
        ("console-home", ""),
        ("console-report", "/reports/revenue-overview?period=30d"),
        ("console-share", "/links/new?report=revenue-overview"),
        ("console-links", "/links"),
        ("console-data", "/data"),
    ):
        yield name, _taken(demo.console(path, color_scheme="light"))
    small = [
        _taken(demo.console(path, viewport=PHONE, color_scheme="dark"))
        for path in ("", "/links", "/data")
    ]
    yield "console-phone", _beside(small)
    choice = {"ranges": ["7d", "30d", "month", "last-month", "custom"]}
    ranged = demo.shown("revenue-overview", "30d", share=choice, color_scheme="light")
    yield "ranges", _taken(ranged)
    beside = [
        _taken(demo.shown("revenue-overview", "30d", below="/vs/last-year", **options))
        for options in ({"color_scheme": "light"}, {"viewport": PHONE, "color_scheme": "dark"})
    ]
    yield "last-year", _beside(beside)
    board = {"reports": ["revenue-overview", "sales-velocity", "product-performance"]}
    tabs = [
        _taken(demo.shown("revenue-overview", "30d", share=board, below=below, **options))
        for below, options in (
            ("/in/sales-velocity", {"color_scheme": "light"}),
            ("", {"viewport": PHONE, "color_scheme": "dark"}),
        )
    ]
    yield "board", _beside(tabs)
    hidden = {"hide": {"money": True}}
    indexed = [
        _taken(demo.shown("revenue-overview", "30d", share=hidden, **options))
        for options in ({"color_scheme": "light"}, {"viewport": PHONE, "color_scheme": "dark"})
    ]
    yield "indexed", _beside(indexed)
    yield "api", _beside([_taken(demo.api(color_scheme=each)) for each in ("light", "dark")])
    revenue = demo.shown("revenue-overview", "90d", color_scheme="light")
    revenue.locator("[data-plot=daily]").hover(position={"x": 480, "y": 150})
    revenue.wait_for_timeout(300)
    yield "revenue-light", _taken(revenue)
    yield "velocity-dark", _taken(demo.shown("sales-velocity", "90d", color_scheme="dark"))
    yield "velocity-hebrew", _taken(demo.shown("sales-velocity", "30d", locale="he"))
    yield "products-light", _taken(demo.shown("product-performance", "90d", color_scheme="light"))
    phones = [
        _taken(demo.shown(report, "30d", viewport=PHONE, color_scheme=scheme))
        for report, scheme in (
            ("revenue-overview", "light"),
            ("sales-velocity", "dark"),
            ("product-performance", "light"),
        )
    ]
    yield "phone", _beside(phones)
    paper = demo.shown("revenue-overview", "30d", viewport={"width": 718, "height": 1000})
    paper.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    paper.emulate_media(media="print")
    paper.wait_for_timeout(300)
    yield "paper", _taken(paper, full_page=True)
    make_shop_with_gaps(demo.email)
    gaps = [
        _taken(demo.shown("revenue-overview", "30d", tenant=GAPS, **options))
        for options in ({"color_scheme": "light"}, {"viewport": PHONE, "color_scheme": "light"})
    ]
    yield "gaps", _beside(gaps)


def of_options(demo: Demo) -> Iterator[tuple[str, Image.Image]]:
    """Pictures of what links may have beside: margins, what has changed since, a brand."""
    shown = {"share": {"hide": {"margin": False}}}
    desk = demo.shown("product-performance", "90d", **shown, color_scheme="light")
    first = _taken(desk)
    desk.locator("#margins").scroll_into_view_if_needed()
    desk.evaluate("document.querySelector('#margins').scrollIntoView()")
    phone = demo.shown("product-performance", "90d", **shown, viewport=PHONE, color_scheme="dark")
    phone.evaluate("document.querySelector('#margins').scrollIntoView()")
    yield "margins", _beside([first, _taken(desk), _taken(phone)])
    make_shop_with_gaps(demo.email)
    wanted = {"period": "30d", "frozen": True, "changes": True}
    frozen = demo.issued("product-performance", GAPS, wanted)
    import_late_orders()
    looks = ({"color_scheme": "light"}, {"viewport": PHONE, "color_scheme": "dark"})
    pages = [demo.opened(f"{frozen}/changed", **each) for each in looks]
    for page in pages:
        while "Nothing has changed" in page.inner_text("main"):  # the report of now is refreshed
            page.wait_for_timeout(200)
            page.reload()
    yield "changed", _beside([_taken(page) for page in pages])
    with demo.branded():
        board = {"reports": ["revenue-overview", "product-performance"]}
        pages = [demo.shown("revenue-overview", "30d", share=board, **each) for each in looks]
        yield "brand", _beside([_taken(each) for each in pages])


def import_late_orders() -> None:
    """Orders of the shop with gaps that come in later than they were paid."""
    head = "Name,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at"
    rows = [f"{head},Lineitem quantity,Lineitem name,Lineitem price"]
    batch = int(time.time())  # orders that came before would be no change
    for number in range(24):
        at = datetime.now(UTC) - timedelta(days=3 + number)
        paid, price = at.strftime("%Y-%m-%d %H:%M:%S +0000"), 25 + number * 11 % 70
        rows.append(
            f"#{batch}-{number},paid,{paid},EUR,{price}.00,0.00,0.00,{price}.00,{paid},"
            f"1,Lamp {number % 5},{price}.00"
        )
    _import("\n".join(rows))


def make_shop_with_gaps(email: str) -> None:
    """A shop whose export has refunds without a date, and begins within the days compared."""
    _analytics(
        *("create-tenant", GAPS, "--name", "Hafen & Co."),
        *("--currency", "EUR", "--timezone", "Europe/Berlin"),
    )
    _analytics("create-admin", email, "--tenant", GAPS)
    head = (
        *("Name,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at",),
        *("Lineitem quantity,Lineitem name,Lineitem price,Refunded Amount",),
    )
    rows = [",".join(head)]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for number in range(400):
        at = (yesterday - timedelta(hours=number * 2.2)).strftime("%Y-%m-%d %H:%M:%S +0000")
        price, pieces, back = 20 + number * 7 % 60, 1 + number % 3, 0 if number % 23 else 15
        total, status = price * pieces, "partially_refunded" if back else "paid"
        rows.append(
            f"#{1400 - number},{status},{at},EUR,{total}.00,0.00,0.00,{total}.00,{at},"
            f"{pieces},Lamp {number % 9},{price}.00,{back}.00"
        )
    _import("\n".join(rows))


def _import(rows: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as export:
        export.write(rows)
        export.flush()
        _analytics("import", export.name, "--tenant", GAPS, "--format", "shopify")


def _analytics(*words: str) -> None:
    command = [sys.executable, "-m", "analytics", *words]
    subprocess.run(command, check=False)  # noqa: S603 - words of this file


def _taken(page: Page, *, full_page: bool = False) -> Image.Image:
    return Image.open(BytesIO(page.screenshot(full_page=full_page))).convert("RGB")


def _beside(images: list[Image.Image]) -> Image.Image:
    width = sum(each.width for each in images) + GAP * (len(images) - 1)
    whole = Image.new("RGB", (width, max(each.height for each in images)), "white")
    left = 0
    for each in images:
        whole.paste(each, (left, 0))
        left += each.width + GAP
    return whole


def _logo() -> bytes:
    """A sun above water, on nothing."""
    picture, written = Image.new("RGBA", (256, 256)), BytesIO()
    draw = ImageDraw.Draw(picture)
    draw.ellipse((64, 40, 192, 168), fill="#f59e0b")
    for top in (120, 164, 208):
        draw.rounded_rectangle((16, top, 240, top + 24), 12, fill="#0f766e")
    picture.save(written, "PNG")
    return written.getvalue()


GROUPS: Final = MappingProxyType({"pages": pictures, "options": of_options})


def main() -> None:
    """Take all pictures."""
    if not sys.argv[1:] or set(sys.argv[2:]) - set(GROUPS):
        sys.exit(f"usage: scripts/gallery.py READY.json [{'] ['.join(GROUPS)}]")
    ready = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.environ |= {"DATABASE_URL": ready["databaseUrl"], "REDIS_URL": ready["redisUrl"]}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        demo = Demo(ready, browser)
        wanted = [GROUPS[each] for each in sys.argv[2:] or GROUPS]
        for name, image in (taken for group in wanted for taken in group(demo)):
            image.quantize(COLOURS).save(GALLERY / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
