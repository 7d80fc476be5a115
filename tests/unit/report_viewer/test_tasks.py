"""A background task runs once, and ends for certain."""

import asyncio

import pytest

from report_viewer import tasks
from report_viewer.tasks import BackgroundTask


def test_it_runs_once_from_its_start_to_its_close() -> None:
    async def main() -> list[str]:
        said: list[str] = []
        begun = asyncio.Event()

        async def run() -> None:
            said.append("begun")
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                said.append("ended")

        task = BackgroundTask(run)
        task.start()
        task.start()
        await begun.wait()
        await task.close()
        await task.close()
        return said

    assert asyncio.run(main()) == ["begun", "ended"]


def test_a_cancellation_that_is_swallowed_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_AGAIN_SECONDS", 0.001)

    async def main() -> int:
        swallowed = 0
        begun = asyncio.Event()

        async def run() -> None:
            nonlocal swallowed
            begun.set()
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    swallowed += 1
                    if swallowed == 3:
                        raise

        task = BackgroundTask(run)
        task.start()
        await begun.wait()
        await task.close()
        return swallowed

    assert asyncio.run(main()) == 3


def test_what_never_began_is_closed_all_the_same() -> None:
    async def run() -> None:
        raise AssertionError("it was not started")

    asyncio.run(BackgroundTask(run).close())
