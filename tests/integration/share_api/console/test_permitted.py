"""What a page of the console shows is what its reader may do, and all of it: by one registry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from redis import Redis
from tests.integration.share_api.conftest import Serve, Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.integration.share_api.console.test_links import CHOICE, made
from tests.integration.share_api.test_brand import picture
from tests.integration.share_api.test_imports import work
from tests.support.jobs_worker import working

from accounts.memberships import find_account
from accounts.passkeys import NewPasskey, add_passkey
from accounts.permissions import Permission, of_role
from common.db.accounts import Role
from common.db.audit import Author
from common.db.tenancy import TenantDb
from common.instants import now
from share_api.app import create_app
from share_api.discord.guilds import Connection, connect
from share_api.routes.permissions import api_routes, declarations, declared_at

MEMBERS = dict(zip(Role, ("anna", "ben", "carl"), strict=True))
ELSEWHERE = {
    *("/admin/login", "/admin/shops", "/admin/static/{name}"),
    *("/admin/login/passkey", "/admin/login/passkey/options"),
    *("/admin/invitation/{token}", "/admin/reset/{token}", "/admin/first-shop/{token}"),
}
"""Pages of those who are not in a shop yet."""
PREVIEW = "/admin/reports/{report}/{days}/page"
BY_SCRIPT = {f"{PREVIEW}/rows", f"{PREVIEW}/rows/{{number}}"}
"""What a page's script asks for."""
AFTER_A_FORM = {"/admin/settings/passkeys"}
"""Where a page leads to that only a form leads to."""
CONNECTIONS = "/admin/connections"
ORDERS = (
    "order_id,paid_at,currency,line_id,product_id,quantity,unit_price\n"
    "O1,2026-03-05T10:00:00Z,EUR,1,P1,1,1\n"
)


@dataclass
class Shown(HTMLParser):
    """What a page lets its reader do: addresses it leads to, and those that its forms go to.

    ``unasked`` are those where a button of danger sends a form at once.
    """

    path: str
    opens: set[str] = field(default_factory=set)
    sends: set[str] = field(default_factory=set)
    unasked: set[str] = field(default_factory=set)
    _forms: list[dict[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self._add(self.opens, given.get("href"))
        elif tag == "iframe":
            self._add(self.opens, given.get("src"))
        elif tag == "form":
            self._forms.append(given)
            if given.get("id") != "act":  # its buttons say where they send it
                self._form(given, given.get("action"))
        elif tag == "button":
            named = [each for each in self._forms if each.get("id") == given.get("form", "")]
            form = [*self._forms, *named][-1] if self._forms else {}
            if given.get("formaction"):
                self._form(form, given["formaction"])
            if "danger" in (given.get("class") or "").split() and form.get("method") == "post":
                self.unasked.add(given.get("formaction") or form.get("action") or self.path)

    def _form(self, form: dict[str, str | None], action: str | None) -> None:
        posts = (form.get("method") or "get").lower() == "post"
        self._add(self.sends if posts else self.opens, action or self.path)

    def _add(self, to: set[str], address: str | None) -> None:
        if address and urlsplit(address).path.startswith("/admin"):
            to.add(urldefrag(address)[0])


def crawl(tab: Tab) -> Iterator[tuple[str, Shown]]:
    """Every page that leads from the first one to another, each opened once."""
    waiting, seen = ["/admin"], {"/admin"}
    while waiting:
        path = waiting.pop()
        answer = tab.open(path)
        assert answer.status_code in (200, 202), f"{path}: {answer.status_code}"
        shown = Shown(path)
        if answer.headers["content-type"].startswith("text/html"):
            shown.feed(answer.text)
        yield path, shown
        new = {each for each in shown.opens if "cursor=" not in each} - seen
        seen |= new
        waiting += sorted(new)


@pytest.fixture
def service(serve: Serve, world: World) -> Service:
    """A service that Discord is set up for."""
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return serve(DISCORD_PUBLIC_KEY=key.hex(), DISCORD_APPLICATION_ID="1")


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service.container.settings, service.container)


@pytest.fixture
def shop(service: Service, world: World, redis_client: Redis) -> Iterator[Tab]:
    """Anna's tab in berlin: it has links of all kinds, an import, a member of each role."""
    for role, name in MEMBERS.items():
        if name != "anna":
            world.join(name, world.berlin, role)
    with entered(service, "anna") as tab:
        made(tab)
        made(tab, password="correct horse battery")
        ended = made(tab, report="sales-velocity")
        tab.send("/admin/links/revoke", share=ended.rpartition("/")[2])
        assert tab.send("/admin/links/templates", template="Monthly", **CHOICE).status_code == 303
        token = (None, tab.csrf)
        logo = ("logo.png", picture(), "image/png")
        given = tab.client.post(
            "/admin/settings/brand/logo", files=[("csrf", token), ("logo", logo)]
        )
        assert given.status_code == 303
        for content in (ORDERS, ORDERS.replace("EUR", "XXX")):
            orders = ("orders.csv", content, "text/csv")
            sent = tab.client.post("/admin/data", files=[("csrf", token), ("orders", orders)])
            assert sent.status_code == 303
        checked = ("orders.csv", ORDERS, "text/csv")
        sent = tab.client.post(
            "/admin/data?check=true", files=[("csrf", token), ("orders", checked)]
        )
        assert sent.status_code == 303
        work(world.engine)
        with working(world.engine, redis_client):
            made(tab, kind="frozen")
        assert "The key is ready" in said(
            tab.send("/admin/keys", name="till", scope="sales:write", days="30")
        )
        tab.send("/admin/team/invitations", email="dora@example.com", role="viewer")
        for _ in range(2):
            tab.send("/admin/connections", platform="shopify", name="Shop")
        pause = re.search(r'action="(/admin/connections/[^"]+/pause)"', tab.open(CONNECTIONS).text)
        assert pause
        assert tab.send(pause[1]).status_code == 303
        connect(TenantDb(world.engine, world.berlin), Connection(77, now(), 5), allowed_by="anna")
        yield tab


class entered:  # noqa: N801 - used as a context manager
    """A tab of a member that acts for berlin."""

    def __init__(self, service: Service, name: str) -> None:
        self._made, self._name = a_tab(service), name

    def __enter__(self) -> Tab:
        tab = self._made.__enter__()
        assert tab.log_in(self._name).status_code == 303
        if "Choose a shop" in said(tab.open("/admin/shops")):
            tab.send("/admin/shops", tenant="berlin")
        return tab

    def __exit__(self, *_: object) -> None:
        self._made.__exit__(None, None, None)


def template(app: FastAPI, method: str, address: str) -> str:
    """The path, with its places, of the route that answers an address."""
    path = urlsplit(address).path
    return next(
        route.path
        for route in api_routes(app.routes)
        if method in (route.methods or ()) and route.path_regex.match(path)
    )


def permitted(app: FastAPI, method: str, role: Role) -> set[str]:
    """The console's routes that a role may use, by the registry."""
    found = set()
    for route in api_routes(app.routes):
        if not route.path.startswith("/admin") or method not in (route.methods or ()):
            continue
        declared = [each for each in declarations(route) if isinstance(each, Permission)]
        if set(declared) <= of_role(role):
            found.add(route.path)
    return found - ELSEWHERE - BY_SCRIPT


@pytest.mark.parametrize("role", Role)
def test_what_is_shown_is_permitted_and_what_is_permitted_is_shown(
    role: Role, shop: Tab, service: Service, app: FastAPI, world: World
) -> None:
    opened, sent = set(), set()
    member = world.admins[MEMBERS[role]]
    made_once = NewPasskey(b"credential", b"key", 0, (), "Phone")
    account = find_account(world.engine, member)
    assert account is not None
    add_passkey(world.engine, account, made_once, Author("test", member), at=now())
    with entered(service, MEMBERS[role]) as tab:
        for enabled in ("yes", "no"):
            shop.send("/admin/links/sharing", enabled=enabled)
            for path, shown in crawl(tab):
                assert shown.unasked == set(), path
                opened |= {template(app, "GET", each) for each in {path, *shown.opens}}
                sent |= {template(app, "POST", each) for each in shown.sends}
                for each in shown.sends:
                    needed = declared_at(app.routes, "POST", urlsplit(each).path)
                    assert needed == "person" or needed in of_role(role), f"{path}: {each}"
    assert sent - ELSEWHERE == permitted(app, "POST", role) - AFTER_A_FORM
    assert opened - ELSEWHERE == permitted(app, "GET", role)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_what_is_not_permitted_is_refused_by_a_page(
    role: Role, shop: Tab, service: Service, app: FastAPI
) -> None:
    """Also to who sends the form by hand, with the token of a page of theirs."""
    refused = 0
    with entered(service, MEMBERS[role]) as tab:
        tab.open("/admin/settings")
        for method in ("GET", "POST"):
            for path in permitted(app, method, Role.OWNER) - permitted(app, method, role):
                address = path.replace("{", "").replace("}", "")
                answer = tab.open(address) if method == "GET" else tab.send(address)
                assert answer.status_code == 403, address
                assert "Role not allowed" in said(answer)
                refused += 1
    assert refused
