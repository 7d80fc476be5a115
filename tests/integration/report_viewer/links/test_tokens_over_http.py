"""Mutants of tokens at a real viewer, through a socket: refused, whatever the bytes are."""

from collections.abc import Iterator

import pytest
from benchmarks.mutations.material import Material
from benchmarks.mutations.mutants import FAMILIES
from benchmarks.mutations.over_http import Client, attack_viewer
from benchmarks.mutations.served import served


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Material, int]]:
    with served(2) as each:
        yield each


def test_no_mutant_opens_a_page_or_a_csv(running: tuple[Material, int]) -> None:
    outcome = attack_viewer(*running, about=1200)
    assert set(outcome.tried) == set(FAMILIES)
    assert (outcome.accepted, outcome.errors, outcome.examples) == (0, 0, [])


def test_a_query_string_opens_nothing_else(running: tuple[Material, int]) -> None:
    """Nor does it close what the token opens: it is not read."""
    material, port = running
    token, stranger = material.tokens[0].encode(), material.strangers[0].encode()
    with Client("127.0.0.1", port) as client:
        for query in (
            b"?",
            b"?token=" + token,
            b"?tenant=2&format=csv&expires=0",
            b"?" + b"a" * 999,
        ):
            assert client.get(b"/api/reports/" + token + query) == 200
            assert client.get(b"/api/reports/" + stranger + query) == 403
