"""Hosts of tenants' links: told by the header of a request, whatever it is spelled like."""

import pytest

from common.http.link_hosts import NO_HOSTS, LinkHosts
from common.setting_types import check_origin, require_alike

HOSTS = LinkHosts.of_setting("https://a.example,https://b.example:8443,https://C.example:443")


@pytest.mark.parametrize(
    ("sent", "host"),
    [
        (b"a.example", "a.example"),
        (b"A.Example", "a.example"),
        (b"a.example.", "a.example"),
        (b"a.example:443", "a.example"),
        (b"a.example.:443", "a.example"),
        (b"b.example:8443", "b.example:8443"),
        (b"c.example", "c.example"),
        (b"b.example", ""),
        (b"a.example:8443", ""),
        (b"aa.example", ""),
        (b"127.0.0.1:8001", ""),
        (b"[::1]:8001", ""),
        (b"", ""),
        (b"\xff", ""),
    ],
)
def test_a_host_is_known_however_it_is_spelled(sent: bytes, host: str) -> None:
    assert HOSTS.asked([(b"accept", b"*/*"), (b"host", sent)]) == host


def test_what_is_not_allowed_is_no_host() -> None:
    assert HOSTS.host_of("https://a.example") == "a.example"
    assert HOSTS.host_of("https://x.example") == HOSTS.host_of("") == ""
    assert HOSTS.allows("https://b.example:8443")
    assert not HOSTS.allows("https://b.example")
    assert HOSTS.asked([]) == ""
    assert not NO_HOSTS
    assert NO_HOSTS.asked([(b"host", b"a.example")]) == ""


def test_they_are_others_than_the_public_one_and_by_its_scheme() -> None:
    assert require_alike("https://a.example", "https://p.example") == "https://a.example"
    assert require_alike("", "https://p.example") == ""
    for wrong in (
        "http://a.example",
        "https://p.example",
        "https://P.example:443",
        "https://a.example,https://A.example:443",
    ):
        with pytest.raises(ValueError, match=r"scheme of|hosts other"):
            require_alike(wrong, "https://p.example")
    with pytest.raises(ValueError, match="host and port"):
        check_origin("https://a.example/path")
