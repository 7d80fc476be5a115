"""Links that ask for a password: nothing of them is shown without, in no form, from no cache."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import time_machine
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support.samples import Sample

from common import instants
from common.links import unlocking
from common.links.options import LinkOptions
from common.links.state import LinkState, LinkStateStore
from report_viewer.links.urls import Resource

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery"
FRAMED = {Resource.EMBED, Resource.OEMBED}
FORMS = [
    each
    for each in Resource
    if "GET" in each.methods and each not in FRAMED and not each.is_of_changes
]
OPENED = {200, 204, 503}
"""Of all forms of a link that is open: 503 where a worker has to make one, and there is none."""
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def stored() -> str:
    return unlocking.hash_of(PASSWORD)


@pytest.fixture
def locked(redis_client: Redis, stored: str) -> Sample:
    """A link with a password, and its report, ready."""
    made = Sample()
    made.store(redis_client)
    made.activate(redis_client, LinkOptions(password=stored, revision=1))
    return made


async def unlock(
    client: httpx.AsyncClient, sample: Sample, password: str = PASSWORD, **headers: str
) -> httpx.Response:
    answer = await client.post(
        f"{sample.path}/unlock", json={"password": password}, headers=headers
    )
    client.cookies.clear()  # each request says itself what it shows
    return answer


def cookie_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code in {204, 303}, answer.text
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


async def statuses(
    client: httpx.AsyncClient, sample: Sample, headers: dict[str, str] | None = None
) -> set[int]:
    answers = [
        await client.get(sample.path + form.value.decode(), headers=headers or {}) for form in FORMS
    ]
    seen = await client.post(f"{sample.path}/view", content="a-load-of-it", headers=headers or {})
    assert not any(b"figures" in each.content for each in answers if each.status_code != 200)
    return {each.status_code for each in (*answers, seen)}


async def test_no_form_is_shown_without_it_and_every_form_with_it(run: Run, locked: Sample) -> None:
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert await statuses(client, locked) == {401}
        asked = await client.get(locked.path, headers=BROWSER | {"accept-language": "de"})
        assert asked.headers["www-authenticate"]
        assert "Passwort" in asked.text
        assert f'action="{locked.path}/unlock"' in asked.text
        assert "form-action 'self'" in asked.headers["content-security-policy"]
        opened = cookie_of(await unlock(client, locked))
        assert await statuses(client, locked, opened) == OPENED
        assert await statuses(client, locked) == {401}  # though it is cached by now
        page = await client.get(locked.path, headers=opened)
        tag = {"if-none-match": page.headers["etag"]}
        assert (await client.get(locked.path, headers=opened | tag)).status_code == 304
        assert (await client.get(locked.path, headers=tag)).status_code == 401


async def test_who_has_none_gets_nothing_beside_who_has_one(run: Run, locked: Sample) -> None:
    async with run() as client:
        opened = cookie_of(await unlock(client, locked))
        await client.get(locked.path, headers=opened)
        asked = [client.get(locked.path, headers=opened if n % 2 else {}) for n in range(40)]
        answers = await asyncio.gather(*asked)
    assert [each.status_code for each in answers] == [401, 200] * 20


async def test_the_cookie_is_guarded_and_leads_back_to_the_page(run: Run, locked: Sample) -> None:
    async with run(PUBLIC_BASE_URL="https://app.example.com") as client:
        answer = await client.post(
            f"{locked.path}/unlock",
            content=f"password={PASSWORD.replace(' ', '+')}",
            headers=BROWSER | FORM,
        )
    assert answer.status_code == 303
    assert answer.headers["location"] == locked.path
    kept = answer.headers["set-cookie"].split("; ")[1:]
    assert kept[0] == f"Path={locked.path}"
    assert set(kept[2:]) == {"HttpOnly", "SameSite=Lax", "Secure"}
    assert 3500 < int(kept[1].removeprefix("Max-Age=")) <= 3600


PAGES = ["", "/changed", "/embed", "/r/7d", "/vs/last-year", "/in/sales-velocity"]
FILES = {
    **dict.fromkeys(["/csv", "/csv/spreadsheet", "/data", "/pdf", "/xlsx", "/rows/2"], ""),
    "/oembed": "",
    "/changed/csv": "/changed",
    "/changed/data": "/changed",
    "/in/sales-velocity/r/7d/vs/last-year/csv": "/in/sales-velocity/r/7d/vs/last-year",
}


@pytest.mark.parametrize(("below", "page"), [*zip(PAGES, PAGES, strict=True), *FILES.items()])
async def test_a_password_leads_back_to_the_page_and_from_a_file_to_its_page(
    run: Run, locked: Sample, below: str, page: str
) -> None:
    path = f"{locked.path}{page}"
    async with run() as client:
        asked = await client.get(f"{locked.path}{below}", headers=BROWSER)
        assert asked.status_code == 401
        assert f'action="{path}/unlock"' in asked.text
        for password, again in (("another one", True), (PASSWORD, False)):
            answer = await client.post(
                f"{path}/unlock", data={"password": password}, headers=BROWSER
            )
            assert (f'action="{path}/unlock"' in answer.text) is again
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        assert f"; Path={locked.path};" in answer.headers["set-cookie"]


async def test_a_password_leads_to_no_address_that_a_reader_names(run: Run, locked: Sample) -> None:
    elsewhere = "https://evil.example.com/"
    async with run() as client:
        body = {"password": PASSWORD, "next": elsewhere, "location": elsewhere}
        asked = {"referer": elsewhere, "origin": "https://evil.example.com"}
        answer = await client.post(
            f"{locked.path}/changed/unlock?next={elsewhere}", data=body, headers=BROWSER | asked
        )
        assert answer.headers["location"] == f"{locked.path}/changed"
        for below in ("//evil.example.com", "/https:/evil.example.com", "/view", "/unlock"):
            answer = await client.post(
                f"{locked.path}{below}/unlock", data={"password": PASSWORD}, headers=BROWSER
            )
            assert answer.status_code == 404
            assert "location" not in answer.headers


async def test_a_cookie_is_of_one_link_one_password_and_an_hour(
    run: Run, redis_client: Redis, locked: Sample, stored: str
) -> None:
    states, other = LinkStateStore(redis_client), Sample()
    other.store(redis_client)
    other.activate(redis_client, LinkOptions(password=stored))
    async with run() as client:
        opened = cookie_of(await unlock(client, locked))
        assert await statuses(client, other, opened) == {401}
        with time_machine.travel(instants.now() + timedelta(seconds=3601), tick=False):
            assert await statuses(client, locked, opened) == {401}
        again = LinkOptions(password=unlocking.hash_of(PASSWORD), revision=2)
        await asyncio.to_thread(states.restore, locked.ref, LinkState.ACTIVE, again)
        assert await statuses(client, locked, opened) == {401}
        await asyncio.to_thread(
            states.restore, locked.ref, LinkState.ACTIVE, LinkOptions(revision=3)
        )
        assert await statuses(client, locked) == OPENED
        await asyncio.to_thread(
            states.restore, locked.ref, LinkState.ACTIVE, LinkOptions(password=stored)
        )
        assert await statuses(client, locked) == OPENED  # a revision of before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
        lambda value: "9" + value,
        lambda value: value.replace(".", ""),
        lambda _: "",
        lambda value: value + "A",
    ],
)
async def test_a_cookie_that_was_made_opens_nothing(run: Run, locked: Sample, spoil) -> None:
    async with run() as client:
        name, _, value = cookie_of(await unlock(client, locked))["cookie"].partition("=")
        assert await statuses(client, locked, {"cookie": f"{name}={value}"}) == OPENED
        assert await statuses(client, locked, {"cookie": f"{name}={spoil(value)}"}) == {401}


async def test_a_wrong_password_and_no_password(run: Run, locked: Sample) -> None:
    async with run() as client:
        wrong = await unlock(client, locked, "correct horse batterie")
        assert wrong.status_code == 401
        assert wrong.json()["type"].endswith("wrong-password")
        assert "set-cookie" not in wrong.headers
        for body in (b"", b"[]", b'{"password": 1}', b"\xff", b'{"password": ""}'):
            answer = await client.post(f"{locked.path}/unlock", content=body)
            assert answer.status_code == 400, body
        long = await client.post(f"{locked.path}/unlock", content=b"x" * 5000)
        assert long.status_code == 413
        assert (await client.get(f"{locked.path}/unlock")).status_code == 405


async def test_guesses_are_throttled_and_lock_out_no_one_else(run: Run, locked: Sample) -> None:
    def behind(address: str) -> dict[str, str]:
        return {"x-forwarded-for": address}

    async with run(REPORT_VIEWER_TRUSTED_PROXIES="127.0.0.1") as client:
        opened = cookie_of(await unlock(client, locked, **behind("192.0.2.1")))
        for _ in range(9):
            assert (await unlock(client, locked, "wrong", **behind("192.0.2.1"))).status_code == 401
        late = await unlock(client, locked, **behind("192.0.2.1"))
        assert late.status_code == 429
        assert int(late.headers["retry-after"]) > 0
        assert await statuses(client, locked, opened) == OPENED
        assert (await unlock(client, locked, **behind("192.0.2.2"))).status_code == 204


async def test_a_link_that_is_closed_tells_nothing_of_its_password(
    run: Run, redis_client: Redis, locked: Sample
) -> None:
    plain = Sample()
    plain.activate(redis_client)
    async with run() as client:
        answers = []
        for each in (locked, plain):
            each.revoke(redis_client)
            answers.append(await unlock(client, each))
            answers.append(await unlock(client, each, "something else"))
            answers.append(await client.get(each.path))
        ended = replace(locked, expires_at=instants.now().replace(microsecond=0))
        assert (await unlock(client, ended)).status_code == 403
    assert {each.status_code for each in answers} == {403}
    assert len({each.content for each in answers}) == 1


async def test_a_link_without_a_password_needs_no_unlocking(run: Run, sample: Sample) -> None:
    async with run() as client:
        answer = await unlock(client, sample)
        assert answer.status_code == 204
        assert "set-cookie" not in answer.headers
        assert (await client.get(sample.path)).status_code == 200
