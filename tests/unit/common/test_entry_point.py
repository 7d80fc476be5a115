"""How a service's modules are loaded."""

import gc
import sys
from pathlib import Path

import pytest

from common.entry_point import loaded


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(tmp_path)

    def write(text: str) -> str:
        (tmp_path / "of_a_service.py").write_text(text)
        return "of_a_service"

    yield write
    sys.modules.pop("of_a_service", None)


@pytest.fixture(autouse=True)
def unfrozen():
    """What other tests made is left to the collector."""
    before = gc.get_freeze_count()
    yield
    if not before:
        gc.unfreeze()


def test_the_collector_rests_while_a_module_is_loaded(module):
    found = loaded(module("import gc\nran = gc.isenabled()\nmade = []\nmade.append(made)\n"))
    assert not found.ran
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    assert not any(each is found.made for each in gc.get_objects())


def test_it_works_again_after_a_module_that_fails(module):
    with pytest.raises(ZeroDivisionError):
        loaded(module("1 / 0"))
    assert gc.isenabled()
