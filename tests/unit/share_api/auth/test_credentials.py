"""Hashing is bounded, and those who wait for it are too."""

import asyncio
import threading
from typing import Any, cast

import pytest
from tests.support import wait

from share_api.auth import credentials
from share_api.auth.credentials import Credentials, LoginBusyError, WrongCredentialsError

EXCESS = 20


class NoThrottle:
    def check(self, *_: str) -> None:
        """Everybody may try."""

    def is_exhausted(self, _: str) -> bool:
        """Nobody is locked out."""
        return False


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> Credentials:
    unknown = credentials._Stored(None, "no hash")
    monkeypatch.setattr(Credentials, "_find", lambda *_: unknown)
    monkeypatch.setattr(credentials, "record_refusal", lambda *_, **__: None)
    return Credentials(cast("Any", None), cast("Any", NoThrottle()))


async def _attempt(logins: Credentials) -> type[Exception]:
    try:
        await logins.verify("a@example.com", "password", address="192.0.2.7")
    except (LoginBusyError, WrongCredentialsError) as error:
        return type(error)
    raise AssertionError


def test_few_hashes_at_once_and_a_bounded_queue(
    logins: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, lock, go = 0, 0, threading.Lock(), threading.Event()

    def hash_slowly(*_: object) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go.wait(wait.PATIENCE_SECONDS)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr(credentials, "password_matches", hash_slowly)

    async def flood() -> list[type[Exception]]:
        attempts = [
            asyncio.create_task(_attempt(logins))
            for _ in range(credentials.PENDING_AT_MOST + EXCESS)
        ]
        while sum(task.done() for task in attempts) < EXCESS:  # noqa: ASYNC110 - tasks tell by being done
            await asyncio.sleep(0.01)
        go.set()
        return await asyncio.gather(*attempts)

    outcomes = asyncio.run(flood())
    assert most == credentials.HASHES_AT_ONCE
    assert outcomes.count(LoginBusyError) == EXCESS
    assert outcomes.count(WrongCredentialsError) == credentials.PENDING_AT_MOST


def test_a_flood_leaves_places_to_known_devices(
    logins: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    monkeypatch.setattr(credentials, "password_matches", lambda *_: go.wait(60))
    stored = credentials._Stored(None, "no hash")

    async def flood() -> None:
        others = [
            asyncio.create_task(logins._matches(stored, "x", known=None))
            for _ in range(credentials.PENDING_AT_MOST)
        ]
        while logins._pending < credentials.PENDING_AT_MOST:  # noqa: ASYNC110 - tasks tell by it
            await asyncio.sleep(0)
        with pytest.raises(LoginBusyError):
            await logins._matches(stored, "x", known=None)
        device = asyncio.create_task(logins._matches(stored, "x", known="device"))
        await asyncio.sleep(0)
        go.set()
        assert all(await asyncio.gather(device, *others))

    asyncio.run(flood())
