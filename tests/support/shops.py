"""Two shops: ``theirs`` has something of everything, ``ours`` tries to get at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from redis import Redis
from sqlalchemy import Engine, select, text
from tests.support import inboxes
from tests.support.password_hashes import CHEAP

from accounts.api_keys import KeyRequest, create_key
from accounts.invitations import invite
from accounts.members import list_members
from accounts.memberships import find_account
from accounts.passkeys import NewPasskey, add_passkey, list_passkeys
from accounts.permissions import SCOPES
from accounts.provisioning import create_tenant
from common import instants
from common.db.accounts import Admin, Membership, Role
from common.db.audit import Author
from common.db.discord import DiscordConnection
from common.db.idempotency import IdempotencyKey
from common.db.imports import Import, ImportState
from common.db.metadata import Model
from common.db.shares import Share
from common.db.tenancy import Access, TenantDb, transaction
from common.db.webhooks import WebhookEvent
from common.links.state import LinkRef, LinkStateStore
from common.reports.window import Period, window_of
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow, ProductRow, StockRow
from ingest.webhooks.connections import public_id
from sharing.brand import BrandStore
from sharing.link_wish import LinkWish
from sharing.templates import save_template

PASSWORD = "correct horse battery"
GUILD = 815_4711_2342
THEIR_TITLE, OUR_TITLE = "Blackthorn vase of theirs", "Plain bowl of ours"
THEIR_PRICE, OUR_PRICE = 7_654_321, 1_000
THEIR_ORDER, THEIR_PRODUCT = "O-of-theirs", "P-of-theirs"
THEIR_KEY_NAME = "key-of-theirs"
THEIR_KEY = "idempotency-key-of-theirs"


_THEIRS = {
    "tenants": "id = :tenant",
    "passkeys": "admin_id IN (SELECT admin_id FROM memberships WHERE tenant_id = :tenant)",
}
"""Which rows are a tenant's, of tables that do not say so themselves."""


@dataclass(frozen=True)
class Shops:
    """The ids of both shops, and everything of ``theirs`` that could be asked for."""

    owner: Engine
    service: Engine
    redis: Redis
    ours: int
    theirs: int
    share_id: UUID
    link_id: UUID
    import_id: UUID
    connection: str
    event_id: int
    key_id: UUID
    their_admin: int
    invitation_id: UUID
    passkey_id: UUID
    template_id: UUID

    @property
    def marks(self) -> tuple[str, ...]:
        """What nobody else may ever be told."""
        return (
            *map(str, (self.share_id, self.link_id, self.import_id, self.key_id, GUILD)),
            *(
                self.connection,
                "Connection of theirs",
                *("Brand of theirs", "Line of theirs", "#5ec12e"),
                "Passkey of theirs",
                "Template of theirs",
                str(self.template_id),
                str(self.passkey_id),
                "guest-of-",
                "event-of-theirs",
                THEIR_KEY_NAME,
            ),
            *(self.link_id.hex, "blackthorn", "theirs@example.com", THEIR_TITLE, "Theirs Ltd"),
            *(
                "76543.21",
                "7654321",
                "76,543.21",
                "153086.42",
                "153,086",
                THEIR_ORDER,
                THEIR_PRODUCT,
            ),
        )

    def told(self, answer: str) -> list[str]:
        """The marks in an answer."""
        return [mark for mark in self.marks if mark.lower() in answer.lower()]

    def fingerprint(self) -> Mapping[str, object]:
        """Everything of theirs in PostgreSQL and in Redis, as it is."""
        state: dict[str, object] = {}
        with self.owner.connect() as connection:
            for name in Model.metadata.tables:
                if name == "admins":
                    continue
                where = _THEIRS.get(name, "tenant_id = :tenant")
                state[name] = connection.execute(
                    text(
                        "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text))"  # noqa: S608 - names of ours
                        f" FROM {name} t WHERE {where}"
                    ),
                    {"tenant": self.theirs},
                ).one()
        for key in self.redis.scan_iter(f"{{{self.theirs}}}*", count=1000):
            state[key.decode()] = self.redis.dump(key)
        return state


def open_shops(owner: Engine, service: Engine, redis: Redis) -> Shops:
    """Make them."""
    ours = _tenant(service, "plain", "Ours Ltd", "ours@example.com")
    theirs = _tenant(service, "blackthorn", "Theirs Ltd", "theirs@example.com")
    _sell(service, ours, OUR_TITLE, OUR_PRICE)
    _sell(service, theirs, THEIR_TITLE, THEIR_PRICE)
    _sell(service, theirs, THEIR_TITLE, THEIR_PRICE, order=THEIR_ORDER, product=THEIR_PRODUCT)
    share = _share(theirs)
    found = Import(
        tenant_id=theirs,
        id=uuid4(),
        state=ImportState.QUEUED,
        format="own",
        created_at=instants.now(),
    )
    key, _ = create_key(
        TenantDb(service, theirs),
        KeyRequest(THEIR_KEY_NAME, frozenset(SCOPES)),
        author=Author("theirs@example.com"),
        at=instants.now(),
    )
    guild = DiscordConnection(
        guild_id=GUILD, tenant_id=theirs, connected_at=instants.now(), connected_by=1
    )
    with transaction(service, Access(tenant_id=theirs)) as session:
        session.add_all([share, found, guild, _answered(theirs)])
    LinkStateStore(redis).activate(LinkRef(theirs, share.link_id, share.expires_at))
    connection_id = inboxes.connect(service, theirs, name="Connection of theirs")
    event = ("orders/create", "event-of-theirs", {"name": THEIR_ORDER})
    inboxes.put(service, theirs, connection_id, [event])
    connection = public_id(theirs, connection_id)
    with transaction(service, Access(tenant_id=theirs)) as session:
        event_id = session.scalars(select(WebhookEvent.id)).one()
    ids = (share.id, share.link_id, found.id, connection, event_id, key.id)
    their_admin = list_members(TenantDb(service, theirs))[0].admin_id
    invitation, _ = invite(
        TenantDb(service, theirs),
        "guest-of-theirs@example.com",
        Role.VIEWER,
        author=Author("theirs@example.com"),
        at=instants.now(),
    )
    told = {"name": "Brand of theirs", "footer": "Line of theirs", "accent": "#5ec12e"}
    BrandStore(TenantDb(service, theirs), redis).set_texts(
        told, author=Author("theirs@example.com"), at=instants.now()
    )
    others = (invitation.id, _passkey(service, their_admin), _template(service, theirs))
    return Shops(owner, service, redis, ours, theirs, *ids, their_admin, *others)


def _template(service: Engine, tenant_id: int) -> UUID:
    author, at = Author("theirs@example.com"), instants.now()
    wish = LinkWish(report="product-performance")
    db = TenantDb(service, tenant_id)
    return save_template(db, "Template of theirs", wish, author=author, at=at).id


def _passkey(service: Engine, admin_id: int) -> UUID:
    made = NewPasskey(b"credential of theirs", b"key of theirs", 0, (), "Passkey of theirs")
    author = Author("theirs@example.com", admin_id)
    account = find_account(service, admin_id)
    assert account is not None
    add_passkey(service, account, made, author, at=instants.now())
    return list_passkeys(service, admin_id)[0].id


def _answered(tenant_id: int) -> IdempotencyKey:
    """A request of theirs: whoever was told its answer would be told of their sales."""
    return IdempotencyKey(
        tenant_id=tenant_id,
        key=THEIR_KEY,
        digest=b"d" * 32,
        answer={"netSales": "76543.21"},
        created_at=instants.now(),
    )


def _tenant(service: Engine, slug: str, name: str, email: str) -> int:
    tenant_id = create_tenant(service, slug=slug, name=name, currency="EUR", timezone="UTC")
    admin = Admin(email=email, password_hash=CHEAP.hash(PASSWORD))
    with transaction(service, Access()) as session:
        session.add(admin)
    with transaction(service, Access(tenant_id=tenant_id)) as session:
        session.add(Membership(tenant_id=tenant_id, admin_id=admin.id))
    return tenant_id


def _sell(
    service: Engine,
    tenant_id: int,
    title: str,
    price: int,
    *,
    order: str = "O1",
    product: str = "P1",
) -> None:
    paid = datetime.now(UTC) - timedelta(days=2)
    line = OrderLineRow(
        position=1, order_id=order, line_id="1", placed_at=paid, paid_at=paid, channel="web",
        customer_id="C1", country=None, region=None, coupon_code=None, order_discount=0,
        shipping=0, tax=0, product_id=product, product_title=title, category=None, quantity=1,
        unit_price=price, line_discount=0,
    )  # fmt: skip
    load_sales(
        service,
        tenant_id,
        products=[ProductRow(1, product, title, None, None, None)],
        order_lines=[line],
        stock=[StockRow(1, product, paid, 5)],
    )


def _share(tenant_id: int) -> Share:
    now = instants.now().replace(microsecond=0)
    window = window_of(Period.MONTH, UTC, now=now)  # type: ignore[arg-type]
    return Share(
        tenant_id=tenant_id,
        id=uuid4(),
        link_id=uuid4(),
        report="product-performance",
        period=Period.MONTH.value,
        window_from=window.start,
        window_to=window.end,
        key_id="0" * 16,
        issued_at=now,
        expires_at=now + timedelta(days=7),
    )
