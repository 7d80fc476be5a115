"""Whatever is sent, the answer is a refusal and never a surprise."""

import asyncio
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles
from tests.support.samples import SECRET, Sample

from report_viewer.app import Viewer, create_app
from report_viewer.settings import ViewerSettings

FIXTURES_ARE_FINE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=hypothesis_profiles.examples(150),
)
Get = Callable[..., int]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


async def ask(app: Viewer, path: bytes, **headers: bytes) -> int:
    """The status of a request whose path is any bytes, as no HTTP client would send them."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path.decode("utf-8", errors="replace"),
        "raw_path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value) for name, value in headers.items()],
    }
    await app(scope, receive, send)
    return int(sent[0]["status"])


@pytest.fixture
def get(redis_url: str) -> Iterator[Get]:
    """Asks one viewer, on one event loop."""
    app = create_app(
        ViewerSettings.model_validate(
            {"REDIS_URL": redis_url, "ANALYTICS_SHARE_SIGNING_SECRET": SECRET}
        )
    )
    running = app.api.router.lifespan_context(app.api)
    with asyncio.Runner() as runner:
        runner.run(running.__aenter__())
        yield lambda path, **headers: runner.run(ask(app, path, **headers))
        runner.run(running.__aexit__(None, None, None))


@FIXTURES_ARE_FINE
@given(data=st.data())
def test_a_mutated_token_never_opens(sample: Sample, get: Get, data: st.DataObject) -> None:
    token = sample.token()
    at = data.draw(st.integers(0, len(token)))
    cut = data.draw(st.integers(0, 3))
    with_ = data.draw(st.text(ALPHABET, max_size=4) | st.text(max_size=3))
    mutated = token[:at] + with_ + token[at + cut :]
    status = get(b"/api/reports/" + mutated.encode("utf-8", errors="surrogatepass"))
    assert status == 200 if mutated == token else status in {400, 403, 404}


def refusal(path: bytes) -> int:
    """The status that the contract has for a GET of what is no link."""
    token, *rest = path.split(b"/")
    if not unquote_to_bytes(token).strip():
        return 400
    return {(): 403, (b"csv",): 403, (b"view",): 405}.get(tuple(rest), 404)


SEGMENTS = st.lists(
    st.sampled_from([b"", b"csv", b"view", b"%20", b"x"]) | st.binary(max_size=9), max_size=4
)


@FIXTURES_ARE_FINE
@given(path=st.binary(max_size=200) | SEGMENTS.map(b"/".join), accept=st.binary(max_size=50))
@example(path=b"/view", accept=b"")
@example(path=b"x/view", accept=b"")
@example(path=b"%20/csv", accept=b"")
def test_any_bytes_are_refused(get: Get, path: bytes, accept: bytes) -> None:
    status = get(b"/api/reports/" + path, accept=accept, accept_encoding=accept)
    assert status == refusal(path)


def test_strange_paths(sample: Sample, get: Get) -> None:
    token = sample.token().encode()
    assert get(b"/api/reports/" + token) == 200
    for path in (
        b"A" * 1_000_000,
        token + b"A" * 1_000_000,
        token + b"\0",
        b"\0",
        token + b"%00",
        token.replace(b".", b"%2e"),
        token + b"%0a",
        token + b"%20",
        b"%20" + token,
        "ünïcödé".encode(),
        b"..%2f..%2fetc%2fpasswd",
        b"../../healthz",
        token + b"=",
        token + b";x",
        token.swapcase(),
    ):
        assert get(b"/api/reports/" + path) in {403, 404}, path[:200]


def test_the_parts_of_two_tokens_are_no_token(sample: Sample, get: Get) -> None:
    payload, _, _ = sample.token().partition(".")
    _, _, signature = Sample(tenant_id=2).token().partition(".")
    assert get(f"/api/reports/{payload}.{signature}".encode()) == 403
