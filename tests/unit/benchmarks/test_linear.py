"""The inputs of the benchmark reach their readers, and twice the input is about twice the steps."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from benchmarks.linear import CASES, SIZES, Shape, attempt


def steps(read: Callable[[bytes], object], data: bytes) -> int:
    """How many opcodes of Python it takes to read ``data``."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        attempt(read, data)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", CASES)
def test_twice_the_input_is_at_most_about_twice_the_steps(name: str) -> None:
    read, shape = CASES[name]
    attempt(read, shape(64))  # what is made once, caches included
    short, long = (steps(read, shape(size // 8)) for size in SIZES)
    assert long <= 2.2 * short + 200


def test_a_quadratic_reader_is_noticed() -> None:
    def reader(data: bytes) -> int:
        return sum(1 for _ in data for _ in data)

    shape: Shape = lambda size: b"x" * (size // 256)  # noqa: E731 - a shape is a function
    short, long = (steps(reader, shape(size)) for size in SIZES)
    assert long > 2.2 * short + 200
