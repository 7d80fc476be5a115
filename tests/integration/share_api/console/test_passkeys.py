"""Passkeys: added after the password is shown, used for a log-in once a challenge, and removed."""

import html
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import select
from tests.integration.share_api.conftest import BASE_URL, PASSWORD, Serve, Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.support import wait
from tests.support.authenticator import PRESENT, VERIFIED, Authenticator, encoded, great
from tests.support.lock_waits import somebody_waits

from accounts import passkeys as accounts
from accounts.memberships import find_account
from accounts.passkeys import list_passkeys
from accounts.passwords import GenerationOverError, replace_password
from accounts.reset_links import reset_link
from common.db.audit import COMMAND_LINE, AuditEntry, Author
from common.db.passkeys import Passkey
from common.db.tenancy import Access, transaction
from common.instants import now

DOMAIN = "app.example.com"
PASSKEYS = "/admin/settings/passkeys"
OPTIONS = re.compile(r'data-options="([^"]+)"')
REFUSED = "The passkey was not accepted."

Spoil = Callable[[Authenticator], dict[str, Any]]


def spoiled(**values: Any) -> Spoil:
    """Spoils the authenticator itself."""

    def spoil(device: Authenticator) -> dict[str, Any]:
        for name, value in values.items():
            setattr(device, name, value)
        return {}

    return spoil


def authenticator(**given: Any) -> Authenticator:
    return Authenticator(**{"domain": DOMAIN, "origin": BASE_URL, **given})


def options_for(tab: Tab, name: str = "Phone", current: str = PASSWORD) -> str:
    """Show the password; what the browser is asked to make."""
    answer = tab.send(f"{PASSKEYS}/new", name=name, current=current)
    assert answer.status_code == 200, said(answer)
    found = OPTIONS.search(answer.text)
    assert found, said(answer)
    return html.unescape(found[1])


def add(tab: Tab, name: str = "Phone", device: Authenticator | None = None) -> Authenticator:
    """Add a passkey."""
    device = device or authenticator()
    made = device.create(options_for(tab, name))
    answer = tab.send(PASSKEYS, name=name, credential=made)
    assert answer.headers["location"] == "/admin/settings?done=passkey", said(answer)
    return device


def ask(tab: Tab) -> str:
    """Ask for a challenge, and keep its cookie as the only one."""
    answer = tab.client.post("/admin/login/passkey/options")
    assert answer.status_code == 200, answer.text
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("analytics_passkey=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/admin/login", "Max-Age=300"):
        assert part in cookie
    tab.client.headers["Cookie"] = cookie.partition(";")[0]
    return answer.text


def show(tab: Tab, credential: str, **fields: str) -> httpx.Response:
    return tab.send("/admin/login/passkey", credential=credential, **fields)


def log_in(tab: Tab, device: Authenticator, **fields: str) -> httpx.Response:
    return show(tab, device.get(ask(tab)), **fields)


def refused(answer: httpx.Response) -> bool:
    """Whether a log-in was refused, and began no session."""
    told = answer.status_code == 403 and REFUSED in said(answer)
    return told and "analytics_session" not in str(answer.headers.get_list("set-cookie"))


def actions(world: World, tenant_id: int) -> list[tuple[str, str | None]]:
    """What the audit log says of passkeys and log-ins, in its order."""
    query = select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.at)
    with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
        rows = session.execute(query).all()
    return [(action, subject) for action, subject in rows]


@pytest.fixture
def device(tab: Tab) -> Authenticator:
    """Ben's, after he has added it."""
    return add(tab)


@pytest.fixture
def other(service: Service) -> Iterator[Tab]:
    with a_tab(service) as tab:
        yield tab


def test_who_added_a_passkey_logs_in_by_it_alone(tab: Tab, other: Tab, world: World) -> None:
    assert "never" not in said(tab.open("/admin/settings"))
    device = add(tab, "Ben’s <phone>")
    page = said(tab.open("/admin/settings?done=passkey"))
    assert "Passkey added." in page
    assert "Ben’s <phone>" in page
    assert " never " in page
    answer = log_in(other, device, next="/admin/links?show=ended")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/links?show=ended")
    cookies = answer.headers.get_list("set-cookie")
    (session,) = [each for each in cookies if each.startswith("analytics_session=")]
    assert session.endswith("HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure")
    assert any(each.startswith("analytics_device=") for each in cookies)
    assert " never " not in said(other.open("/admin/settings"))
    api = other.client.get("/api/admin/session")
    assert api.json()["email"] == "ben@example.com"
    assert actions(world, world.tokyo) == [
        ("login.succeeded", None),
        ("passkey.added", "Ben’s <phone>"),
        ("login.passkey", None),
    ]
    assert "Logged in with a passkey" in said(other.open("/admin/activity"))


def test_who_runs_several_shops_chooses_one_after_it(service: Service, world: World) -> None:
    with a_tab(service) as anna, a_tab(service) as later:
        anna.log_in("anna")
        anna.open("/admin/shops")
        anna.send("/admin/shops", tenant="berlin")
        anna.open("/admin/settings")
        device = add(anna)
        answer = log_in(later, device, next="/admin/data")
        assert answer.headers["location"] == "/admin/shops?next=/admin/data"
    assert ("passkey.added", "Phone") in actions(world, world.tokyo), "told to each of her shops"


def test_a_passkey_is_made_for_who_shows_the_password(tab: Tab, world: World) -> None:
    for wrong in ("wrong", PASSWORD + " "):
        answer = tab.send(f"{PASSKEYS}/new", name="Phone", current=wrong)
        assert answer.status_code == 403
        assert "The current password is wrong." in said(answer)
    for name in ("", "  ", "x" * 101, "a\0b", "a\nb"):
        assert tab.send(f"{PASSKEYS}/new", name=name, current=PASSWORD).status_code == 400
    unasked = authenticator().create(
        json.dumps({"user": {"id": encoded(bytes(8))}, "challenge": encoded(bytes(32))})
    )
    answer = tab.send(PASSKEYS, name="Phone", credential=unasked)
    assert answer.status_code == 403
    assert REFUSED in said(answer)
    assert list_passkeys(world.engine, world.admins["ben"]) == ()


MADE_WRONG: dict[str, Spoil] = {
    "another challenge": lambda _: {"challenge": encoded(bytes(32))},
    "another origin": lambda _: {"origin": "https://app.example.com.evil.example"},
    "another scheme": lambda _: {"origin": "http://app.example.com"},
    "shown, not made": lambda _: {"type": "webauthn.get"},
    "another domain": spoiled(domain="evil.example"),
    "nobody verified": spoiled(flags=PRESENT),
    "nobody there": spoiled(flags=VERIFIED),
    "no name": spoiled(credential_id=b""),
    "too long a name": spoiled(credential_id=bytes(1024)),
}


@pytest.mark.parametrize("spoil", MADE_WRONG.values(), ids=MADE_WRONG)
def test_what_was_not_made_as_asked_is_not_added(tab: Tab, world: World, spoil: Spoil) -> None:
    device, options = authenticator(), options_for(tab)
    answer = tab.send(PASSKEYS, name="Phone", credential=device.create(options, **spoil(device)))
    assert answer.status_code == 403
    assert REFUSED in said(answer)
    rightly = authenticator().create(options)
    again = tab.send(PASSKEYS, name="Phone", credential=rightly)
    assert again.status_code == 403, "a challenge is for one attempt"
    assert list_passkeys(world.engine, world.admins["ben"]) == ()


def test_what_another_session_was_asked_for_is_not_added(
    tab: Tab, other: Tab, world: World
) -> None:
    made = authenticator().create(options_for(tab))
    other.log_in("ben")
    other.open("/admin/settings")
    assert other.send(PASSKEYS, name="Phone", credential=made).status_code == 403
    assert tab.send(PASSKEYS, name="Phone", credential=made).status_code == 303
    assert tab.send(PASSKEYS, name="Phone", credential=made).status_code == 403
    assert len(list_passkeys(world.engine, world.admins["ben"])) == 1


def test_a_credential_is_a_passkey_once_and_of_one_account(
    tab: Tab, other: Tab, device: Authenticator, world: World
) -> None:
    known = json.loads(options_for(tab))["excludeCredentials"]
    assert [each["id"] for each in known] == [encoded(device.credential_id)]
    other.log_in("anna")
    other.open("/admin/shops")
    other.send("/admin/shops", tenant="berlin")
    other.open("/admin/settings")
    for each in (tab, other):
        made = device.create(options_for(each))
        answer = each.send(PASSKEYS, name="Again", credential=made)
        assert answer.status_code == 409
        assert "This passkey has already been added." in said(answer)
    assert list_passkeys(world.engine, world.admins["anna"]) == ()


def test_an_account_has_so_many_and_no_more(
    tab: Tab, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MOST_PASSKEYS", 2)
    for name in ("one", "two"):
        add(tab, name)
    made = authenticator().create(options_for(tab))
    answer = tab.send(PASSKEYS, name="three", credential=made)
    assert answer.status_code == 409
    assert "remove one first" in said(answer)
    names = [each.name for each in list_passkeys(world.engine, world.admins["ben"])]
    assert names == ["one", "two"]


SHOWN_WRONG: dict[str, Spoil] = {
    "another challenge": lambda _: {"challenge": encoded(bytes(32))},
    "no challenge": lambda _: {"challenge": ""},
    "another origin": lambda _: {"origin": "https://evil.example"},
    "an origin of this machine": lambda _: {"origin": "http://localhost:8000"},
    "made, not shown": lambda _: {"type": "webauthn.create"},
    "another domain": spoiled(domain="example.com"),
    "nobody verified": spoiled(flags=PRESENT),
    "nobody there": spoiled(flags=VERIFIED),
    "a counter that stands": spoiled(counter=4),
    "a counter that goes back": spoiled(counter=0),
    "another key": spoiled(key=authenticator().key),
}


@pytest.mark.parametrize("spoil", SHOWN_WRONG.values(), ids=SHOWN_WRONG)
def test_what_is_not_shown_as_asked_lets_nobody_in_and_is_written_down(
    tab: Tab, other: Tab, world: World, spoil: Spoil
) -> None:
    device = add(tab, device=authenticator(counter=4))
    log_in(other, device)
    assert device.counter == 5
    options = ask(other)
    assert refused(show(other, device.get(options, **spoil(device))))
    assert actions(world, world.tokyo)[-1] == ("login.failed", None)
    (kept,) = list_passkeys(world.engine, world.admins["ben"])
    assert kept.sign_count == 5


ANNA = b"anna"
STRANGE: dict[str, Spoil] = {
    "another account": spoiled(handle=ANNA),
    "no account": spoiled(handle=(2**31 - 1).to_bytes(8)),
    "beyond accounts": spoiled(handle=(2**62).to_bytes(8)),
    "no number": spoiled(handle=b"\xff" * 8),
    "too long": spoiled(handle=bytes(64)),
    "nothing": spoiled(handle=b""),
    "another credential": spoiled(credential_id=bytes(32)),
}


@pytest.mark.parametrize("spoil", STRANGE.values(), ids=STRANGE)
def test_what_is_no_passkey_of_the_account_lets_nobody_in(
    device: Authenticator, other: Tab, world: World, spoil: Spoil
) -> None:
    spoil(device)
    if device.handle == ANNA:
        device.handle = world.admins["anna"].to_bytes(8)
    assert refused(log_in(other, device))
    assert "login.failed" not in dict(actions(world, world.tokyo))


def test_a_challenge_is_for_one_attempt_of_one_browser(
    device: Authenticator, other: Tab, stranger: Tab
) -> None:
    shown = device.get(ask(other))
    mine = other.client.headers["Cookie"]
    ask(stranger)
    assert refused(show(stranger, shown)), "another browser's"
    other.client.headers["Cookie"] = mine
    assert show(other, shown).status_code == 303
    other.client.headers["Cookie"] = mine
    assert refused(show(other, shown)), "a second time"
    del other.client.headers["Cookie"]
    assert refused(show(other, shown)), "without a cookie"
    other.client.headers["Cookie"] = f"{mine}x"
    assert refused(show(other, shown)), "with another one"


def test_a_challenge_is_over_after_a_while(
    device: Authenticator, other: Tab, redis_client: Redis
) -> None:
    shown = device.get(ask(other))
    (key,) = redis_client.keys("passkey:log-in:*")
    assert 0 < redis_client.ttl(key) <= 300
    assert other.client.headers["Cookie"].partition("=")[2] not in str(key)
    redis_client.delete(key)
    assert refused(show(other, shown))


def test_of_two_who_show_one_counter_the_second_meets_what_the_first_left(
    device: Authenticator, world: World
) -> None:
    """Held while the first is verified: read together, both would be let in by one counter."""
    admin_id, begun, go_on = world.admins["ben"], Event(), Event()
    met: list[int] = []

    def first(passkey: Passkey) -> int:
        begun.set()
        assert go_on.wait(wait.PATIENCE_SECONDS)
        return passkey.sign_count + 1

    def second(passkey: Passkey) -> int:
        met.append(passkey.sign_count)
        return passkey.sign_count + 1

    def use(verify: Callable[[Passkey], int]) -> object:
        return accounts.use_passkey(world.engine, admin_id, device.credential_id, verify, at=now())

    (before,) = list_passkeys(world.engine, admin_id)
    with ThreadPoolExecutor(2) as threads:
        held = threads.submit(use, first)
        assert begun.wait(wait.PATIENCE_SECONDS)
        other = threads.submit(use, second)
        wait.until(lambda: other.done() or somebody_waits(world.engine), "the second waits")
        go_on.set()
        held.result()
        other.result()
    assert met == [before.sign_count + 1]


def test_an_authenticator_that_does_not_count_is_let_in_each_time(tab: Tab, other: Tab) -> None:
    device = add(tab)
    for _ in range(2):
        device.counter = -1
        assert log_in(other, device).status_code == 303


def test_a_removed_passkey_lets_nobody_in_and_ends_what_it_began(
    tab: Tab, other: Tab, stranger: Tab, world: World
) -> None:
    kept, lost = add(tab, "kept"), add(tab, "lost")
    log_in(other, lost)
    other.open("/admin")
    rows = {each.name: each.id for each in list_passkeys(world.engine, world.admins["ben"])}
    tab.open("/admin/settings")
    answer = tab.send(f"{PASSKEYS}/remove", passkey=str(rows["lost"]))
    assert answer.headers["location"] == "/admin/settings?done=passkey-removed"
    page = said(tab.open(answer.headers["location"]))
    assert "Passkey removed. Every other session has ended." in page
    assert "lost" not in page
    assert other.open("/admin").headers["location"].startswith("/admin/login")
    assert refused(log_in(stranger, lost))
    assert log_in(stranger, kept).status_code == 303
    assert ("passkey.removed", "lost") in actions(world, world.tokyo)


def test_nobody_removes_what_is_not_theirs(
    device: Authenticator, tab: Tab, other: Tab, stranger: Tab, world: World
) -> None:
    (theirs,) = list_passkeys(world.engine, world.admins["ben"])
    other.log_in("anna")
    other.open("/admin/shops")
    other.send("/admin/shops", tenant="tokyo")
    other.open("/admin/settings")
    for odd in (str(theirs.id), "x", ""):
        answer = other.send(f"{PASSKEYS}/remove", passkey=odd)
        assert answer.headers["location"] == "/admin/settings"
    assert tab.open("/admin").status_code == 200, "his sessions go on"
    assert log_in(stranger, device).status_code == 303


def test_a_new_password_ends_sessions_and_leaves_passkeys(
    device: Authenticator, tab: Tab, other: Tab
) -> None:
    log_in(other, device)
    other.open("/admin")
    new = "violet umbrellas hum at noon"
    tab.open("/admin/settings")
    tab.send("/admin/settings/password", current=PASSWORD, new=new)
    assert other.open("/admin").headers["location"].startswith("/admin/login")
    assert log_in(other, device).status_code == 303
    other.open("/admin")
    tab.open("/admin")
    tab.send("/admin/logout", everywhere="1")
    assert other.open("/admin").headers["location"].startswith("/admin/login")


def test_who_sets_a_password_without_the_old_one_leaves_no_passkey(
    device: Authenticator, stranger: Tab, world: World
) -> None:
    """Whoever may have come in before has no way left."""
    admin_id, password = world.admins["ben"], "violet umbrellas hum at noon"
    token, _ = reset_link(world.engine, admin_id, tenant_id=None, author=COMMAND_LINE, at=now())
    assert stranger.send(f"/admin/reset/{token}", password=password).status_code == 303
    assert list_passkeys(world.engine, admin_id) == ()
    assert ("passkey.removed", "Phone") in actions(world, world.tokyo)
    assert refused(log_in(stranger, device))


def test_nobody_adds_one_by_a_request_that_began_before_a_reset(
    tab: Tab, service: Service, world: World
) -> None:
    admin_id = world.admins["ben"]
    session_id = tab.client.headers["Cookie"].partition("=")[2]
    account = find_account(world.engine, admin_id)
    assert account is not None
    device = authenticator()
    made = device.create(options_for(tab))
    replace_password(world.engine, admin_id, "of another password", COMMAND_LINE, at=now())
    began = SimpleNamespace(account=account, session_id=session_id)
    author = Author("ben@example.com", admin_id)
    with pytest.raises(GenerationOverError):
        service.container.passkeys.add(began, made, "Phone", author, host=DOMAIN)
    assert list_passkeys(world.engine, admin_id) == ()


def test_little_that_stands_for_much_is_refused(
    device: Authenticator, tab: Tab, other: Tab
) -> None:
    device.extensions = great(16)
    assert refused(log_in(other, device))
    made = authenticator(extensions=great(16)).create(options_for(tab))
    answer = tab.send(PASSKEYS, name="Phone", credential=made)
    assert answer.status_code == 403
    assert REFUSED in said(answer)


def test_log_ins_by_passkey_are_throttled_and_lock_nobody_out(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_LOGINS_PER_ADDRESS=3, SHARE_API_LOGINS_PER_ACCOUNT=1)
    with a_tab(service) as tab, a_tab(service) as other:
        tab.log_in("ben")
        tab.open("/admin/settings")
        device = add(tab)
        ask(other)
        answer = other.client.post("/admin/login/passkey/options")
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 300
        assert refused(show(other, device.get(json.dumps({"challenge": ""}))))
        assert tab.open("/admin").status_code == 200
    with a_tab(serve(SHARE_API_LOGINS_PER_ACCOUNT=1)) as tab:
        for _ in range(3):
            assert refused(log_in(tab, authenticator(handle=world.admins["ben"].to_bytes(8))))
        assert log_in(tab, device).status_code == 303


@pytest.mark.parametrize(
    "body",
    [
        *("", "null", "[]", "{}", "x", '{"id": 1}', '"', "[" * 4000, "\0"),
        json.dumps({"id": "é", "rawId": "é", "type": "public-key", "response": {}}),
        json.dumps(
            {
                "id": "AAAA", "rawId": "AAAA", "type": "public-key",
                "response": {
                    "clientDataJSON": "AA", "attestationObject": "AA", "authenticatorData": "AA",
                    "signature": "AA", "userHandle": encoded(bytes(7) + b"\1"),
                },
            }
        ),
        json.dumps(
            {
                "id": "A", "rawId": "A", "type": "public-key",
                "response": {"clientDataJSON": "A", "attestationObject": "A",
                             "authenticatorData": "A", "signature": "A", "userHandle": "A"},
            }
        ),
    ],
)  # fmt: skip
def test_what_is_no_credential_is_refused_calmly(tab: Tab, other: Tab, body: str) -> None:
    ask(other)
    assert refused(show(other, body))
    options_for(tab)
    answer = tab.send(PASSKEYS, name="Phone", credential=body)
    assert answer.status_code == 403
    assert REFUSED in said(answer)


def test_passkeys_are_seen_on_behalf_of_who_has_them_alone(
    device: Authenticator, world: World
) -> None:
    ben, anna = world.admins["ben"], world.admins["anna"]
    for access, seen in (
        (Access(admin_id=ben), 1),
        (Access(admin_id=anna), 0),
        (Access(), 0),
        (Access(tenant_id=world.tokyo), 0),
    ):
        with transaction(world.engine, access) as session:
            assert len(session.scalars(select(Passkey)).all()) == seen


def test_where_no_passkey_can_be_made_none_is_offered(serve: Serve, world: World) -> None:
    service = serve(PUBLIC_BASE_URL="https://192.0.2.7")
    with a_tab(service) as tab:
        assert "passkey" not in tab.open("/admin/login").text
        tab.log_in("ben")
        assert "passkeys-title" not in tab.open("/admin/settings").text
        answer = tab.send(f"{PASSKEYS}/new", name="Phone", current=PASSWORD)
        assert answer.status_code == 403
        asked = tab.client.post("/admin/login/passkey/options")
        assert asked.status_code == 403


def test_on_this_machine_the_consoles_own_port_is_an_origin(serve: Serve, world: World) -> None:
    service = serve(PUBLIC_BASE_URL="http://127.0.0.1:8001")
    here = service.url.replace("127.0.0.1", "localhost")
    host = here.partition("//")[2]
    with a_tab(service) as tab:
        tab.client.headers["Host"] = host
        tab.log_in("ben")
        tab.open("/admin/settings")
        device = add(tab, device=Authenticator("localhost", here))
        answer = tab.client.post("/admin/login/passkey/options")
        (cookie,) = answer.headers.get_list("set-cookie")
        tab.client.headers["Cookie"] = cookie.partition(";")[0]
        elsewhere = device.get(answer.text, origin="http://localhost:1")
        assert refused(show(tab, elsewhere))
        again = tab.client.post("/admin/login/passkey/options")
        tab.client.headers["Cookie"] = again.headers["set-cookie"].partition(";")[0]
        assert show(tab, device.get(again.text)).status_code == 303
