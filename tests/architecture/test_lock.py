"""What is installed is what was locked: from the one index, and by the hash of every file."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
OURS = set(LOCK["manifest"]["members"])


def test_packages_come_from_the_index_alone() -> None:
    """No address, no branch and no folder beside it: nobody else decides what they are."""
    foreign = [each for each in LOCK["package"] if each["name"] not in OURS]
    assert len(foreign) > 50
    assert {tuple(each["source"]) for each in foreign} == {("registry",)}
    assert len({each["source"]["registry"] for each in foreign}) == 1


def test_every_file_has_its_hash() -> None:
    for package in LOCK["package"]:
        if package["name"] in OURS:
            continue
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        assert files, package["name"]
        assert all(each["hash"].startswith("sha256:") for each in files), package["name"]
