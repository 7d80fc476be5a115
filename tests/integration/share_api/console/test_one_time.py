"""One-time links: invitations and new passwords, used once, by one, and by nobody too late."""

import html
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.share_api.conftest import BASE_URL, PASSWORD, Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.support import hypothesis_profiles, wait
from tests.support.lock_waits import somebody_waits

from accounts.admin_copies import accounts_beside
from accounts.invitations import InvitationOverError, find_invitation, invite
from accounts.passwords import end_sessions, replace_password
from accounts.reset_links import ResetOverError, find_reset, reset_link
from common.db.accounts import Role
from common.db.audit import COMMAND_LINE, Author
from common.db.tenancy import TenantDb, TenantSession
from common.instants import now
from common.password_hashing import hash_password

NEW = "violet umbrellas hum at noon"
LINK = re.compile(r'id="secret" readonly data-here value="([^"]+)"')


def link_on(answer: httpx.Response) -> str:
    """The path of the link that a page shows this once."""
    found = LINK.search(answer.text)
    assert found, said(answer)
    return html.unescape(found[1]).removeprefix(BASE_URL)


def invited(tab: Tab, email: str, role: str = "editor") -> str:
    tab.open("/admin/team")
    return link_on(tab.send("/admin/team/invitations", email=email, role=role))


def at_once(service: Service, path: str, *passwords: str) -> list[int]:
    """What several who use a link at the same time are answered."""
    ready, statuses = threading.Barrier(len(passwords)), []

    def use(password: str) -> None:
        with a_tab(service) as tab:
            ready.wait()
            statuses.append(tab.send(path, password=password).status_code)

    threads = [threading.Thread(target=use, args=(each,)) for each in passwords]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(statuses)


def test_an_invitation_makes_an_account_and_a_member_once(
    tab: Tab, service: Service, stranger: Tab
) -> None:
    path = invited(tab, " Dora@Example.com ")
    assert path not in tab.open("/admin/team").text
    assert "dora@example.com" in said(tab.open("/admin/team"))
    page = said(stranger.open(path))
    assert "Join Tokyo" in page
    for weak in ("short", "password1234", "dora@example.com"):
        assert stranger.send(path, password=weak).status_code == 400
    stranger.client.headers["Cookie"] = f"analytics_session={'A' * 43}"  # planted
    joined = stranger.send(path, password=NEW)
    assert (joined.status_code, joined.headers["location"]) == (303, "/admin")
    assert "A" * 43 not in joined.headers["set-cookie"]
    assert "New link" in said(stranger.open("/admin/links"))
    assert stranger.open("/admin/links/sharing").status_code == 403
    with a_tab(service) as again:
        assert again.open(path).status_code == 404
        assert again.send(path, password=NEW).status_code == 404
        assert again.log_in("dora", NEW).status_code == 303
    team = said(tab.open("/admin/team"))
    assert "Open invitations" not in team
    activity = said(tab.open("/admin/activity"))
    assert "Admin invited" in activity
    assert "Admin added dora@example.com" in activity


def test_of_two_who_accept_at_once_one_is_let_in(tab: Tab, service: Service) -> None:
    path = invited(tab, "dora@example.com", "viewer")
    other = "seven quiet lanterns drift"
    assert at_once(service, path, NEW, other) == [303, 404]


def test_of_two_who_accept_neither_is_asked_for_the_others_password(
    tab: Tab, stranger: Tab, service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One makes the account after the other saw the invitation, and before it asks for accounts."""
    path = invited(tab, "dora@example.com", "viewer")
    plain, begun = accounts_beside, Event()

    @contextmanager
    def overtaken(engine: Engine, session: TenantSession) -> Iterator[TenantSession]:
        if not begun.is_set():
            begun.set()
            firsts.append(threads.submit(first.send, path, password=NEW))
            wait.until(lambda: firsts[0].done() or somebody_waits(world.engine), "they meet")
        with plain(engine, session) as accounts:
            yield accounts

    monkeypatch.setattr("accounts.invitations.accounts_beside", overtaken)
    firsts: list[Future[httpx.Response]] = []
    with a_tab(service) as first, ThreadPoolExecutor(1) as threads:
        answers = [stranger.send(path, password="seven quiet lanterns drift")]
        answers.append(firsts[0].result())
    assert sorted(each.status_code for each in answers) == [303, 404]


def test_an_account_that_is_there_shows_its_password(
    tab: Tab, stranger: Tab, world: World, service: Service
) -> None:
    path = invited(tab, "carl@example.com", "viewer")
    assert "You already have an account" in said(stranger.open(path))
    wrong = stranger.send(path, password=NEW)
    assert (wrong.status_code, "The password is wrong." in said(wrong)) == (403, True)
    assert stranger.send(path, password=PASSWORD).status_code == 303
    assert "viewer" in stranger.client.get("/api/admin/session").text
    with a_tab(service) as carl:
        assert carl.log_in("carl", NEW).status_code == 403


def test_an_invitation_ends_when_it_is_revoked_replaced_or_too_old(
    tab: Tab, stranger: Tab, world: World
) -> None:
    first = invited(tab, "dora@example.com")
    second = invited(tab, "dora@example.com", "viewer")
    assert stranger.open(first).status_code == 404
    page = tab.open("/admin/team")
    ask = re.search(r'href="(/admin/team\?revoke=[^"]+)"', page.text)
    assert ask
    asked = tab.open(ask[1])
    assert "Revoke this invitation? dora@example.com" in said(asked)
    assert stranger.open(second).status_code == 200
    revoke = re.search(r'action="(/admin/team/invitations/[^"]+/revoke)"', asked.text)
    assert revoke
    assert tab.send(revoke[1]).status_code == 303
    assert tab.send(revoke[1]).status_code == 404
    assert stranger.open(second).status_code == 404
    db, past = TenantDb(world.engine, world.tokyo), now() - timedelta(days=8)
    _, token = invite(db, "emil@example.com", Role.VIEWER, author=COMMAND_LINE, at=past)
    assert stranger.open(f"/admin/invitation/{token}").status_code == 404
    for refused in ({"email": "ben@example.com"}, {"email": "x"}, {"role": "king"}):
        fields = {"email": "emil@example.com", "role": "viewer", **refused}
        assert tab.send("/admin/team/invitations", **fields).status_code == 400


def reset_path(tab: Tab, member: int) -> str:
    tab.open("/admin/team")
    return link_on(tab.send(f"/admin/team/{member}/reset"))


def test_a_new_password_by_a_link_ends_every_session_and_the_link(
    tab: Tab, stranger: Tab, world: World, service: Service
) -> None:
    world.join("carl", world.tokyo, "editor")
    with a_tab(service) as carl:
        carl.log_in("carl")
        path = reset_path(tab, world.admins["carl"])
        assert "carl@example.com" in said(stranger.open(path))
        assert stranger.send(path, password="password1234").status_code == 400
        assert carl.open("/admin/links").status_code == 200
        assert stranger.send(path, password=NEW).status_code == 303
        assert stranger.open("/admin/links").status_code == 200
        assert carl.open("/admin/links").headers["location"].startswith("/admin/login")
        assert carl.open(path).status_code == 404
        assert carl.log_in("carl").status_code == 403
        assert carl.log_in("carl", NEW).status_code == 303
    assert "Password reset link created" in said(tab.open("/admin/activity"))


def test_of_two_who_set_a_password_at_once_one_is_let_in(
    tab: Tab, world: World, service: Service
) -> None:
    world.join("carl", world.tokyo, "editor")
    path = reset_path(tab, world.admins["carl"])
    assert at_once(service, path, NEW, "seven quiet lanterns drift") == [303, 404]


def test_an_owner_sets_no_password_that_opens_other_shops(
    tab: Tab, stranger: Tab, world: World
) -> None:
    tab.open("/admin/team")
    refused = tab.send(f"/admin/team/{world.admins['anna']}/reset")
    assert refused.status_code == 409
    assert "other shops" in said(refused)
    world.join("carl", world.tokyo, "editor")
    path = reset_path(tab, world.admins["carl"])
    world.join("carl", world.berlin, "viewer")
    assert stranger.open(path).status_code == 404
    assert stranger.send(path, password=NEW).status_code == 404


@pytest.mark.parametrize("over", ["late", "logged out", "another password"])
def test_a_link_for_a_password_is_over(over: str, world: World) -> None:
    admin_id, at = world.admins["carl"], now()
    author = Author("carl@example.com", admin_id)
    token, until = reset_link(world.engine, admin_id, tenant_id=None, author=COMMAND_LINE, at=at)
    assert find_reset(world.engine, token, now=at).email == "carl@example.com"
    if over == "logged out":
        end_sessions(world.engine, author, at=at)
    if over == "another password":
        replace_password(world.engine, admin_id, hash_password(NEW), author, at=at)
    with pytest.raises(ResetOverError):
        find_reset(world.engine, token, now=until if over == "late" else at)


@settings(
    max_examples=hypothesis_profiles.examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_token_that_is_changed_anywhere_is_none(world: World, data: st.DataObject) -> None:
    """Of both kinds: every character counts."""
    db = TenantDb(world.engine, world.tokyo)
    _, invitation = invite(db, "dora@example.com", Role.VIEWER, author=COMMAND_LINE, at=now())
    reset, _ = reset_link(
        world.engine, world.admins["carl"], tenant_id=None, author=COMMAND_LINE, at=now()
    )
    token = data.draw(st.sampled_from([invitation, reset]))
    at = data.draw(st.integers(0, len(token) - 1))
    texts = st.text("0123456789abcdefXYZ_-٣ ", max_size=2)
    put = data.draw(texts.filter(lambda text: text != token[at]))
    changed = token[:at] + put + token[at + 1 :]
    find: Callable[..., object] = find_invitation if token is invitation else find_reset
    with pytest.raises((InvitationOverError, ResetOverError)):
        find(world.engine, changed, now=now())
