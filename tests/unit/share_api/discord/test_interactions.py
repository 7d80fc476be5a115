"""A ping is one by its whole grammar, not by its type alone."""

import json

import pytest

from share_api.discord.interactions import PING, Interaction
from share_api.http.json_body import InvalidBodyError, parse_body

RIGHT = {"id": "1", "application_id": "2", "type": PING, "token": "t", "version": 1}


def test_a_ping() -> None:
    assert parse_body(Interaction, json.dumps(RIGHT).encode()).type == PING


@pytest.mark.parametrize(
    "change",
    [
        {"type": True},
        {"type": "1"},
        {"type": 1.0},
        {"version": None},
        {"version": 2},
        {"version": True},
        {"guild_id": "3"},
        {"data": {"name": "report"}},
        {"member": {"user": {"id": "4"}}},
        {"token": ""},
        {"id": 1},
        {"application_id": "x"},
    ],
)
def test_what_is_no_ping(change: dict[str, object]) -> None:
    with pytest.raises(InvalidBodyError):
        parse_body(Interaction, json.dumps({**RIGHT, **change}).encode())
