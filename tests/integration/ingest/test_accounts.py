"""Tenants and admins, made as the services' role."""

from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select, text

from accounts.errors import (
    InvalidAccountError,
    PasswordMismatchError,
    TenantExistsError,
    UnknownAdminError,
    UnknownTenantError,
)
from accounts.provisioning import (
    create_admin,
    create_tenant,
    set_password,
    tenant_id_of,
    verify_password,
)
from analytics.commands.create_admin import create_admin as create_admin_command
from analytics.commands.create_tenant import create_tenant as create_tenant_command
from analytics.commands.set_password import set_password as set_password_command
from common.db.accounts import Admin
from common.db.tenancy import Access, transaction

PASSWORD = "long enough by far"


def fresh(prefix):
    return f"{prefix}-{uuid4().hex[:10]}"


def make(engine, **given):
    usual = {"slug": fresh("t"), "name": "Shop", "currency": "EUR", "timezone": "Asia/Tokyo"}
    values = usual | given
    return values["slug"], create_tenant(engine, **values)


def shops_of(engine, email):
    with transaction(engine, Access()) as session:
        admin = session.scalar(text("SELECT id FROM admins WHERE email = :e"), {"e": email})
    with transaction(engine, Access(admin_id=admin)) as session:
        return sorted(session.scalars(text("SELECT slug FROM tenants")))


def test_a_tenant_is_found_by_its_slug(service_engine):
    slug, tenant_id = make(service_engine, name=" My shop ")
    assert tenant_id_of(service_engine, slug) == tenant_id
    assert tenant_id_of(service_engine, slug + "x") is None
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        row = session.execute(text("SELECT name, currency, timezone FROM tenants")).one()
    assert tuple(row) == ("My shop", "EUR", "Asia/Tokyo")
    with pytest.raises(TenantExistsError):
        make(service_engine, slug=slug)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", ""),
        ("slug", "Shop"),
        ("slug", "-a"),
        ("slug", "a" * 64),
        ("slug", "a\n"),
        ("name", "  "),
        ("currency", "eur"),
        ("currency", "ZZZ"),
        ("currency", "DEM"),
        ("currency", ""),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("timezone", "../etc/passwd"),
        ("timezone", "Europe"),
    ],
)
def test_what_cannot_be_a_tenant_is_refused_by_field(service_engine, field, value):
    with pytest.raises(InvalidAccountError) as raised:
        make(service_engine, **{field: value})
    assert raised.value.field == field


def test_an_admin_may_run_several_shops(service_engine):
    email = f"{fresh('Ada')}@Example.com"
    (first, _), (second, _), (third, _) = (make(service_engine) for _ in range(3))
    create_admin(service_engine, email=email, password=PASSWORD, tenant=first)
    create_admin(service_engine, email=f" {email} ", password=PASSWORD, tenant=second)
    create_admin(service_engine, email=email, password=None, tenant=third)
    create_admin(service_engine, email=email, password=None, tenant=third)
    assert shops_of(service_engine, email.lower()) == sorted([first, second, third])


def test_an_existing_admins_password_is_not_changed_in_passing(service_engine):
    email, (slug, _) = f"{fresh('ada')}@example.com", make(service_engine)
    create_admin(service_engine, email=email, password=PASSWORD, tenant=slug)
    with pytest.raises(PasswordMismatchError):
        create_admin(service_engine, email=email, password=PASSWORD + "!", tenant=slug)
    assert verify_password(service_engine, email=email, password=PASSWORD)
    set_password(service_engine, email=email, password=PASSWORD + "!")
    assert verify_password(service_engine, email=email, password=PASSWORD + "!")


def test_what_cannot_be_an_admin_is_refused(service_engine):
    slug, _ = make(service_engine)
    for email in ("", "ada", "a b@c.example", "a@", "@b", "x" * 250 + "@b.example"):
        with pytest.raises(InvalidAccountError, match="e-mail"):
            create_admin(service_engine, email=email, password=PASSWORD, tenant=slug)
    email = f"{fresh('ada')}@example.com"
    for password in ("", "eleven char", "x" * 1025):
        with pytest.raises(InvalidAccountError, match="12 to 1024"):
            create_admin(service_engine, email=email, password=password, tenant=slug)
    with pytest.raises(UnknownTenantError):
        create_admin(service_engine, email=email, password=PASSWORD, tenant=fresh("no"))
    with pytest.raises(UnknownAdminError):
        create_admin(service_engine, email=email, password=None, tenant=slug)
    with pytest.raises(UnknownAdminError):
        set_password(service_engine, email=email, password=PASSWORD)


def test_the_commands_make_a_shop_and_its_admin(service_engine, service_url):
    slug, email = fresh("shop"), f"{fresh('ada')}@example.com"
    places = {"DATABASE_URL": service_url, "REDIS_URL": "redis://localhost"}
    tenant = [slug, "--name", "Shop", "--currency", "JPY", "--timezone", "Asia/Tokyo"]
    admin = [email, "--tenant", slug, "--password-stdin"]
    made = CliRunner().invoke(create_tenant_command, tenant, env=places)
    assert (made.exit_code, made.output) == (0, f"created tenant {slug} (JPY, Asia/Tokyo)\n")
    again = CliRunner().invoke(create_tenant_command, tenant, env=places)
    assert (again.exit_code, again.stderr) == (
        1,
        f"analytics: there is a tenant '{slug}' already\n",
    )
    short = CliRunner().invoke(create_admin_command, admin, input="short\n", env=places)
    assert (short.exit_code, short.stderr) == (
        1,
        "analytics: password: use 12 to 1024 characters\n",
    )
    let_in = CliRunner().invoke(create_admin_command, admin, input=f"{PASSWORD}\n", env=places)
    assert let_in.exit_code == 0, let_in.output
    assert verify_password(service_engine, email=email, password=PASSWORD)
    assert shops_of(service_engine, email) == [slug]
    nowhere = places | {"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x"}
    refused = CliRunner().invoke(create_tenant_command, tenant, env=nowhere)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("analytics: the database refused: ")
    assert refused.stderr.count("\n") == 1


def test_a_password_is_set_on_the_command_line(
    service_engine: Engine, service_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_tenant(
        service_engine, slug="berlin", name="Berlin", currency="EUR", timezone="Europe/Berlin"
    )
    email = "ada@example.com"
    create_admin(service_engine, email=email, password=PASSWORD, tenant="berlin")
    monkeypatch.setenv("DATABASE_URL", service_url)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")

    def run(*arguments: str, typed: str | bytes) -> Result:
        return CliRunner().invoke(set_password_command, [*arguments], input=typed)

    done = run(email, "--password-stdin", typed=f"{PASSWORD}-new\nnot this\n")
    assert (done.exit_code, done.stderr) == (0, "")
    assert PASSWORD not in done.stdout
    assert verify_password(service_engine, email=email, password=f"{PASSWORD}-new")
    typed = run(" ADA@example.com", typed=f"{PASSWORD}-two\n{PASSWORD}-two\n")
    assert typed.exit_code == 0
    assert PASSWORD not in typed.stdout
    assert verify_password(service_engine, email=email, password=f"{PASSWORD}-two")
    with transaction(service_engine, Access()) as session:
        assert session.scalar(select(Admin.session_generation)) == 2
    for arguments, given, reason in (
        ((email,), "short\nshort\n", "12 to 1024"),
        ((email, "--password-stdin"), b"\xff\xfe\n", "UTF-8"),
        (("nobody@example.com", "--password-stdin"), f"{PASSWORD}\n", "nobody@example.com"),
    ):
        refused = run(*arguments, typed=given)
        assert refused.exit_code == 1
        assert reason in refused.stderr
    assert verify_password(service_engine, email=email, password=f"{PASSWORD}-two")
