"""An order that a program calls by the platform's id is the one that exports and events number."""

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_lacking_lines import net
from tests.integration.ingest.test_older_exports import bring
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_told_by_events import sold, told

from ingest.ledger.load import load_sales
from ingest.load_notes import load_notes

ID = "5000123456701"
NAMES = [ID, f"gid://shopify/Order/{ID}"]
SIGN = "is called with the sign #"
OTHER_NAME = "goes on by that name"


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def load(shop: Shop, **rows: Any) -> list[str]:
    return list(load_notes(load_sales(shop.engine, shop.id, **rows)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turn", [*permutations(["export", "events", "program"])])
def test_whoever_tells_it_it_is_one_order(
    shop: Shop, line: Any, turn: tuple[str, ...], name: str
) -> None:
    for source in turn:
        match source:
            case "export":
                bring(shop, sold(0, Id=ID))
            case "events":
                shop.tell(told() | {"id": int(ID)})
            case _:
                load(shop, order_lines=[line(name, "1", unit_price=2500)])
    assert shop.rows("SELECT count(*) FROM orders") == [(1,)]
    assert net(shop) == 2500


@pytest.mark.parametrize("name", NAMES)
def test_its_refunds_are_of_that_order(shop: Shop, line: Any, refund: Any, name: str) -> None:
    bring(shop, sold(0, Id=ID))
    notes = load(shop, order_lines=[line(name, "1", unit_price=2500)])
    assert [each for each in notes if OTHER_NAME in each]
    load(shop, refunds=[refund("R1", name, "1", amount=700)])
    assert net(shop) == 1800


def test_a_short_number_is_no_id(shop: Shop, line: Any) -> None:
    bring(shop, sold(0, Id="1002"))
    assert not load(shop, order_lines=[line("1002", "1", unit_price=700)])
    assert net(shop) == 3200


@pytest.mark.parametrize("program_first", [True, False])
def test_a_number_without_its_sign_is_said_and_said_once(
    shop: Shop, line: Any, program_first: bool
) -> None:
    """Which is one or two, nobody can tell: another site's orders may have the other form."""

    def program() -> list[str]:
        return load(shop, order_lines=[line("1001", "1", unit_price=2500)])

    def export() -> list[str]:
        return list(bring(shop, sold(0)).notes)

    first, second = (program, export) if program_first else (export, program)
    said = [[each for each in source() if SIGN in each] for source in (first, second, second)]
    assert [len(each) for each in said] == [0, 1, 0]
    assert said[1][0].startswith("1 order (1001)" if second is program else "1 order (#1001)")
