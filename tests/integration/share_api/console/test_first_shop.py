"""The first shop: made by a one-time address while nobody can log in, once and by one."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.share_api.conftest import Serve, Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said

from accounts.first_shop import FirstShopOverError, check_first_shop, first_shop_token, slug_of
from accounts.validation import require_tenant_values
from analytics.cli import main
from common.instants import now
from share_api.console.routes.first_shop import proposed_currency

SHOP = {
    "name": "Blumen Müller",
    "currency": "eur",
    "timezone": "Europe/Berlin",
    "email": "Eva@Example.com",
    "password": "violet umbrellas hum at noon",
}


@pytest.fixture
def fresh(serve: Serve, service_engine: Engine) -> Service:
    """A service whose database has no admin."""
    return serve()


@pytest.fixture
def visitor(fresh: Service) -> Iterator[Tab]:
    with a_tab(fresh) as tab:
        yield tab


def path_of(secret: str, **earlier: int) -> str:
    return f"/admin/first-shop/{first_shop_token(secret, at=now() - timedelta(**earlier))}"


def test_a_shop_and_its_owner_are_made_and_the_address_is_over(
    visitor: Tab, fresh: Service, secret: str
) -> None:
    path = path_of(secret)
    form = visitor.open(path, headers={"Accept-Language": "en-GB,en;q=0.5"})
    assert 'name="currency" value="GBP"' in form.text
    made = visitor.send(path, **SHOP)
    assert (made.status_code, made.headers["location"]) == (303, "/admin/data")
    assert "Blumen Müller" in said(visitor.open("/admin/data"))
    session = visitor.client.get("/api/admin/session").json()
    assert (session["email"], session["role"]) == ("eva@example.com", "owner")
    assert session["tenant"]["slug"] == "blumen-muller"
    assert session["tenant"]["currency"] == "EUR"
    with a_tab(fresh) as late:
        for answer in (late.open(path), late.send(path, **{**SHOP, "email": "x@example.com"})):
            assert answer.status_code == 404
            assert "There is already an admin" in said(answer)
        assert late.log_in("eva", SHOP["password"]).status_code == 303


def test_of_two_who_make_it_at_once_one_does(fresh: Service, secret: str) -> None:
    path, ready, statuses = path_of(secret), threading.Barrier(2), []

    def make(email: str) -> None:
        with a_tab(fresh) as tab:
            ready.wait()
            statuses.append(tab.send(path, **{**SHOP, "email": email}).status_code)

    threads = [threading.Thread(target=make, args=(f"{each}@example.com",)) for each in "ab"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(statuses) == [303, 404]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 201}, "needs a name"),
        ({"currency": "EURO"}, "three-letter code"),
        ({"timezone": "Mars/Base"}, "time zone"),
        ({"email": "eva"}, "not an e-mail address"),
        ({"password": "short"}, "12 characters"),
        ({"password": "password12345"}, "easy to guess"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(
    wrong: dict[str, str], words: str, visitor: Tab, secret: str
) -> None:
    path = path_of(secret)
    answer = visitor.send(path, **{**SHOP, **wrong})
    assert answer.status_code == 400
    assert words in said(answer)
    assert SHOP["password"] not in answer.text
    assert visitor.open(path).status_code == 200


def test_an_address_of_another_system_or_of_yesterday_is_none(visitor: Tab, secret: str) -> None:
    token = first_shop_token(secret, at=now())
    for path in (
        path_of("0" * 64),
        path_of(secret, hours=25),
        f"/admin/first-shop/{token[:-1]}",
        f"/admin/first-shop/{token.replace('new_', 'new_0')}",
        "/admin/first-shop/new_99999999999_" + "0" * 64,
    ):
        assert visitor.open(path).status_code == 404
        assert visitor.send(path, **SHOP).status_code == 404


def test_without_a_secret_there_is_no_address(service_engine: Engine, secret: str) -> None:
    with pytest.raises(FirstShopOverError):
        check_first_shop(service_engine, None, first_shop_token(secret, at=now()), now=now())


def test_the_command_prints_it_while_there_is_no_admin(
    fresh: Service, service_url: str, redis_url: str, secret: str, visitor: Tab
) -> None:
    environment = {
        "DATABASE_URL": service_url,
        "REDIS_URL": redis_url,
        "ANALYTICS_SHARE_SIGNING_SECRET": secret,
        "PUBLIC_BASE_URL": fresh.url,
    }
    done = CliRunner().invoke(main, ["first-shop-link"], env=environment)
    assert done.exit_code == 0, done.stderr
    path = done.stdout.strip().removeprefix(fresh.url)
    assert visitor.send(path, **SHOP).status_code == 303
    over = CliRunner().invoke(main, ["first-shop-link"], env=environment)
    assert (over.exit_code, over.stdout) == (1, "")
    assert "there is an admin already" in over.stderr


def test_no_address_of_a_system_with_an_admin(stranger: Tab, world: World, secret: str) -> None:
    assert stranger.open(path_of(secret)).status_code == 404


@given(st.text(max_size=300))
def test_every_name_makes_a_slug(name: str) -> None:
    require_tenant_values(slug_of(name), "Shop", "EUR", "UTC")


@pytest.mark.parametrize(
    ("told", "currency"),
    [
        ("de-CH,de;q=0.9", "CHF"),
        ("ja", "JPY"),
        ("en-US", "USD"),
        ("", "EUR"),
        ("*", "EUR"),
        ("xx-YY", "EUR"),
        ("\x00; q=1,,,", "EUR"),
        ("a" * 5000, "EUR"),
    ],
)
def test_the_currency_is_that_of_the_browsers_country(told: str, currency: str) -> None:
    assert proposed_currency(told) == currency
