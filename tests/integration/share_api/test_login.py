"""Sessions: who gets one, what it is worth, and when it ends."""

import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine
from redis import Redis
from tests.integration.share_api.conftest import (
    PASSWORD,
    Serve,
    Service,
    World,
    assert_problem,
    log_in,
)

from common.instants import now
from devstack.embedded.valkey import EmbeddedValkey
from share_api.auth.devices import DEVICE_COOKIE
from share_api.auth.sessions import COOKIE, NoSessionError, SessionStore
from share_api.rate_limits import SLOW_AFTER, SLOW_SECONDS

SESSION = "/api/admin/session"
TENANT = f"{SESSION}/tenant"
TOKYO = {"slug": "tokyo", "name": "Tokyo", "currency": "JPY", "timezone": "Asia/Tokyo"}


def test_the_only_tenant_is_chosen_at_once(service: Service) -> None:
    with service.client() as client:
        answer = log_in(client, "ben")
        assert answer.status_code == 200
        assert answer.json() == {
            "email": "ben@example.com",
            "tenant": TOKYO,
            "tenants": [TOKYO],
            "role": "owner",
        }
        assert client.get(SESSION).json() == answer.json()


def test_one_of_several_tenants_is_chosen_by_the_admin(service: Service) -> None:
    with service.admin(tenant=None) as client:
        before = client.get(SESSION).json()
        assert before["tenant"] is None
        assert [each["slug"] for each in before["tenants"]] == ["berlin", "tokyo"]
        chosen = client.put(TENANT, json={"tenant": "tokyo"})
        assert chosen.status_code == 200
        assert chosen.json()["tenant"] == TOKYO
        assert client.get(SESSION).json() == chosen.json()


def test_a_tenant_of_others_reads_like_one_that_does_not_exist(
    service: Service, ben: httpx.Client
) -> None:
    others, none = (ben.put(TENANT, json={"tenant": slug}) for slug in ("berlin", "nowhere"))
    assert assert_problem(others, 403) == assert_problem(none, 403)
    assert ben.get(SESSION).json()["tenant"] == TOKYO


@pytest.mark.parametrize(
    ("base_url", "secure"), [("https://app.example.com", True), ("http://localhost:8001", False)]
)
def test_the_cookie_is_opaque_and_guarded(
    serve: Serve, world: World, base_url: str, secure: bool
) -> None:
    with serve(PUBLIC_BASE_URL=base_url).client() as client:
        device, cookie = log_in(client, "anna").headers.get_list("set-cookie")
    value, *attributes = cookie.split("; ")
    assert device.startswith(f"{DEVICE_COOKIE}=")
    assert ("Secure" in device.split("; ")) is secure
    assert {"HttpOnly", "SameSite=lax"} <= set(device.split("; "))
    assert re.fullmatch(rf"{COOKIE}=[A-Za-z0-9_-]{{43}}", value)
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"} <= set(attributes)
    assert ("Secure" in attributes) is secure
    assert not any(each.startswith("Domain") for each in attributes)


def test_redis_knows_the_hash_of_a_session_and_when_it_idles_out(
    anna: httpx.Client, redis_client: Redis, world: World
) -> None:
    session_id = anna.headers["cookie"].partition("=")[2]
    (key,) = redis_client.keys("session:*")
    assert isinstance(key, bytes)
    assert re.fullmatch(rb"session:[0-9a-f]{64}", key)
    assert session_id.encode() not in key
    stored = json.loads(redis_client.get(key) or b"")
    assert set(stored) == {"admin_id", "tenant_id", "created_at", "generation", "epoch", "mac"}
    assert (stored["admin_id"], stored["tenant_id"]) == (world.admins["anna"], world.berlin)
    assert 7100 < redis_client.ttl(key) <= 7200


@pytest.mark.parametrize(
    ("email", "password"),
    [("anna@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", PASSWORD), ("x", "y")],
)
def test_wrong_credentials(service: Service, email: str, password: str) -> None:
    with service.client() as client:
        answer = client.post(SESSION, json={"email": email, "password": password})
    assert_problem(answer, 403 if email else 400)
    assert "set-cookie" not in answer.headers


def test_an_unknown_account_reads_and_costs_like_a_wrong_password(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []

    def refuse(stored: str, _: str) -> bool:
        verified.append(stored[:9])
        return False

    monkeypatch.setattr("share_api.auth.credentials.password_matches", refuse)
    with service.client() as client:
        answers = [log_in(client, name, "wrong").content for name in ("anna", "nobody")]
    assert answers[0] == answers[1]
    assert verified == ["$argon2id", "$argon2id"]


def test_the_address_is_found_whatever_its_case(service: Service) -> None:
    with service.client() as client:
        login = {"email": " Anna@Example.COM ", "password": PASSWORD}
        assert client.post(SESSION, json=login).status_code == 200


def test_a_login_makes_a_new_session_and_ends_the_one_before(service: Service) -> None:
    with service.admin() as client:
        planted = client.headers["cookie"]
        assert log_in(client, "anna").status_code == 200
        assert client.headers["cookie"] != planted
        assert_problem(client.get(SESSION, headers={"Cookie": planted}), 403)


def test_logging_out_ends_the_session(anna: httpx.Client) -> None:
    for _ in range(2):
        answer = anna.delete(SESSION)
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert_problem(anna.get(SESSION), 403)


def test_a_forged_cookie_is_no_session(service: Service, subtests: pytest.Subtests) -> None:
    for value in ("", "x", "A" * 43, "A" * 5000, "é", "{}", "../session"):
        with subtests.test(value=value[:50]), service.client() as client:
            cookie = [(b"Cookie", f"{COOKIE}={value}".encode())]
            assert_problem(client.get(SESSION, headers=cookie), 403)


def test_a_session_ends_after_its_life_however_busy(service: Service, anna: httpx.Client) -> None:
    with time_machine.travel(now() + timedelta(hours=12, seconds=-5), tick=True):
        assert anna.get(SESSION).status_code == 200
    with time_machine.travel(now() + timedelta(hours=12), tick=True):
        assert_problem(anna.get(SESSION), 403)
    assert_problem(anna.get(SESSION), 403)


def test_a_session_ends_after_idling(anna: httpx.Client, redis_client: Redis) -> None:
    (key,) = redis_client.keys("session:*")
    redis_client.expire(key, 100)
    assert anna.get(SESSION).status_code == 200
    assert redis_client.ttl(key) > 7000
    redis_client.delete(key)  # what Redis does when the time is over
    assert_problem(anna.get(SESSION), 403)


def test_a_damaged_session_is_none(
    anna: httpx.Client, redis_client: Redis, subtests: pytest.Subtests
) -> None:
    (key,) = redis_client.keys("session:*")
    for content in (b"", b"{}", b"[]", b"nonsense", b"\xff", b'{"admin_id": 1}'):
        with subtests.test(content=content):
            redis_client.set(key, content)
            assert_problem(anna.get(SESSION), 403)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("admin_id", None),
        ("admin_id", "1"),
        ("admin_id", 10**30),
        ("admin_id", [1]),
        ("tenant_id", {}),
        ("created_at", "now"),
        ("created_at", float("inf")),
        ("generation", True),
        ("epoch", 1),
        ("epoch", "0" * 40),
        ("mac", None),
        ("mac", "é"),
        ("mac", "0" * 64),
    ],
)
def test_what_redis_was_made_to_say_is_no_session(
    anna: httpx.Client, redis_client: Redis, field: str, value: object
) -> None:
    (key,) = redis_client.keys("session:*")
    stored = json.loads(redis_client.get(key) or b"")
    redis_client.set(key, json.dumps({**stored, field: value}))
    assert_problem(anna.get(SESSION), 403)
    assert anna.delete(SESSION).status_code == 204


def test_a_session_that_a_snapshot_brings_back_is_over(redis_client: Redis, tmp_path: Path) -> None:
    """Another server with the same value, signed right, is what a restored snapshot is."""
    tmp_path.chmod(0o755)
    key, at = b"k" * 32, now()
    store = SessionStore(redis_client, life_seconds=1000, idle_seconds=1000)
    session_id = store.create(1, None, generation=0, key=key, now=at)
    store.check(session_id, store.read(session_id, now=at), key)
    (name,) = redis_client.keys("session:*")
    with (
        EmbeddedValkey(tmp_path / "valkey", password="x") as valkey,
        Redis.from_url(valkey.url) as restored,
    ):
        restored.set(name, redis_client.get(name) or b"")
        with pytest.raises(NoSessionError):
            SessionStore(restored, life_seconds=1000, idle_seconds=1000).read(session_id, now=at)


def test_a_session_of_another_is_no_session(
    anna: httpx.Client, service: Service, redis_client: Redis, world: World
) -> None:
    (key,) = redis_client.keys("session:*")
    own = json.loads(redis_client.get(key) or b"")
    for change in ({"admin_id": world.admins["ben"]}, {"tenant_id": world.tokyo}):
        redis_client.set(key, json.dumps({**own, **change}))
        assert_problem(anna.get(SESSION), 403)
        redis_client.set(key, json.dumps(own))
    with service.admin("ben", None):
        (other,) = set(redis_client.keys("session:*")) - {key}
        redis_client.set(key, redis_client.get(other) or b"")
        assert_problem(anna.get(SESSION), 403)


def test_a_membership_taken_away_ends_access_at_once(anna: httpx.Client, world: World) -> None:
    assert anna.get("/api/admin/analytics/shares").status_code == 200
    world.leave("anna", world.berlin)
    assert_problem(anna.get("/api/admin/analytics/shares"), 403)
    assert anna.get(SESSION).json()["tenant"] is None
    assert_problem(anna.put(TENANT, json={"tenant": "berlin"}), 403)


def test_too_many_attempts_on_an_account(serve: Serve, world: World) -> None:
    with serve(SHARE_API_LOGINS_PER_ACCOUNT=3).client() as client:
        for _ in range(3):
            assert_problem(log_in(client, "anna", "wrong"), 403)
        answer = log_in(client, "anna")
        assert_problem(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 300
        assert log_in(client, "ben").status_code == 200


def device_of(answer: httpx.Response) -> str:
    """The cookie by which a device is known after a log-in."""
    sent = (each.partition(";")[0] for each in answer.headers.get_list("set-cookie"))
    return next(each for each in sent if each.startswith(f"{DEVICE_COOKIE}="))


def try_as(client: httpx.Client, device: str, password: str = PASSWORD) -> httpx.Response:
    login = {"email": "anna@example.com", "password": password}
    return client.post(SESSION, json=login, headers={"Cookie": device})


def test_wrong_passwords_from_elsewhere_do_not_lock_an_admin_out(
    serve: Serve, world: World
) -> None:
    service = serve(SHARE_API_LOGINS_PER_ACCOUNT=2, SHARE_API_LOGINS_PER_ADDRESS=6)
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with service.client() as client, service.client(transport=elsewhere) as attacker:
        device = device_of(log_in(client, "anna"))
        statuses = [log_in(attacker, "anna", "wrong").status_code for _ in range(9)]
        assert statuses == [403, 403] + [429] * 7
        assert log_in(client, "anna").status_code == 200  # from an address of its own
        assert try_as(attacker, device).status_code == 200  # by the device, past every limit
        assert_problem(log_in(attacker, "anna"), 429)


def test_a_known_device_is_throttled_by_its_own_failures(serve: Serve, world: World) -> None:
    with serve(SHARE_API_LOGINS_PER_ACCOUNT=2).client() as client:
        device = device_of(log_in(client, "anna"))
        client.headers.pop("Cookie")
        statuses = [try_as(client, device, "wrong").status_code for _ in range(5)]
        assert statuses == [403, 403, 403, 403, 429]  # as a known device, then as any other


def test_a_device_is_known_to_its_own_account_and_password(
    serve: Serve, world: World, subtests: pytest.Subtests
) -> None:
    with serve(SHARE_API_LOGINS_PER_ACCOUNT=1).client() as client:
        ben = device_of(log_in(client, "ben"))
        device = device_of(log_in(client, "anna"))
        new = {"currentPassword": PASSWORD, "newPassword": "another " + PASSWORD}
        assert client.put(f"{SESSION}/password", json=new).status_code == 200
        assert log_in(client, "anna", "wrong").status_code == 403
        forged = device[:-1] + ("0" if device[-1] != "0" else "1")
        for cookie in (ben, device, forged, f"{DEVICE_COOKIE}=x"):
            with subtests.test(cookie=cookie):
                assert try_as(client, cookie, new["newPassword"]).status_code == 429


def test_an_account_tried_from_many_addresses_is_slow_and_open(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_LOGINS_PER_ACCOUNT=1, SHARE_API_TRUSTED_PROXIES="127.0.0.0/8")
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    service.container.credentials._sleep = wait
    with service.client() as client:
        for last in range(SLOW_AFTER):
            client.headers["X-Forwarded-For"] = f"192.0.2.{last}"
            assert_problem(log_in(client, "anna", "wrong"), 403)
        assert waited == []
        client.headers["X-Forwarded-For"] = "198.51.100.1"
        assert log_in(client, "anna").status_code == 200
        assert waited == [SLOW_SECONDS]


def test_a_success_clears_the_count_of_its_account(serve: Serve, world: World) -> None:
    with serve(SHARE_API_LOGINS_PER_ACCOUNT=2).client() as client:
        for _ in range(3):
            assert_problem(log_in(client, "anna", "wrong"), 403)
            assert log_in(client, "anna").status_code == 200


def test_too_many_attempts_from_an_address(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_LOGINS_PER_ADDRESS=2)
    with service.client() as client:
        for name in ("anna", "ben"):
            assert_problem(log_in(client, name, "wrong"), 403)
        for forwarded in ("", "9.9.9.9"):  # no proxy is configured: nobody is believed
            client.headers["X-Forwarded-For"] = forwarded
            assert_problem(log_in(client, "carl"), 429)
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with service.client(transport=elsewhere) as client:
        assert log_in(client, "carl").status_code == 200


def test_a_configured_proxy_is_believed(serve: Serve, world: World) -> None:
    limits = {"SHARE_API_LOGINS_PER_ADDRESS": 1, "SHARE_API_TRUSTED_PROXIES": "127.0.0.0/8"}
    with serve(**limits).client() as client:
        for address, status in (("9.9.9.9", 200), ("9.9.9.9", 429), ("9.9.9.8", 200)):
            client.headers["X-Forwarded-For"] = address
            assert log_in(client, "anna").status_code == status


def test_a_counter_names_nobody(service: Service, redis_client: Redis) -> None:
    with service.client() as client:
        log_in(client, "anna", "wrong")
    assert not any(b"anna" in key for key in redis_client.keys())  # noqa: SIM118 - Redis is no mapping


WRONG_BODIES: list[tuple[str, dict[str, object], str]] = [
    (SESSION, {"email": "a@b.c"}, "/password"),
    (SESSION, {"email": 1, "password": "x"}, "/email"),
    (SESSION, {"email": "a\0@b.c", "password": "x"}, "/email"),
    (SESSION, {"email": "a@b.c", "password": "x" * 1025}, "/password"),
    (SESSION, {"email": "a@b.c", "password": "x", "tenant": "berlin"}, "/tenant"),
    (TENANT, {}, "/tenant"),
    (TENANT, {"tenant": None}, "/tenant"),
    (TENANT, {"tenant": "berlin", "x": 1}, "/x"),
]


def test_a_wrong_body(service: Service, subtests: pytest.Subtests) -> None:
    with service.admin() as client:
        for path, body, pointer in WRONG_BODIES:
            with subtests.test(path=path, pointer=pointer):
                method = "POST" if path == SESSION else "PUT"
                problem = assert_problem(client.request(method, path, json=body), 400)
                assert [each["pointer"] for each in problem["errors"]] == [pointer]
                assert "xxxx" not in str(problem)
