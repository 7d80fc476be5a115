"""Any JSON in any place of a batch is taken or refused, and a refusal leads to its place."""

import copy
import json
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.share_api.conftest import assert_problem
from tests.integration.share_api.test_sales import AT, PATH, order, refund, send
from tests.support import hypothesis_profiles

WHOLE: dict[str, dict[str, Any]] = {
    "orders": order(
        1,
        placedAt=AT,
        channel="web",
        customerId="C1",
        country="DE",
        region="BE",
        couponCode="X",
        orderDiscount="1.00",
        shipping="4.90",
        tax="3.00",
        lines=[
            {
                "lineId": "1",
                "productId": "P1",
                "productTitle": "Mug",
                "category": "Kitchen",
                "quantity": 2,
                "unitPrice": "10.00",
                "lineDiscount": "0.50",
            }
        ],
    ),
    "refunds": refund(kind="return", shipping="1.00", tax="0.50"),
    "products": {"productId": "P1", "title": "Mug", "sku": "S", "category": "K", "unitCost": "3"},
    "stock": {"productId": "P1", "countedAt": AT, "onHand": 3},
}
"""An element of each kind with every field there is."""

HARD: st.SearchStrategy[object] = st.sampled_from(
    [
        *(
            "",
            " ",
            "\0",
            "\ud800",
            "1e9",
            "-0.00",
            "00012.50",
            "１２",
            "12.5 ",
            "NaN",
            "٣",
            "x" * 5000,
        ),
        *("99999999999999999999", "100000000000000000.00", "2026-02-30T00:00:00Z", "2026-03-01"),
        *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2199-12-31T23:59:59-23:59"),
        *(0, -1, 2**31 - 1, 2**31, 2**63, 10**400, 1.5, 1e308, 0.1 + 0.2, True, None, [], {}, [[]]),
    ]
)
ANY = HARD | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(), inside, max_size=2),
    max_leaves=4,
)


def places(value: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in it, itself included."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = [*value.items()]
    elif isinstance(value, list):
        inside = [*enumerate(value)]
    return [way, *(each for step, under in inside for each in places(under, (*way, step)))]


def changed(body: Any, way: tuple[Any, ...], value: object, *, beside: bool) -> Any:
    """The body with another value in that place, or with one more beside it."""
    if not way:
        return value
    made = copy.deepcopy(body)
    holder = made
    for step in way[:-1]:
        holder = holder[step]
    if beside and isinstance(holder, dict):
        holder[f"{way[-1]}~/"] = value
    elif beside:
        holder.append(value)
    else:
        holder[way[-1]] = value
    return made


def leads_somewhere(pointer: str, body: Any) -> bool:
    """All steps are there; the last may be the name of a member that is not."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for number, step in enumerate(steps):
        if isinstance(body, list) and step.isdigit() and int(step) < len(body):
            body = body[int(step)]
        elif isinstance(body, dict) and step in body:
            body = body[step]
        else:
            return isinstance(body, dict) and number == len(steps) - 1
    return True


def test_any_value_in_any_place_is_taken_or_refused_there(anna: httpx.Client) -> None:
    assert send(anna, "orders", order(1)).status_code == 200

    @settings(max_examples=hypothesis_profiles.examples(150), deadline=None)
    @given(st.sampled_from([*WHOLE]), st.data())
    def law(kind: str, data: st.DataObject) -> None:
        body = {kind: [WHOLE[kind]]}
        way = data.draw(st.sampled_from(places(body)))
        made = changed(body, way, data.draw(ANY), beside=data.draw(st.booleans()))
        content = json.dumps(made)
        answer = anna.post(f"{PATH}/{kind}?check=true", content=content)
        if answer.status_code != 200:
            problem = assert_problem(answer, 400)
            found = [each["pointer"] for each in problem["errors"]]
            assert found
            assert all(leads_somewhere(each, made) for each in found), (found, made)

    law()


def test_the_whole_elements_are_right(anna: httpx.Client) -> None:
    """Else the test above would look at refusals alone."""
    for kind, element in WHOLE.items():
        assert send(anna, kind, element).status_code == 200
