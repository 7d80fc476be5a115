import contextlib
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.reports.window import Period
from share_api.http.json_body import (
    InvalidBodyError,
    RepeatedName,
    decode,
    members_of,
    parse_body,
    pointer,
)
from share_api.schemas.requests import LoginBody
from share_api.schemas.share_body import ShareBody


def test_absent_means_default() -> None:
    for body in (b"", b"  \n", b"{}"):
        parsed = parse_body(ShareBody, body)
        assert (parsed.period, parsed.expires_in_seconds) == (Period.MONTH, None)


def test_a_body_as_it_should_be() -> None:
    parsed = parse_body(ShareBody, b' {"expiresInSeconds": 60, "period": "90d"} ')
    assert (parsed.period, parsed.expires_in_seconds) == (Period.QUARTER, 60)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_body_or_refused(body: bytes) -> None:
    with contextlib.suppress(InvalidBodyError):
        parse_body(ShareBody, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=5,
)


@given(JSON, JSON)
def test_no_other_value_passes(period: object, seconds: object) -> None:
    body = json.dumps({"period": period, "expiresInSeconds": seconds}).encode()
    right = period in ("7d", "30d", "90d") and type(seconds) is int and seconds > 0
    try:
        parse_body(ShareBody, body)
    except InvalidBodyError:
        assert not right
    else:
        assert right


def test_a_fault_never_repeats_what_was_sent() -> None:
    with pytest.raises(InvalidBodyError) as caught:
        parse_body(LoginBody, b'{"email": 1, "password": {"hunter2": "hunter2"}}')
    assert "hunter2" not in repr(caught.value.faults)
    assert {fault.pointer for fault in caught.value.faults} == {"/email", "/password"}


def test_pointers_are_escaped() -> None:
    assert pointer(["a/b", 0, "~"]) == "/a~1b/0/~0"


@given(st.lists(st.text() | st.integers(0, 3)), st.text(), JSON)
def test_a_name_that_is_there_twice_is_told_by_its_place(
    way: list[str | int], name: str, beside: object
) -> None:
    """Each step is a member's name, or a place in a list."""
    spelt = f"{{{json.dumps(name)}: 1, {json.dumps(name)}: 2}}"
    for step in reversed(way):
        if isinstance(step, int):
            spelt = f"[{'null, ' * step}{spelt}, {json.dumps(beside)}]"
        else:
            spelt = f"{{{json.dumps(step)}: {spelt}}}"
    assume("NaN" not in spelt)
    assume("Infinity" not in spelt)
    with pytest.raises(InvalidBodyError) as caught:
        decode(spelt.encode())
    assert [fault.pointer for fault in caught.value.faults] == [pointer([*way, name])]


class Counted(str):
    """A name that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_finding_a_name_that_is_there_twice_compares_each_a_few_times() -> None:
    names = [*map(str, range(2000)), "1999"]
    found = members_of([(Counted(name), None) for name in names])
    assert isinstance(found, RepeatedName)
    assert found.name == "1999"
    assert Counted.compared < 3 * len(names)
