"""Every route of share-api, asked by one shop's admin for what is another's.

Whatever the answer is, it holds nothing of theirs, and nothing of theirs has changed. The routes
are walked, so that a new one without a case fails.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from fastapi.routing import APIRoute
from tests.integration.share_api.conftest import Serve, Service
from tests.support.shops import GUILD, PASSWORD, THEIR_KEY, Shops

from accounts.permissions import SCOPES
from common.db.pagination import Cursor
from share_api.app import create_app

GONE, DENIED = frozenset({404}), frozenset({403})
TAKEN = frozenset({200, 201, 202, 204})
FORM = frozenset({303})
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass(frozen=True)
class Attempt:
    """A request, and the statuses it may be answered with; ``theirs`` finds it where it may."""

    path: str
    statuses: frozenset[int]
    request: Mapping[str, Any] = field(default_factory=dict)
    theirs: bool = False


Case = Callable[[Shops], Iterable[Attempt]]

CONNECTIONS = "/api/admin/ingest/connections"
SHARES = "/api/admin/analytics/shares"
KEYS, MEMBERS = "/api/admin/keys", "/api/admin/members"
INVITATIONS = "/api/admin/invitations"
BRAND = "/api/admin/shop/brand"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
REFUND = (
    "refund_id,order_id,line_id,processed_at,quantity,amount\nR,O1,1,2026-03-05T10:00:00Z,1,1\n"
)

PAID = "2026-03-05T10:00:00Z"
ORDER = {
    "orderId": "O-new",
    "paidAt": PAID,
    "currency": "EUR",
    "lines": [{"lineId": "1", "productId": "P1", "quantity": 1, "unitPrice": "1.00"}],
}


SLUG = "revenue-overview"
TEMPLATES = "/api/admin/analytics/templates"
TEMPLATE = {"name": "Ours", "share": {"report": SLUG}}
PREVIEW = "/admin/reports/{report}/{days}/page"
OVERVIEW = {"report": SLUG}


def plain(path: str, statuses: frozenset[int] = TAKEN, **request: Any) -> Case:
    """The path as it is: nothing in it names a shop."""
    return lambda _: [Attempt(path, statuses, request)]


def of_their_connection(what: str) -> Case:
    """Theirs, by its id, and by one that says it is ours."""
    return lambda shops: [
        Attempt(f"{CONNECTIONS}/{shops.connection}/{what}", GONE),
        Attempt(f"{CONNECTIONS}/{shops.ours}-{shops.connection.partition('-')[2]}/{what}", GONE),
    ]


def in_page(what: str) -> Case:
    """Theirs, by its id, from a page of ours."""
    return lambda shops: [Attempt(f"/admin/connections/{shops.connection}/{what}", GONE)]


def of_their_link(what: str) -> Case:
    """Theirs, by its id, from a page of ours."""
    return lambda shops: [
        Attempt(f"/admin/links/{shops.share_id}/{what}", GONE, {"data": {"label": "ours"}})
    ]


def of_their_changes(below: str) -> Case:
    """What has changed of theirs, by its id, from a page of ours."""
    return lambda shops: [Attempt(f"/admin/links/{shops.share_id}/changed{below}", GONE)]


def unknown_token(what: str) -> Case:
    """A one-time link that names their shop and their row, and not its secret."""
    tokens = {
        "invitation": lambda shops: f"inv_{shops.theirs}_{shops.invitation_id.hex}_{'A' * 43}",
        "reset": lambda shops: f"rst_{shops.their_admin}_{shops.theirs}_99999999999_{'0' * 64}",
        "first-shop": lambda _: f"new_99999999999_{'0' * 64}",
    }
    return lambda shops: [Attempt(f"/admin/{what}/{tokens[what](shops)}", GONE)]


def unsigned(platform: str) -> Case:
    """An event that their platform did not sign."""
    return lambda shops: [
        Attempt(
            f"/api/ingest/{shops.connection}/{platform}",
            frozenset({401}),
            {"json": {"id": 1}, "headers": {"X-Shopify-Hmac-Sha256": "c2lnbmVk"}},
        )
    ]


CASES: dict[tuple[str, str], Case] = {
    ("GET", "/api/admin/session"): plain("/api/admin/session"),
    ("PUT", "/api/admin/session/tenant"): plain(
        "/api/admin/session/tenant", DENIED, json={"tenant": "blackthorn"}
    ),
    ("PUT", "/api/admin/session/password"): plain(
        "/api/admin/session/password",
        DENIED,
        json={"currentPassword": "as good a guess as any", "newPassword": "a new one, long enough"},
    ),
    ("GET", "/api/admin/analytics/reports"): plain("/api/admin/analytics/reports"),
    ("POST", "/api/admin/analytics/{report}/share"): lambda shops: [
        Attempt("/api/admin/analytics/revenue-overview/share", TAKEN),
        Attempt(
            "/api/admin/analytics/revenue-overview/share",
            frozenset({400}),
            {"json": {"tenant": "blackthorn"}},
        ),
        Attempt(
            "/api/admin/analytics/revenue-overview/share",
            frozenset({400}),
            {"json": {"tenantId": shops.theirs}},
        ),
    ],
    ("POST", f"{SHARES}/bulk"): lambda _: [
        Attempt(f"{SHARES}/bulk", TAKEN, {"json": {"shares": [OVERVIEW, OVERVIEW]}}),
        Attempt(
            f"{SHARES}/bulk",
            frozenset({400}),
            {"json": {"shares": [{**OVERVIEW, "tenant": "blackthorn"}]}},
        ),
    ],
    ("GET", SHARES): lambda shops: [
        Attempt(SHARES, TAKEN, {"params": {"cursor": Cursor(LATER, shops.share_id).encode()}}),
        Attempt(SHARES, TAKEN, theirs=True),
        Attempt(SHARES, TAKEN, {"params": {"createdBy": "theirs@example.com"}}),
        Attempt(SHARES, TAKEN, {"params": {"reportType": "product-performance"}}, theirs=True),
        Attempt(SHARES, frozenset({200, 400}), {"params": {"tenant": "blackthorn"}}),
    ],
    ("GET", f"{SHARES}.csv"): lambda _: [
        Attempt(f"{SHARES}.csv", TAKEN, theirs=True),
        Attempt(f"{SHARES}.csv", TAKEN, {"params": {"createdBy": "theirs@example.com"}}),
    ],
    ("GET", f"{SHARES}/{{share_id}}"): lambda shops: [
        Attempt(f"{SHARES}/{shops.share_id}", GONE, theirs=True),
        Attempt(f"{SHARES}/{shops.link_id}", GONE),
    ],
    ("PATCH", f"{SHARES}/{{share_id}}"): lambda shops: [
        Attempt(f"{SHARES}/{shops.share_id}", GONE, {"json": {"label": "ours"}}),
        Attempt(f"{SHARES}/{shops.link_id}", GONE, {"json": {"label": None}}),
    ],
    ("DELETE", f"{SHARES}/{{share_id}}"): lambda shops: [
        Attempt(f"{SHARES}/{shops.share_id}", GONE),
        Attempt(f"{SHARES}/{shops.link_id}", GONE),
    ],
    ("PUT", f"{SHARES}/{{share_id}}/password"): lambda shops: [
        Attempt(f"{SHARES}/{shops.share_id}/password", GONE, {"json": {"password": "a new one"}}),
        Attempt(f"{SHARES}/{shops.link_id}/password", GONE, {"json": {"password": "a new one"}}),
    ],
    ("DELETE", f"{SHARES}/{{share_id}}/password"): lambda shops: [
        Attempt(f"{SHARES}/{shops.share_id}/password", GONE)
    ],
    ("POST", f"{SHARES}/revoke-all"): lambda _: [
        Attempt(f"{SHARES}/revoke-all", TAKEN),
        Attempt(f"{SHARES}/revoke-all", TAKEN, {"json": {"reportType": "product-performance"}}),
    ],
    ("GET", "/api/admin/analytics/sharing"): plain("/api/admin/analytics/sharing"),
    ("PUT", "/api/admin/analytics/sharing"): lambda _: [
        Attempt("/api/admin/analytics/sharing", TAKEN, {"json": {"enabled": False}}),
        Attempt("/api/admin/analytics/sharing", TAKEN, {"json": {"enabled": True}}),
    ],
    ("GET", "/api/admin/analytics/audit"): lambda shops: [
        Attempt("/api/admin/analytics/audit", TAKEN),
        Attempt("/api/admin/analytics/audit", TAKEN, {"params": {"subject": str(shops.share_id)}}),
        Attempt("/api/admin/analytics/audit", TAKEN, {"params": {"actor": "theirs@example.com"}}),
    ],
    ("GET", "/api/admin/imports"): lambda _: [Attempt("/api/admin/imports", TAKEN, theirs=True)],
    ("GET", "/api/admin/imports/{import_id}"): lambda shops: [
        Attempt(f"/api/admin/imports/{shops.import_id}", GONE, theirs=True)
    ],
    ("POST", "/api/admin/imports"): plain(
        "/api/admin/imports", files={"refunds": ("refunds.csv", REFUND, "text/csv")}
    ),
    ("POST", "/api/admin/sales/orders"): lambda _: [
        Attempt("/api/admin/sales/orders", TAKEN, {"json": {"orders": [ORDER]}}),
        Attempt(
            "/api/admin/sales/orders",
            TAKEN,
            {"json": {"orders": [ORDER]}, "headers": {"Idempotency-Key": THEIR_KEY}},
        ),
        Attempt("/api/admin/sales/orders", frozenset({400}), {"json": {"tenant": "blackthorn"}}),
    ],
    ("POST", "/api/admin/sales/refunds"): plain(
        "/api/admin/sales/refunds",
        frozenset({400}),
        json={"refunds": [{"refundId": "R", "orderId": "O-elsewhere", "processedAt": PAID}]},
    ),
    ("POST", "/api/admin/sales/products"): plain(
        "/api/admin/sales/products", json={"products": [{"productId": "P9", "title": "Ours"}]}
    ),
    ("POST", "/api/admin/sales/stock"): plain(
        "/api/admin/sales/stock",
        frozenset({400}),
        json={"stock": [{"productId": "P-elsewhere", "countedAt": PAID, "onHand": 1}]},
    ),
    ("GET", CONNECTIONS): lambda _: [Attempt(CONNECTIONS, TAKEN, theirs=True)],
    ("POST", CONNECTIONS): lambda _: [
        Attempt(CONNECTIONS, TAKEN, {"json": {"platform": "shopify", "name": "Ours"}}),
        Attempt(
            CONNECTIONS,
            frozenset({400}),
            {"json": {"platform": "shopify", "name": "Ours", "tenant": "blackthorn"}},
        ),
    ],
    **{
        ("POST", f"{CONNECTIONS}/{{connection_id}}/{what}"): of_their_connection(what)
        for what in ("rotate", "pause", "resume")
    },
    **{
        ("POST", f"/api/ingest/{{connection_id}}/{platform}"): unsigned(platform)
        for platform in ("shopify", "woocommerce")
    },
    ("GET", "/api/admin/discord/connections"): lambda _: [
        Attempt("/api/admin/discord/connections", TAKEN, theirs=True)
    ],
    ("POST", "/api/admin/discord/connections"): plain("/api/admin/discord/connections"),
    ("DELETE", "/api/admin/discord/connections/{guild_id}"): lambda _: [
        Attempt(f"/api/admin/discord/connections/{GUILD}", GONE)
    ],
    ("POST", KEYS): lambda _: [
        Attempt(KEYS, TAKEN, {"json": {"name": "ours", "scopes": ["shares:read"]}}),
        Attempt(
            KEYS,
            frozenset({400}),
            {"json": {"name": "x", "scopes": ["shares:read"], "tenant": "blackthorn"}},
        ),
    ],
    ("GET", KEYS): lambda shops: [
        Attempt(KEYS, TAKEN, theirs=True),
        Attempt(KEYS, TAKEN, {"params": {"cursor": Cursor(LATER, shops.key_id).encode()}}),
    ],
    ("GET", f"{KEYS}/{{key_id}}"): lambda shops: [
        Attempt(f"{KEYS}/{shops.key_id}", GONE, theirs=True)
    ],
    ("DELETE", f"{KEYS}/{{key_id}}"): lambda shops: [Attempt(f"{KEYS}/{shops.key_id}", GONE)],
    ("GET", MEMBERS): lambda _: [Attempt(MEMBERS, TAKEN, theirs=True)],
    ("PUT", f"{MEMBERS}/{{member_id}}"): lambda shops: [
        Attempt(f"{MEMBERS}/{shops.their_admin}", GONE, {"json": {"role": "viewer"}})
    ],
    ("DELETE", f"{MEMBERS}/{{member_id}}"): lambda shops: [
        Attempt(f"{MEMBERS}/{shops.their_admin}", GONE)
    ],
    ("POST", "/api/discord/interactions"): plain(
        "/api/discord/interactions",
        frozenset({401}),
        json={"type": 2, "guild_id": str(GUILD), "data": {"name": "report"}},
    ),
    ("GET", "/api/admin/shop"): plain("/api/admin/shop"),
    ("POST", "/admin/settings/sharing"): plain("/admin/settings/sharing", FORM, data={"days": "9"}),
    ("POST", f"{SHARES}/{{share_id}}/address"): lambda shops: [
        Attempt(f"{SHARES}/{shops.share_id}/address", GONE)
    ],
    ("GET", "/admin"): lambda _: [Attempt("/admin", TAKEN)],
    ("GET", "/admin/login"): plain("/admin/login"),
    ("GET", "/admin/shops"): lambda _: [Attempt("/admin/shops", TAKEN, theirs=True)],
    ("POST", "/admin/shops"): plain("/admin/shops", DENIED, data={"tenant": "blackthorn"}),
    ("GET", "/admin/activity"): lambda _: [Attempt("/admin/activity", TAKEN, theirs=True)],
    ("GET", "/admin/activity/csv"): lambda _: [
        Attempt("/admin/activity/csv", TAKEN, theirs=True),
        Attempt("/admin/activity/csv", TAKEN, {"params": {"who": "theirs@example.com"}}),
    ],
    ("GET", "/admin/settings"): lambda _: [Attempt("/admin/settings", TAKEN, theirs=True)],
    ("POST", "/admin/settings/password"): plain(
        "/admin/settings/password", DENIED, data={"current": "a guess", "new": "long enough, this"}
    ),
    ("POST", "/admin/settings/passkeys/new"): plain(
        "/admin/settings/passkeys/new", DENIED, data={"name": "Phone", "current": "a guess"}
    ),
    ("POST", "/admin/settings/passkeys"): plain(
        "/admin/settings/passkeys", DENIED, data={"name": "Phone", "credential": "{}"}
    ),
    ("POST", "/admin/settings/passkeys/remove"): lambda shops: [
        Attempt(
            "/admin/settings/passkeys/remove", FORM, {"data": {"passkey": str(shops.passkey_id)}}
        )
    ],
    ("POST", "/admin/login/passkey/options"): plain("/admin/login/passkey/options"),
    ("POST", "/admin/login/passkey"): plain(
        "/admin/login/passkey", DENIED, data={"credential": "{}"}
    ),
    ("GET", "/admin/data"): lambda _: [Attempt("/admin/data", TAKEN, theirs=True)],
    ("GET", "/admin/data/{import_id}"): lambda shops: [
        Attempt(f"/admin/data/{shops.import_id}", GONE, theirs=True)
    ],
    ("GET", "/admin/data/{import_id}/faults"): lambda shops: [
        Attempt(f"/admin/data/{shops.import_id}/faults", GONE)
    ],
    ("POST", "/admin/data/{import_id}/import"): lambda shops: [
        Attempt(f"/admin/data/{shops.import_id}/import", GONE)
    ],
    ("POST", "/admin/data"): plain(
        "/admin/data", FORM, files={"refunds": ("refunds.csv", REFUND, "text/csv")}
    ),
    ("GET", "/admin/reports"): plain("/admin/reports"),
    ("GET", "/admin/reports/{report}"): plain(f"/admin/reports/{SLUG}"),
    ("GET", PREVIEW): plain(f"/admin/reports/{SLUG}/7d/page"),
    ("GET", f"{PREVIEW}/rows"): plain(f"/admin/reports/{SLUG}/7d/page/rows", GONE),
    ("GET", f"{PREVIEW}/rows/{{number}}"): plain(f"/admin/reports/{SLUG}/7d/page/rows/2", GONE),
    ("GET", "/admin/links"): lambda _: [
        Attempt("/admin/links", TAKEN, {"params": {"show": "all"}}, theirs=True),
        Attempt("/admin/links", TAKEN, {"params": {"show": "all", "find": "theirs"}}),
    ],
    ("GET", "/admin/links/csv"): lambda _: [
        Attempt("/admin/links/csv", TAKEN, {"params": {"show": "all"}}, theirs=True)
    ],
    ("GET", "/admin/links/new"): plain("/admin/links/new"),
    ("POST", "/admin/links/new"): plain(
        "/admin/links/new",
        FORM,
        data={"report": "revenue-overview", "period": "7d", "tenant": "blackthorn"},
    ),
    ("GET", "/admin/links/revoke"): lambda shops: [
        Attempt("/admin/links/revoke", TAKEN, {"params": {"share": str(shops.share_id)}}, True)
    ],
    ("POST", "/admin/links/revoke"): lambda shops: [
        Attempt("/admin/links/revoke", GONE, {"data": {"share": str(shops.share_id)}})
    ],
    ("GET", "/admin/links/revoke-all"): plain("/admin/links/revoke-all"),
    ("POST", "/admin/links/revoke-all"): plain("/admin/links/revoke-all", FORM),
    ("GET", "/admin/links/sharing"): plain("/admin/links/sharing"),
    ("POST", "/admin/links/sharing"): lambda _: [
        Attempt("/admin/links/sharing", FORM, {"data": {"enabled": "no"}}),
        Attempt("/admin/links/sharing", FORM, {"data": {"enabled": "yes"}}),
    ],
    ("GET", "/admin/links/{share_id}"): lambda shops: [
        Attempt(f"/admin/links/{shops.share_id}", GONE, theirs=True),
        Attempt(f"/admin/links/{shops.link_id}", GONE),
    ],
    **{
        ("POST", f"/admin/links/{{share_id}}/{what}"): of_their_link(what)
        for what in ("label", "extend", "password")
    },
    **{
        ("GET", f"/admin/links/{{share_id}}/changed{below}"): of_their_changes(what)
        for below, what in (("", ""), ("/{report}", f"/{SLUG}"))
    },
    ("POST", "/admin/links/{share_id}/address"): lambda shops: [
        Attempt(f"/admin/links/{shops.share_id}/address", GONE)
    ],
    ("GET", TEMPLATES): lambda _: [Attempt(TEMPLATES, TAKEN, theirs=True)],
    ("POST", TEMPLATES): lambda _: [
        Attempt(TEMPLATES, TAKEN, {"json": TEMPLATE}),
        Attempt(TEMPLATES, frozenset({400}), {"json": {**TEMPLATE, "tenant": "blackthorn"}}),
    ],
    ("GET", f"{TEMPLATES}/{{template_id}}"): lambda shops: [
        Attempt(f"{TEMPLATES}/{shops.template_id}", GONE, theirs=True)
    ],
    ("PUT", f"{TEMPLATES}/{{template_id}}"): lambda shops: [
        Attempt(f"{TEMPLATES}/{shops.template_id}", GONE, {"json": TEMPLATE})
    ],
    ("DELETE", f"{TEMPLATES}/{{template_id}}"): lambda shops: [
        Attempt(f"{TEMPLATES}/{shops.template_id}", GONE)
    ],
    ("GET", "/admin/links/templates"): lambda _: [
        Attempt("/admin/links/templates", TAKEN, theirs=True)
    ],
    ("POST", "/admin/links/templates"): plain(
        "/admin/links/templates",
        FORM,
        data={"report": SLUG, "period": "7d", "template": "Template of ours"},
    ),
    ("POST", "/admin/links/templates/{template_id}/delete"): lambda shops: [
        Attempt(f"/admin/links/templates/{shops.template_id}/delete", GONE)
    ],
    ("GET", "/admin/team"): lambda shops: [
        Attempt("/admin/team", TAKEN, theirs=True),
        Attempt("/admin/team", TAKEN, {"params": {"remove": str(shops.their_admin)}}),
    ],
    ("POST", "/admin/team/{member_id}/role"): lambda shops: [
        Attempt(f"/admin/team/{shops.their_admin}/role", GONE, {"data": {"role": "viewer"}})
    ],
    ("POST", "/admin/team/{member_id}/remove"): lambda shops: [
        Attempt(f"/admin/team/{shops.their_admin}/remove", GONE)
    ],
    ("POST", "/admin/team/{member_id}/reset"): lambda shops: [
        Attempt(f"/admin/team/{shops.their_admin}/reset", GONE)
    ],
    ("POST", "/admin/team/invitations"): plain(
        "/admin/team/invitations",
        TAKEN,
        data={"email": "new@example.com", "role": "viewer", "tenant": "blackthorn"},
    ),
    ("POST", "/admin/team/invitations/{invitation_id}/revoke"): lambda shops: [
        Attempt(f"/admin/team/invitations/{shops.invitation_id}/revoke", GONE)
    ],
    ("GET", INVITATIONS): lambda _: [Attempt(INVITATIONS, TAKEN, theirs=True)],
    ("POST", INVITATIONS): lambda _: [
        Attempt(INVITATIONS, TAKEN, {"json": {"email": "n@example.com", "role": "viewer"}}),
        Attempt(
            INVITATIONS,
            frozenset({400}),
            {"json": {"email": "n@example.com", "role": "viewer", "tenant": "blackthorn"}},
        ),
    ],
    ("DELETE", f"{INVITATIONS}/{{invitation_id}}"): lambda shops: [
        Attempt(f"{INVITATIONS}/{shops.invitation_id}", GONE)
    ],
    ("POST", f"{MEMBERS}/{{member_id}}/reset-link"): lambda shops: [
        Attempt(f"{MEMBERS}/{shops.their_admin}/reset-link", GONE)
    ],
    **{
        (method, f"/admin/{what}/{{token}}"): unknown_token(what)
        for method in ("GET", "POST")
        for what in ("invitation", "reset", "first-shop")
    },
    ("GET", "/admin/keys"): lambda shops: [
        Attempt("/admin/keys", TAKEN, theirs=True),
        Attempt("/admin/keys", TAKEN, {"params": {"revoke": str(shops.key_id)}}),
    ],
    ("POST", "/admin/keys"): plain(
        "/admin/keys",
        TAKEN,
        data={"name": "ours", "scope": "shares:read", "days": "30", "tenant": "blackthorn"},
    ),
    ("POST", "/admin/keys/{key_id}/revoke"): lambda shops: [
        Attempt(f"/admin/keys/{shops.key_id}/revoke", GONE)
    ],
    ("GET", "/admin/connections"): lambda shops: [
        Attempt("/admin/connections", TAKEN, theirs=True),
        Attempt("/admin/connections", TAKEN, {"params": {"rotate": shops.connection}}),
    ],
    ("POST", "/admin/connections"): plain(
        "/admin/connections", TAKEN, data={"platform": "shopify", "name": "Ours"}
    ),
    **{
        ("POST", f"/admin/connections/{{connection_id}}/{what}"): in_page(what)
        for what in ("rotate", "pause", "resume")
    },
    ("POST", "/admin/connections/discord/code"): plain("/admin/connections/discord/code"),
    ("POST", "/admin/connections/discord/{guild_id}/disconnect"): plain(
        f"/admin/connections/discord/{GUILD}/disconnect", GONE
    ),
    ("POST", "/admin/settings/shop"): plain(
        "/admin/settings/shop",
        FORM,
        data={
            "name": "Ours anew",
            "timezone": "Europe/Oslo",
            "sure": "Europe/Oslo",
            "tenant": "blackthorn",
        },
    ),
    ("PATCH", "/api/admin/shop"): lambda _: [
        Attempt("/api/admin/shop", TAKEN, {"json": {"name": "Ours again"}}),
        Attempt(
            "/api/admin/shop", frozenset({400}), {"json": {"name": "x", "tenant": "blackthorn"}}
        ),
    ],
    **{
        ("GET", f"/admin/settings/brand{below}"): plain(f"/admin/settings/brand{filled}")
        for below, filled in (("", ""), ("/{theme}", "/light"))
    },
    ("POST", "/admin/settings/brand"): plain(
        "/admin/settings/brand", FORM, data={"name": "Ours shown", "tenant": "blackthorn"}
    ),
    ("POST", "/admin/settings/brand/logo"): plain(
        "/admin/settings/brand/logo", frozenset({400}), files={"logo": ("a.png", b"none")}
    ),
    ("POST", "/admin/settings/brand/no-logo"): plain("/admin/settings/brand/no-logo", FORM),
    ("GET", BRAND): plain(BRAND),
    ("PATCH", BRAND): lambda _: [
        Attempt(BRAND, TAKEN, {"json": {"name": "Ours"}}),
        Attempt(BRAND, frozenset({400}), {"json": {"name": "x", "tenant": "blackthorn"}}),
    ],
    ("PUT", f"{BRAND}/logo"): plain(f"{BRAND}/logo", frozenset({400}), content=b"none"),
    ("DELETE", f"{BRAND}/logo"): plain(f"{BRAND}/logo"),
    ("POST", "/admin/logout"): plain("/admin/logout", DENIED, data={"csrf": "0" * 64}),
    ("DELETE", "/api/admin/sessions"): plain("/api/admin/sessions"),
    ("DELETE", "/api/admin/session"): plain("/api/admin/session"),
    ("POST", "/api/admin/session"): plain(
        "/api/admin/session", json={"email": "ours@example.com", "password": PASSWORD}
    ),
    ("POST", "/admin/login"): plain(
        "/admin/login", FORM, data={"email": "ours@example.com", "password": PASSWORD}
    ),
}
"""In this order: what ends a session comes last."""

OF_NO_SHOP = {
    "/admin/static/{name}",
    *("/healthz", "/readyz", "/metrics", "/openapi.json"),
    *("/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"),
    *("/docs/docs.css", "/docs/theme.js"),
}


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Every route, those left out of the document too."""
    found = set()
    waiting = [*app.routes]
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            waiting += inner.routes
            continue
        assert isinstance(route, APIRoute) or route.path in OF_NO_SHOP  # type: ignore[attr-defined]
        methods = route.methods or set()  # type: ignore[attr-defined]
        found |= {(method, route.path) for method in methods - {"HEAD"}}  # type: ignore[attr-defined]
    return found


@pytest.fixture
def service(serve: Serve, shops: Shops) -> Service:
    key = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return serve(DISCORD_PUBLIC_KEY=key.hex(), DISCORD_APPLICATION_ID="1")


@contextmanager
def admin_of(service: Service, shop: str) -> Iterator[httpx.Client]:
    """A client with a session of a shop's admin; its cookies are kept without TLS."""
    with service.client() as client:
        credentials = {"email": f"{shop}@example.com", "password": PASSWORD}
        answer = client.post("/api/admin/session", json=credentials)
        assert answer.status_code == 200, answer.text
        cookies = answer.headers.get_list("set-cookie")
        client.headers["Cookie"] = "; ".join(each.partition(";")[0] for each in cookies)
        yield client


def csrf_token(client: httpx.Client) -> str:
    """The token of the session's forms in the console."""
    found = CSRF.search(client.get("/admin/settings").text)
    assert found
    return found[1]


def with_token(attempt: Attempt, method: str, token: str) -> Mapping[str, Any]:
    """The request of an attempt, as a page of the console of ours would send it."""
    if method != "POST" or not attempt.path.startswith("/admin/"):
        return attempt.request
    return {**attempt.request, "data": {"csrf": token, **attempt.request.get("data", {})}}


def test_every_route_has_a_case(service: Service) -> None:
    routes = routes_of(create_app(service.container.settings, service.container))
    assert {each for each in routes if each[1] not in OF_NO_SHOP} == set(CASES)


@contextmanager
def program_of(service: Service, shop: str) -> Iterator[httpx.Client]:
    """A client with a key of a shop, for all that a key may do."""
    with admin_of(service, shop) as admin:
        body = {"name": "all", "scopes": [scope.value for scope in SCOPES]}
        made = admin.post(KEYS, json=body)
        assert made.status_code == 201, made.text
    with service.client(headers={"Authorization": f"Bearer {made.json()['key']}"}) as client:
        yield client


@pytest.mark.parametrize("caller", [admin_of, program_of])
def test_nothing_of_theirs_is_told_or_touched(
    caller: Callable[[Service, str], AbstractContextManager[httpx.Client]],
    service: Service,
    shops: Shops,
) -> None:
    refused = DENIED if caller is program_of else frozenset()
    wrong = []
    with admin_of(service, "theirs") as theirs, caller(service, "ours") as ours:
        before = shops.fingerprint()
        token = csrf_token(ours) if caller is admin_of else ""
        for (method, path), case in CASES.items():
            for attempt in case(shops):
                answer = ours.request(method, attempt.path, **with_token(attempt, method, token))
                said = answer.text + str(answer.headers)
                if answer.status_code not in attempt.statuses | refused:
                    wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
                if told := shops.told(said):
                    wrong.append(f"{method} {path}: tells {told}")
                if shops.fingerprint() != before:
                    wrong.append(f"{method} {path}: has changed something of theirs")
                    before = shops.fingerprint()
                if attempt.theirs:
                    control = theirs.request(method, attempt.path, **attempt.request)
                    assert control.status_code == 200, f"{path}: {control.text}"
                    assert shops.told(control.text), f"{path}: does not show it to its own"
        assert theirs.get("/api/admin/session").status_code == 200
    assert not wrong, "\n".join(wrong)
