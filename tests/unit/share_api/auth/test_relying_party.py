"""For which domain passkeys are made, and where a browser may use one."""

import pytest

from share_api.auth.relying_party import relying_party


@pytest.mark.parametrize(
    ("base", "domain", "origin"),
    [
        ("https://app.example.com", "app.example.com", "https://app.example.com"),
        ("https://APP.example.com:8443", "app.example.com", "https://app.example.com:8443"),
        ("https://localhost:8443", "localhost", "https://localhost:8443"),
        ("http://127.0.0.1:8080", "localhost", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "localhost", "http://[::1]:8080"),
        ("https://192.0.2.7", "", "https://192.0.2.7"),
        ("https://[2001:db8::7]", "", "https://[2001:db8::7]"),
    ],
)
def test_they_are_of_the_public_address(base: str, domain: str, origin: str) -> None:
    party = relying_party(base)
    assert (party.id, party.origin) == (domain, origin)


@pytest.mark.parametrize("host", ["evil.example", "localhost:8000", "app.example.com", ""])
def test_on_a_domain_no_host_that_is_asked_for_adds_an_origin(host: str) -> None:
    assert relying_party("https://app.example.com").origins(host) == ["https://app.example.com"]


@pytest.mark.parametrize(
    ("host", "more"),
    [
        ("localhost:8000", ["http://localhost:8000"]),
        ("LOCALHOST:8000", ["http://localhost:8000"]),
        ("localhost.evil.example:8000", []),
        ("evil.example", []),
        ("127.0.0.1:8000", []),
        ("localhost@evil.example", []),
        ("", []),
    ],
)
def test_on_this_machine_the_port_is_that_which_is_asked_for(host: str, more: list[str]) -> None:
    party = relying_party("http://127.0.0.1:8001")
    assert party.origins(host) == ["http://127.0.0.1:8001", *more]
