"""The gateway's own configuration before the viewer: what it shows again, and what never."""

import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from benchmarks.serve import servers
from redis import Redis
from tests.support import wait
from tests.support.samples import Sample, document

from common.links import unlocking
from common.links.options import LinkOptions
from report_viewer.loading import worker_heartbeat

needs_nginx = pytest.mark.skipif(
    not all(map(shutil.which, ("nginx", "taskset")))
    and os.environ.get("ANALYTICS_REQUIRE_NGINX") != "1",
    reason="nginx is not installed",
)
pytestmark = [needs_nginx, pytest.mark.xdist_group("gateway")]

SOME = 5


@pytest.fixture(scope="module")
def viewer(
    redis_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[servers.Server]:
    """One for all tests: each has a link of its own, and no test's refusals block the next."""
    place = tmp_path_factory.mktemp("viewer")
    limits = {"REPORT_VIEWER_FAILURES_PER_ADDRESS": "1000000"}
    with servers.viewer(redis_address, place, core=0, **limits) as made:
        yield made


@contextmanager
def opened(
    viewer: servers.Server, place: pytest.TempPathFactory, **given: Any
) -> Iterator[httpx.Client]:
    with (
        servers.gateway(place.mktemp("gateway"), viewer, core=0, **given) as made,
        httpx.Client(
            base_url=made.url,
            headers={"accept-encoding": ""},
            timeout=wait.PATIENCE_SECONDS,
        ) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def gateway(
    viewer: servers.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Keeps what was asked for once, so that a slow machine sees what is kept."""
    with opened(viewer, tmp_path_factory, min_uses=1) as client:
        yield client


@pytest.fixture(autouse=True)
def workers(redis_client: Redis) -> None:
    """Workers take jobs: else a page says so once they have given no sign for half a minute."""
    redis_client.set(worker_heartbeat.KEY, b"1")


def heat(client: httpx.Client, *paths: str, seconds: float = 0.3, **headers: str) -> set[int]:
    """Ask as fast as it goes, so that answers are kept; the statuses of the last ones."""
    deadline = time.monotonic() + seconds
    while True:
        statuses = {client.get(path, headers=headers).status_code for path in paths}
        if time.monotonic() >= deadline:
            return statuses


class Count:
    """How many answers of a test came from what is kept, by the viewer's own count."""

    def __init__(self, viewer: servers.Server) -> None:
        self._viewer = viewer
        self._before = self._answered()
        self.asked = 0

    def _answered(self) -> float:
        told = httpx.get(f"{self._viewer.url}/metrics", timeout=wait.PATIENCE_SECONDS).text
        found = re.findall(r'answers_total\{status="(?:200|304)"\} ([\d.]+)', told)
        return sum(map(float, found))

    def see(self, answer: httpx.Response) -> httpx.Response:
        self.asked += answer.status_code in {200, 304}
        return answer

    @property
    def kept(self) -> float:
        return self.asked - (self._answered() - self._before)


@pytest.fixture
def count(viewer: servers.Server) -> Count:
    return Count(viewer)


def until_kept(count: Count, ask: Callable[[], None]) -> None:
    """Ask until some of the answers were kept ones."""

    def some() -> bool:
        for _ in range(20):
            ask()
        return count.kept >= SOME

    wait.until(some, "answers that were kept")


def test_a_hot_page_is_shown_again_without_the_viewer(
    viewer: servers.Server, count: Count, sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As it is served: what is asked for often enough within a tenth of a second is kept."""
    with opened(viewer, tmp_path_factory) as gateway:
        assert count.see(gateway.get(sample.path)).status_code == 200

        def ask() -> None:
            count.asked += pipelined(gateway, sample.path, 20)

        until_kept(count, ask)


def pipelined(client: httpx.Client, path: str, number: int) -> int:
    """How many of so many requests, sent at once on one connection, were answered with 200."""
    host = client.base_url.netloc.decode()
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
    everything = (request + "\r\n") * (number - 1) + request + "Connection: close\r\n\r\n"
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as opened:
        opened.sendall(everything.encode())
        said = b"".join(iter(lambda: opened.recv(2**20), b""))
    return said.count(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("suffix", ["", "/csv", "/data"])
def test_what_is_shown_again_is_the_same(
    gateway: httpx.Client, count: Count, sample: Sample, suffix: str
) -> None:
    path = sample.path + suffix
    answers: dict[str, set[tuple[bytes, str, str]]] = {
        "": set(),
        "gzip": set(),
        "zstd": set(),
    }

    def ask() -> None:
        for coding, seen in answers.items():
            answer = count.see(gateway.get(path, headers={"accept-encoding": coding}))
            head = count.see(gateway.head(path, headers={"accept-encoding": coding}))
            assert head.content == b""
            assert head.headers["etag"] == answer.headers["etag"]
            assert answer.headers["cache-control"] == "private, no-cache"
            assert "content-security-policy" in answer.headers
            seen.add((answer.content, answer.headers["etag"], answer.headers["content-length"]))
            known = {"accept-encoding": coding, "if-none-match": answer.headers["etag"]}
            assert count.see(gateway.get(path, headers=known)).status_code == 304

    if suffix:  # each download is counted by the viewer, so that none is kept
        for _ in range(5):
            ask()
        assert count.kept == 0
    else:
        until_kept(count, ask)
    assert [len(seen) for seen in answers.values()] == [1, 1, 1]
    tags = {etag for seen in answers.values() for _, etag, _ in seen}
    assert len(tags) == (2 if suffix == "/csv" else 3)


def test_a_revoked_link_is_shut_within_a_second(
    gateway: httpx.Client, sample: Sample, redis_client: Redis
) -> None:
    paths = (sample.path, f"{sample.path}/csv")
    for trial in range(2):
        each = sample if not trial else Sample()
        each.activate(redis_client)
        paths = (each.path, f"{each.path}/csv")
        assert heat(gateway, *paths) == {200}
        each.revoke(redis_client)
        revoked = time.monotonic()
        last_open = revoked
        while time.monotonic() < revoked + 1.2:
            sent = time.monotonic()
            if 200 in {gateway.get(path).status_code for path in paths}:
                last_open = sent
        assert last_open - revoked < 1.0
        assert heat(gateway, *paths, seconds=0.1) == {403}


def test_a_link_expires_to_the_second(gateway: httpx.Client, redis_client: Redis) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    sample = Sample(expires_at=expires)
    sample.activate(redis_client)
    sample.store(redis_client)
    while datetime.now(UTC) < expires + timedelta(seconds=0.3):
        before = datetime.now(UTC)
        status = gateway.get(sample.path).status_code
        if before >= expires:
            assert status == 403
        elif datetime.now(UTC) < expires:
            assert status == 200


def test_refusals_are_never_kept(gateway: httpx.Client, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    redis_client.set(sample.key.failed, b"1", ex=60)
    assert heat(gateway, sample.path, seconds=0.2) == {503}
    sample.store(redis_client)
    assert gateway.get(sample.path).status_code == 200
    assert heat(gateway, "/api/reports/x", seconds=0.2) == {403}


def test_a_new_report_is_shown_within_a_second(
    gateway: httpx.Client, sample: Sample, redis_client: Redis
) -> None:
    heat(gateway, sample.path)
    sample.store(redis_client, document("revenue-overview", empty=True))
    time.sleep(1)
    assert "No sales on these days." in gateway.get(sample.path).text


def test_each_reader_gets_their_language_from_what_is_kept(
    gateway: httpx.Client, count: Count, sample: Sample
) -> None:
    expected = {
        "": "en",
        "en-GB,en;q=0.9,de;q=0.8": "en",
        "de": "de",
        "de-CH, fr;q=0.9": "de-CH",
        "DE-ch-1996,fr;q=0.9": "de-CH",
        "de-AT": "de",
        "en-US,en;q=0.9": "en-US",
        "ja,en-US;q=0.7": "ja",
        "he-IL": "he",
        "pl,en;q=0.5": "pl",
        "zh-CN,zh;q=0.9,en;q=0.8": "zh-Hans",
        "zh-TW,zh;q=0.9,fr;q=0.8": "fr",
        "sv-SE,sv;q=0.9,es;q=0.8": "es",
        "de;q=0.1,it": "it",
        "xx": "en",
    }
    tags: dict[str, set[str]] = {}

    def ask() -> None:
        for header, language in expected.items():
            page = count.see(gateway.get(sample.path, headers={"accept-language": header}))
            assert page.headers["content-language"] == language, header
            tags.setdefault(language, set()).add(page.headers["etag"])

    until_kept(count, ask)
    assert {len(each) for each in tags.values()} == {1}
    assert len(set.union(*tags.values())) == len(tags)


def test_a_previewer_gets_no_page_that_was_kept_and_a_reader_no_card(
    gateway: httpx.Client, count: Count, sample: Sample
) -> None:
    names = ("Mozilla/5.0 (compatible; Discordbot/2.0)", "WhatsApp/2.23", "Slackbot 1.0")
    reader = {"user-agent": "Mozilla/5.0 Firefox/140.0"}

    def ask() -> None:
        for name in names:
            card = count.see(gateway.get(sample.path, headers={"user-agent": name}))
            assert "<table" not in card.text
        for _ in range(3):
            page = count.see(gateway.get(sample.path, headers=reader))
            assert "<table" in page.text

    until_kept(count, ask)


def test_a_page_that_was_kept_is_no_answer_to_who_accepts_json(
    gateway: httpx.Client, count: Count, sample: Sample
) -> None:
    def ask() -> None:
        for accept, kind in (("text/html", "text/html"), ("application/JSON", "application/json")):
            for _ in range(3):
                found = count.see(gateway.get(sample.path, headers={"accept": accept}))
                assert found.headers["content-type"].startswith(kind)

    until_kept(count, ask)


def test_every_csv_comes_from_the_viewer_that_counts_it(
    gateway: httpx.Client, count: Count, sample: Sample
) -> None:
    deadline = time.monotonic() + 0.3
    while time.monotonic() < deadline or count.asked < 40:
        assert count.see(gateway.get(f"{sample.path}/csv")).status_code == 200
    assert count.kept == 0


def test_a_view_is_passed_on(gateway: httpx.Client, sample: Sample) -> None:
    path = f"{sample.path}/view"
    assert gateway.post(path, content=b"0123456789").status_code == 204
    assert gateway.post(path, content=b"x" * 100).status_code == 413
    assert gateway.post(path, content=b"x" * 100_000).status_code == 413
    assert gateway.post("/api/reports/x/view", content=b"0123456789").status_code == 403
    refused = gateway.get(path)
    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"


def test_the_gateway_says_the_same_of_its_client_everywhere() -> None:
    """A ``proxy_set_header`` in a location would put all the others there out of force."""
    text = servers.GATEWAY.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "proxy_set_header" in line]
    assert {len(line) - len(line.lstrip()) for line in lines} == {4}


def test_a_service_that_is_away_is_503_and_may_be_asked_again(gateway: httpx.Client) -> None:
    for path in ("/api/admin/session", "/share-api/docs", "/admin"):
        answer = gateway.get(path)
        assert answer.status_code == answer.json()["status"] == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "5"


def test_a_request_id_is_made_here_and_told_to_log_and_service() -> None:
    text = servers.GATEWAY.read_text(encoding="utf-8")
    assert "proxy_set_header X-Request-ID $request_id;" in text, "in place of what a client sends"
    assert '"request_id":"$request_id"' in text


def test_every_answer_has_the_request_id_once(
    gateway: httpx.Client, sample: Sample, redis_client: Redis
) -> None:
    """Pages, what is shown again, a service's refusals, and the gateway's own errors."""
    revoked = Sample()
    revoked.revoke(redis_client)
    heat(gateway, sample.path)
    asked = [
        *(("GET", sample.path, 200) for _ in range(3)),
        ("HEAD", sample.path, 200),
        ("GET", f"{sample.path}/csv", 200),
        ("GET", revoked.path, 403),
        ("GET", "/nothing", 404),
        ("GET", "/api/admin/session", 503),  # nobody is there
        ("POST", "/static/x.js", 405),
        ("GET", f"/api/reports/{'x' * 20_000}", 414),
    ]
    found = []
    for method, path, status in asked:
        answer = gateway.request(method, path, headers={"x-request-id": "of-the-client"})
        assert answer.status_code == status, path
        found.append(answer.headers.get_list("x-request-id"))
    assert all(len(each) == 1 and re.fullmatch(r"[0-9a-f]{32}", each[0]) for each in found), found
    assert len({each[0] for each in found}) == len(asked), "each has its own"


def test_one_address_has_so_many_requests_under_way(
    viewer: servers.Server, sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with opened(viewer, tmp_path_factory, at_once=1) as client:
        url = client.base_url
        with (
            socket.create_connection((url.host, url.port), timeout=wait.PATIENCE_SECONDS) as held,
            httpx.Client(
                base_url=url, transport=httpx.HTTPTransport(local_address="127.0.0.2")
            ) as another,
        ):
            head = f"POST {sample.path}/view HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
            held.sendall(head.encode())

            def refused() -> httpx.Response | None:
                held.sendall(b"a")
                answer = client.get(sample.path)
                return answer if answer.status_code == 429 else None

            answer = wait.until(refused, "a refusal beside the request that is under way")
            assert answer is not None
            assert answer.json()["status"] == 429
            assert answer.headers["retry-after"] == "5"
            assert another.get(sample.path).status_code == 200
        wait.until(lambda: client.get(sample.path).status_code == 200, "room again")


def test_a_password_opens_its_link_for_who_gave_it_alone(
    gateway: httpx.Client, redis_client: Redis
) -> None:
    """The proof reaches the viewer, and what it opened is never shown again to who has none."""
    password = "correct horse battery"
    sample = Sample()
    sample.activate(redis_client, LinkOptions(password=unlocking.hash_of(password), revision=1))
    sample.store(redis_client)
    paths = (sample.path, f"{sample.path}/csv", f"{sample.path}/rows")
    assert heat(gateway, *paths, seconds=0.1) == {401}
    wrong = gateway.post(f"{sample.path}/unlock", json={"password": "incorrect horse"})
    assert wrong.status_code == 401
    given = gateway.post(f"{sample.path}/unlock", json={"password": password})
    assert given.status_code == 204
    gateway.cookies.clear()
    (proof, *_) = given.headers["set-cookie"].split(";")
    for turn in range(100):
        path = paths[turn % len(paths)]
        assert gateway.get(path, headers={"cookie": proof}).status_code == 200
        assert gateway.get(path).status_code == 401, "right after, within the same tenth"
        assert gateway.get(path, headers={"cookie": "analytics_unlock=1.x"}).status_code == 401
