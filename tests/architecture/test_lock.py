"""What is installed is what was locked: from the one index, and by the hash of every file."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@cache
def lock() -> dict[str, Any]:
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))


def ours() -> set[str]:
    return set(lock()["manifest"]["members"])


def test_packages_come_from_the_index_alone() -> None:
    """No address, no branch and no folder beside it: nobody else decides what they are."""
    foreign = [each for each in lock()["package"] if each["name"] not in ours()]
    assert len(foreign) > 50
    assert {tuple(each["source"]) for each in foreign} == {("registry",)}
    assert len({each["source"]["registry"] for each in foreign}) == 1


def test_every_file_has_its_hash() -> None:
    for package in lock()["package"]:
        if package["name"] in ours():
            continue
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        assert files, package["name"]
        assert all(each["hash"].startswith("sha256:") for each in files), package["name"]
