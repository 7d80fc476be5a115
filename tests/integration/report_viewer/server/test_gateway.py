"""The gateway's own configuration before the viewer: what it shows again, and what never."""

import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from benchmarks.serve import servers
from redis import Redis
from tests.support import wait
from tests.support.samples import Sample, document

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("nginx", "taskset"))), reason="nginx is not installed"
)

PATIENCE_SECONDS = 60


@pytest.fixture
def viewer(redis_url: str, tmp_path: Path) -> Iterator[servers.Server]:
    with servers.viewer(redis_url, tmp_path, core=0) as made:
        yield made


@pytest.fixture
def gateway(viewer: servers.Server, tmp_path: Path) -> Iterator[httpx.Client]:
    with (
        servers.gateway(tmp_path, viewer, core=0) as made,
        httpx.Client(
            base_url=made.url, headers={"accept-encoding": ""}, timeout=wait.PATIENCE_SECONDS
        ) as client,
    ):
        yield client


def heat(client: httpx.Client, *paths: str, seconds: float = 0.5, **headers: str) -> set[int]:
    """Ask as fast as it goes, so that answers are kept; the statuses of the last ones."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        statuses = {client.get(path, headers=headers).status_code for path in paths}
    return statuses


def answered(viewer: servers.Server) -> float:
    """How many requests the viewer has answered with a report, by its own count."""
    told = httpx.get(f"{viewer.url}/metrics", timeout=wait.PATIENCE_SECONDS).text
    found = re.search(r'answers_total\{status="200"\} ([\d.]+)', told)
    return float(found[1]) if found else 0.0


def test_a_hot_page_is_shown_again_without_the_viewer(
    gateway: httpx.Client, viewer: servers.Server, sample: Sample
) -> None:
    # On a loaded machine not every tenth of a second sees enough requests for an answer to be kept.
    asked, deadline = 0, time.monotonic() + PATIENCE_SECONDS
    while answered(viewer) == asked:
        assert time.monotonic() < deadline
        for _ in range(200):
            assert gateway.get(sample.path).status_code == 200
            asked += 1
    assert answered(viewer) < asked


@pytest.mark.parametrize("suffix", ["", "/csv"])
def test_what_is_shown_again_is_the_same(
    gateway: httpx.Client, sample: Sample, suffix: str
) -> None:
    path = sample.path + suffix
    answers: dict[str, set[tuple[bytes, str, str]]] = {
        "": set(),
        "gzip": set(),
        "gzip, zstd": set(),
    }
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        for coding, seen in answers.items():
            answer = gateway.get(path, headers={"accept-encoding": coding})
            head = gateway.head(path, headers={"accept-encoding": coding})
            assert head.content == b""
            assert head.headers["etag"] == answer.headers["etag"]
            assert answer.headers["cache-control"] == "private, no-cache"
            assert "content-security-policy" in answer.headers
            seen.add((answer.content, answer.headers["etag"], answer.headers["content-length"]))
            known = {"accept-encoding": coding, "if-none-match": answer.headers["etag"]}
            assert gateway.get(path, headers=known).status_code == 304
    assert [len(seen) for seen in answers.values()] == [1, 1, 1]
    tags = {etag for seen in answers.values() for _, etag, _ in seen}
    assert len(tags) == (2 if suffix else 3)


def test_a_revoked_link_is_shut_within_a_second(
    gateway: httpx.Client, sample: Sample, redis_client: Redis
) -> None:
    paths = (sample.path, f"{sample.path}/csv")
    for trial in range(3):
        each = sample if not trial else Sample()
        each.activate(redis_client)
        paths = (each.path, f"{each.path}/csv")
        assert heat(gateway, *paths) == {200}
        each.revoke(redis_client)
        revoked = time.monotonic()
        last_open = revoked
        while time.monotonic() < revoked + 1.5:
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
    assert heat(gateway, "/api/reports/x", seconds=0.2) <= {403, 429}


def test_a_new_report_is_shown_within_a_second(
    gateway: httpx.Client, sample: Sample, redis_client: Redis
) -> None:
    heat(gateway, sample.path)
    sample.store(redis_client, document("revenue-overview", empty=True))
    time.sleep(1)
    assert "No sales in these days." in gateway.get(sample.path).text


def test_each_reader_gets_their_language_from_what_is_kept(
    gateway: httpx.Client, sample: Sample
) -> None:
    expected = {
        "": "en",
        "en-GB,en;q=0.9,de;q=0.8": "en",
        "de": "de",
        "de-CH, fr;q=0.9": "de",
        "ja,en-US;q=0.7": "ja",
        "he-IL": "he",
        "sv-SE,sv;q=0.9,es;q=0.8": "es",
        "de;q=0.1,it": "it",
        "xx": "en",
    }
    tags: dict[str, set[str]] = {}
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        for header, language in expected.items():
            page = gateway.get(sample.path, headers={"accept-language": header})
            assert page.headers["content-language"] == language, header
            tags.setdefault(language, set()).add(page.headers["etag"])
    assert {len(each) for each in tags.values()} == {1}
    assert len(set.union(*tags.values())) == len(tags)


def test_a_previewer_gets_no_page_that_was_kept_and_a_reader_no_card(
    gateway: httpx.Client, sample: Sample
) -> None:
    names = ("Mozilla/5.0 (compatible; Discordbot/2.0)", "WhatsApp/2.23", "Slackbot 1.0")
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        for name in names:
            assert "<table" not in gateway.get(sample.path, headers={"user-agent": name}).text
        for _ in range(10):
            page = gateway.get(sample.path, headers={"user-agent": "Mozilla/5.0 Firefox/140.0"})
            assert "<table" in page.text


def test_every_csv_comes_from_the_viewer_that_counts_it(
    gateway: httpx.Client, viewer: servers.Server, sample: Sample
) -> None:
    asked, deadline = 0, time.monotonic() + 1
    while time.monotonic() < deadline:
        assert gateway.get(f"{sample.path}/csv").status_code == 200
        asked += 1
    assert answered(viewer) == asked


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
