"""An address may do a thing so often in a minute; others, and other things, are not concerned."""

from report_viewer.http.address_limit import WINDOW_SECONDS, AddressLimit


def test_the_limit_is_by_address_and_thing_and_ends_with_the_minute() -> None:
    now = 0.0
    limit = AddressLimit(2, timer=lambda: now)
    assert [limit.allows("192.0.2.1", "a") for _ in range(3)] == [True, True, False]
    assert limit.allows("192.0.2.1", "b")
    assert limit.allows("192.0.2.2", "a")
    now = WINDOW_SECONDS + 1
    assert limit.allows("192.0.2.1", "a")


def test_a_network_counts_as_one_address_and_so_do_those_without() -> None:
    limit = AddressLimit(1)
    assert limit.allows("2001:db8::1")
    assert not limit.allows("2001:db8::2")
    assert limit.allows(None)
    assert not limit.allows("")
