"""A shop's brand: set by its owner, drawn anew, told to the viewers, and seen by nobody else."""

import io
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from PIL import Image
from redis import Redis
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import Command, Serve, Service, World, assert_problem

from common.db.brands import MOST_LOGO_BYTES
from common.db.tenancy import Access, TenantDb, transaction
from common.links import brand as brands
from common.links.brand import Brand

BRAND = "/api/admin/shop/brand"
LOGO = f"{BRAND}/logo"
AUDIT = "/api/admin/analytics/audit"
BULK = "/api/admin/analytics/shares/bulk"


def picture(form: str = "PNG", size: tuple[int, int] = (300, 80)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "#aa3311").save(buffer, form)
    return buffer.getvalue()


def told(redis: Redis, tenant_id: int) -> Brand:
    found = redis.get(brands.key(tenant_id))
    assert found is None or isinstance(found, bytes)
    return brands.parse(found)


@pytest.fixture
def branded(anna: httpx.Client) -> httpx.Client:
    """Anna's client, of a shop that has a brand."""
    given = {"name": "  Nordlicht ", "accent": "#FFCC00", "footer": "Nordlicht Ltd"}
    assert anna.patch(BRAND, json=given).status_code == 200
    assert anna.put(LOGO, content=picture()).status_code == 200
    return anna


def test_set_again_over_a_restored_copy_of_the_ledger_it_is_told(
    branded: httpx.Client, world: World, redis_client: Redis
) -> None:
    """Redis was told of a later revision than the copy has."""
    before = told(redis_client, world.berlin)
    later = replace(before, revision=before.revision + 1, name="Of later")
    assert brands.store(redis_client, world.berlin, later, None)
    assert branded.patch(BRAND, json={"name": "Nordlicht"}).status_code == 200
    assert told(redis_client, world.berlin).name == "Nordlicht"


def test_it_is_told_and_kept(branded: httpx.Client, world: World, redis_client: Redis) -> None:
    shown = branded.get(BRAND).json()
    assert (shown["name"], shown["accent"], shown["footer"]) == (
        "Nordlicht",
        "#ffcc00",
        "Nordlicht Ltd",
    )
    assert shown["tones"]["dark"] == "#ffcc00"
    assert shown["tones"]["light"] != "#ffcc00"
    assert shown["logo"]["url"].startswith("data:image/png;base64,")
    brand = told(redis_client, world.berlin)
    logo = redis_client.get(brands.logo_key(world.berlin))
    assert isinstance(logo, bytes)
    assert len(logo) <= MOST_LOGO_BYTES
    assert brand.logo is not None
    assert brand.logo.digest == brands.digest_of(logo)
    assert (brand.name, brand.accent, brand.footer) == ("Nordlicht", "#ffcc00", "Nordlicht Ltd")


def test_what_is_left_out_stays_and_null_takes_away(
    branded: httpx.Client, world: World, redis_client: Redis
) -> None:
    changed = branded.patch(BRAND, json={"name": None}).json()
    assert (changed["name"], changed["accent"]) == (None, "#ffcc00")
    assert branded.delete(LOGO).json()["logo"] is None
    assert branded.delete(LOGO).json()["logo"] is None, "twice"
    assert redis_client.get(brands.logo_key(world.berlin)) is None
    brand = told(redis_client, world.berlin)
    assert (brand.name, brand.footer, brand.logo) == ("", "Nordlicht Ltd", None)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"accent": "red"}, "/accent"),
        ({"accent": "#fff"}, "/accent"),
        ({"accent": 7}, "/accent"),
        ({"name": "x" * 81}, "/name"),
        ({"name": "a\u202eb"}, "/name"),
        ({"footer": "a\nb"}, "/footer"),
        ({"footer": "x" * 301}, "/footer"),
        ({"logo": "data:"}, "/logo"),
        ({"baseUrl": "https://evil.example"}, "/baseUrl"),
    ],
)
def test_what_is_wrong_is_refused_by_its_place(
    branded: httpx.Client, body: dict[str, object], pointer: str
) -> None:
    before = branded.get(BRAND).json()
    refused = assert_problem(branded.patch(BRAND, json=body), 400)
    assert [each["pointer"] for each in refused["errors"]] == [pointer]
    assert branded.get(BRAND).json() == before


def test_what_is_no_picture_is_refused(branded: httpx.Client) -> None:
    before = branded.get(BRAND).json()
    for sent in (b"", b"<svg/>", picture()[:60], picture("GIF")):
        assert assert_problem(branded.put(LOGO, content=sent), 400)["type"].endswith("invalid-logo")
    assert_problem(branded.put(LOGO, content=b"x" * (1024 * 1024 + 1)), 413)
    assert branded.get(BRAND).json() == before


def test_another_shop_has_none_of_it(
    branded: httpx.Client, ben: httpx.Client, world: World, service_engine: Engine
) -> None:
    del branded
    shown = ben.get(BRAND).json()
    assert shown == dict.fromkeys(shown)
    for access, rows in ((Access(tenant_id=world.berlin), 1), (Access(), 0)):
        with transaction(service_engine, access) as session:
            assert session.scalar(text("SELECT count(*) FROM brands")) == rows


def test_who_may_not_change_settings_changes_none(service: Service, world: World) -> None:
    world.join("ben", world.berlin, "viewer")
    with service.admin("ben") as viewer:
        assert viewer.get(BRAND).status_code == 200
        assert_problem(viewer.patch(BRAND, json={"name": "x"}), 403)
        assert_problem(viewer.put(LOGO, content=picture()), 403)
        assert_problem(viewer.delete(LOGO), 403)


def test_changes_are_told_to_the_audit_log_and_twice_the_same_is_none(
    branded: httpx.Client,
) -> None:
    branded.patch(BRAND, json={"name": "Nordlicht"})
    branded.patch(BRAND, json={"name": "Südlicht"})
    entries = branded.get(AUDIT, params={"action": "brand.changed"}).json()["items"]
    assert len(entries) == 3
    assert entries[0]["details"] == {"now": {"name": "Südlicht"}, "before": {"name": "Nordlicht"}}


def test_it_is_told_with_the_next_link_and_an_older_one_never_comes_back(
    branded: httpx.Client, world: World, redis_client: Redis
) -> None:
    now = told(redis_client, world.berlin)
    redis_client.delete(brands.key(world.berlin), brands.logo_key(world.berlin))
    issued = branded.post("/api/admin/analytics/revenue-overview/share")
    assert issued.status_code == 201
    assert told(redis_client, world.berlin) == now
    assert redis_client.get(brands.logo_key(world.berlin)) is not None
    assert not brands.store(redis_client, world.berlin, Brand(now.revision - 1, "Old"), None)
    assert told(redis_client, world.berlin) == now


def test_the_command_does_the_same(
    command: Command, world: World, service_engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "logo.webp"
    file.write_bytes(picture("WEBP"))
    given = ("--name", "Nordlicht", "--accent", "ffcc00", "--logo", str(file))
    done = command("brand", "--tenant", "berlin", *given)
    assert done.exit_code == 0, done.output
    assert "name on links: Nordlicht" in done.output
    assert "accent: #ffcc00" in done.output
    assert "logo: 240 × 64 pixels" in done.output
    for wrong in (("--accent", "red"), ("--logo", str(tmp_path / "none.png"))):
        assert command("brand", "--tenant", "berlin", *wrong).exit_code != 0
    file.write_bytes(b"no picture")
    assert command("brand", "--tenant", "berlin", "--logo", str(file)).exit_code == 1
    assert command("brand", "--tenant", "nobody", "--name", "x").exit_code == 1
    with TenantDb(service_engine, world.berlin).transaction() as session:
        row = session.execute(text("SELECT name, accent FROM brands")).one()
    assert tuple(row) == ("Nordlicht", "#ffcc00")


OURS, OTHER = "https://reports.ours.example", "https://reports.other.example"
ADDRESSES = {"TENANT_BASE_URLS": f"{OURS}, {OTHER}/"}


def test_links_have_the_address_that_the_operator_gave(
    serve: Serve, world: World, command: Command, redis_client: Redis
) -> None:
    share = "/api/admin/analytics/revenue-overview/share"
    given = ("link-address", "--tenant", "berlin")
    with serve(**ADDRESSES).admin() as anna:
        plain = anna.post(share).json()["url"]
        assert not plain.startswith(OURS)
        for wrong in ("https://evil.example", f"{OURS}/path", "ftp://x"):
            assert command(*given, wrong, **ADDRESSES).exit_code == 1
        assert command(*given, OURS).exit_code == 1, "allowed nowhere"
        done = command(*given, OURS, **ADDRESSES)
        assert (done.exit_code, OURS in done.output) == (0, True)
        taken = command("link-address", "--tenant", "tokyo", OURS, **ADDRESSES)
        assert (taken.exit_code, "another shop's" in taken.output) == (1, True)
        issued = anna.post(share)
        assert issued.json()["url"].startswith(f"{OURS}/api/reports/")
        many = anna.post(BULK, json={"shares": [{"report": "sales-velocity"}] * 2}).json()
        assert all(each["url"].startswith(OURS) for each in many["shares"])
        again = anna.post(f"{issued.headers['location']}/address").json()["url"]
        assert again == issued.json()["url"]
        assert anna.get(BRAND).json()["linkBaseUrl"] == OURS
        assert told(redis_client, world.berlin).base_url == OURS
        entries = anna.get(AUDIT, params={"action": "link-address.changed"}).json()["items"]
        assert [each["subject"] for each in entries] == [OURS]
    with serve().admin() as anna:
        assert not anna.post(share).json()["url"].startswith(OURS), "allowed no more"
        assert anna.get(BRAND).json()["linkBaseUrl"] is None
    assert command(*given, "--default", **ADDRESSES).exit_code == 0
    with serve(**ADDRESSES).admin() as anna:
        assert not anna.post(share).json()["url"].startswith(OURS)
