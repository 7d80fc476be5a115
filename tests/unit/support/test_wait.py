"""States are waited for, and what does not come is told."""

import asyncio
import threading

import pytest
from tests.support import wait


def test_the_first_true_value_is_returned() -> None:
    values = iter([0, None, "", "here"])
    assert wait.until(lambda: next(values)) == "here"


def test_what_does_not_come_fails_and_says_what_it_was() -> None:
    with pytest.raises(AssertionError, match="waited in vain: the moon"):
        wait.until(lambda: False, "the moon", looks=3)
    with pytest.raises(AssertionError, match="the log of it"):
        wait.until(lambda: False, lambda: "the log of it", looks=3)


def test_other_tasks_go_on_meanwhile() -> None:
    async def both() -> None:
        there, seen = threading.Event(), asyncio.Event()

        async def come() -> None:
            await seen.wait()
            there.set()

        loop = asyncio.get_running_loop()
        coming = asyncio.create_task(come())

        def state() -> bool:
            loop.call_soon_threadsafe(seen.set)
            return there.is_set()

        assert await wait.until_async(state)
        await coming

    asyncio.run(both())
