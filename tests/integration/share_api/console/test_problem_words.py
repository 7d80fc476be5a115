"""Pages of errors in another language: what is composed of several sentences is all in it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.conftest import PASSWORD, Serve, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.support.console_words import words
from tests.support.refusing import refusing

from common.infra.refusals import Refusal
from common.links.state import LinkStateStore
from devstack.embedded.valkey import EmbeddedValkey
from share_api.container import Container

GERMAN = {"Accept-Language": "de"}
CHOICE = {"report": "revenue-overview", "period": "30d", "life": "604800"}
TOLD = {
    Refusal.FULL: "Redis ist voll und nimmt nichts mehr an (OOM).",
    Refusal.UNSAVED: "Redis kann seine Daten nicht sichern und nimmt nichts an (MISCONF).",
    Refusal.READ_ONLY: "Redis ist eine Replik und nimmt nichts an (READONLY).",
}


@pytest.fixture
def own_address(tmp_path: Path) -> Iterator[str]:
    """The address of a server that the test may break."""
    with EmbeddedValkey(tmp_path / "valkey", password="secret") as server:
        yield server.url


@pytest.fixture
def own_redis(own_address: str) -> Iterator[Redis]:
    with Redis.from_url(own_address) as client:
        yield client


def english_in(text: str) -> list[str]:
    """The pieces of English sentences that a text has."""
    messages = (form for word in words() for form in ((word,) if isinstance(word, str) else word))
    pieces = {part.strip() for each in messages for part in re.split(r"%\(\w+\)s", each)}
    return sorted(part for part in pieces if part.count(" ") > 1 and part in text)


def in_german(tab: Tab, path: str, **fields: str) -> httpx.Response:
    return tab.client.post(path, data={"csrf": tab.csrf, **fields}, headers=GERMAN)


@pytest.mark.parametrize("way", [Refusal.UNSAVED, Refusal.READ_ONLY])
def test_a_revocation_that_redis_does_not_take_is_told_in_the_readers_language(
    serve: Serve, world: World, own_redis: Redis, way: Refusal
) -> None:
    """The states of links are on a server that refuses, the session on one that does not."""

    def with_own_states(container: Container) -> Container:
        return replace(container, states=LinkStateStore(own_redis))

    with a_tab(serve(with_own_states)) as tab:
        tab.log_in("ben")
        tab.open("/admin/settings")
        share = tab.send("/admin/links/new", **CHOICE).headers["location"].rpartition("/")[2]
        with refusing(own_redis, way):
            answer = in_german(tab, "/admin/links/revoke", share=share)
            api = tab.client.delete(f"/api/admin/analytics/shares/{share}")
    assert answer.status_code == 503
    assert (
        "Links noch nicht widerrufen Der Widerruf ist vermerkt und wird ausgeführt, aber noch"
        f" nicht: {TOLD[way]} Betrachten Sie die Links bis dahin als offen."
    ) in said(answer)
    assert english_in(said(answer)) == []
    assert api.json()["detail"] == (
        f"The revocation is recorded and will be carried out, but not yet: {way.sentence}"
        " Treat the links as still live until it does."
    )


def test_a_full_redis_is_told_in_words_for_people_of_the_readers_language(
    serve: Serve, world: World, own_redis: Redis, own_address: str
) -> None:
    with a_tab(serve(REDIS_URL=own_address)) as tab, refusing(own_redis, Refusal.FULL):
        answer = in_german(tab, "/admin/login", email="ben@example.com", password=PASSWORD)
    assert answer.status_code == 503
    told = "Dienst nicht erreichbar Etwas, das diese Seite braucht, funktioniert gerade nicht."
    assert told in said(answer)
    assert "Redis" not in said(answer)
    assert english_in(said(answer)) == []


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("/admin/links/revoke-all", {"report": "x-y"}, "Ungültige Anfrage"),
        ("/admin/links/new", {**CHOICE, "report": "x-y"}, "Den Bericht 'x-y' gibt es nicht"),
        ("/admin/keys", {"name": " ", "scope": "shares:read", "days": "30"}, "wofür"),
        ("/admin/keys", {"name": "Till", "days": "30"}, "Wählen Sie, was der Schlüssel darf."),
        ("/admin/team/invitations", {"email": "x", "role": "editor"}, "keine E-Mail-Adresse"),
        ("/admin/team/invitations", {"email": "x@example.com", "role": "x"}, "Ihre Eingaben."),
        ("/admin/settings/shop", {"name": "Tokyo", "timezone": "Mars"}, "Europe/Berlin"),
        ("/admin/connections", {"platform": "x", "name": "x"}, "eine von diesen sein: shopify"),
        ("/admin/connections", {"platform": "shopify", "name": ""}, "höchstens 200 Zeichen"),
        ("/admin/settings/brand", {"footer": "x" * 5000}, "Verwenden Sie höchstens"),
        ("/admin/links/new", {**CHOICE, "label": "x" * 5000}, "Prüfen Sie Ihre Eingaben."),
        (
            "/admin/links/new",
            {**CHOICE, "period": "dates", "first": "2026-01-09", "last": "2026-01-08"},
            "den ersten nicht nach dem letzten und höchstens 366.",
        ),
    ],
)
def test_what_a_form_cannot_be_is_told_in_the_readers_language(
    tab: Tab, path: str, fields: dict[str, str], told: str
) -> None:
    answer = in_german(tab, path, **fields)
    assert answer.status_code >= 400
    assert told in said(answer)
    assert english_in(said(answer)) == []


@pytest.mark.parametrize("query", ["", "?find=abc&x=*'(~)&q=//evil.example"])
@pytest.mark.parametrize("path", ["", "/links", "/settings/brand", "/login", "/shops"])
def test_an_address_with_a_slash_at_its_end_leads_to_the_page_without(
    tab: Tab, path: str, query: str
) -> None:
    answer = tab.open(f"/admin{path}/{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin{path}{query}")


@pytest.mark.parametrize("path", ["/admin/nothing", "/administrator/", "/api/admin/session/"])
def test_what_is_no_page_stays_so(tab: Tab, path: str) -> None:
    assert tab.client.get(path).status_code == 404
