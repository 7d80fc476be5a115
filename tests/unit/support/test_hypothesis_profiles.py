"""What is drawn in `make test` depends on nothing but the test."""

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.hypothesis_profiles import REPEATED


def drawn() -> list[tuple[bytes, int]]:
    seen = []

    @settings(max_examples=300)
    @given(st.binary(max_size=40), st.integers())
    def draw(some: bytes, number: int) -> None:
        seen.append((some, number))

    draw()
    return seen


@pytest.mark.skipif(
    settings.get_current_profile_name() != REPEATED, reason="draws are random in this run"
)
def test_draws_are_the_same_whatever_else_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    constants = [f"A{n} = b'a constant of {n}'\nB{n} = {10**9 + n * 7919}" for n in range(300)]
    (tmp_path / "elsewhere.py").write_text("\n".join(constants))
    spec = importlib.util.spec_from_file_location("elsewhere", tmp_path / "elsewhere.py")
    assert spec is not None
    monkeypatch.setitem(sys.modules, "elsewhere", importlib.util.module_from_spec(spec))
    assert drawn() == before
    assert len(set(before)) > 250, "and they are not always the same within it"
