#!/usr/bin/env python3
"""Looks the locked packages up in a stored copy of advisories: ``audit_stored.py ADVISORIES``.

They are a directory or a ``.zip`` of advisories in the OSV format, one JSON file each, as
https://osv.dev gives them away for PyPI (``PyPI/all.zip``). It needs no network. Exits with 1 when
a locked package is affected, and with 2 when there is nothing to look it up in.
"""

import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[1]


def locked(lock: Path) -> dict[str, set[str]]:
    """The packages of a lock that come from an index, with their versions."""
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    versions: dict[str, set[str]] = {}
    for each in packages:
        if "registry" in each["source"]:
            versions.setdefault(each["name"], set()).add(each["version"])
    return versions


def advisories(stored: Path) -> Iterator[dict[str, Any]]:
    """The advisories of a directory or a zip file."""
    if stored.is_dir():
        for path in sorted(stored.rglob("*.json")):
            yield json.loads(path.read_bytes())
        return
    with zipfile.ZipFile(stored) as file:
        for name in sorted(file.namelist()):
            if name.endswith(".json"):
                yield json.loads(file.read(name))


def affects(advisory: dict[str, Any], name: str, version: str) -> bool:
    """Whether an advisory is about that version of a package. One that was withdrawn is not."""
    if "withdrawn" in advisory:
        return False
    for affected in advisory.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI" or _normal(package.get("name", "")) != name:
            continue
        if version in affected.get("versions", ()):
            return True
        ranges = [each for each in affected.get("ranges", ()) if each["type"] == "ECOSYSTEM"]
        if any(_within(each["events"], Version(version)) for each in ranges):
            return True
    return False


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _within(events: list[dict[str, str]], version: Version) -> bool:
    """Whether a version lies between where a fault came in and where it went out."""
    inside = False
    for event in sorted(events, key=lambda each: _place(next(iter(each.values())))):
        ((kind, at),) = event.items()
        place = _place(at)
        if kind == "introduced":
            inside = inside or version >= place
        elif (kind == "fixed" and version >= place) or (
            kind == "last_affected" and version > place
        ):
            inside = False
    return inside


def _place(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def main(arguments: list[str]) -> int:
    """Print what is affected; 0 when nothing is, 1 when something is, 2 when nothing was asked."""
    if len(arguments) not in {1, 2} or not Path(arguments[0]).exists():
        print("usage: audit_stored.py ADVISORIES [uv.lock]", file=sys.stderr)
        return 2
    lock = locked(Path(arguments[1]) if len(arguments) > 1 else ROOT / "uv.lock")
    count, found = 0, []
    for advisory in advisories(Path(arguments[0])):
        count += 1
        affected = advisory.get("affected", ())
        names = {_normal(each.get("package", {}).get("name", "")) for each in affected}
        said = f"{advisory['id']} {advisory.get('summary', '')}"
        found += [
            f"{name} {version}: {said}"
            for name in sorted(names & lock.keys())
            for version in sorted(lock[name])
            if affects(advisory, name, version)
        ]
    if not count:
        print("error: no advisories: this says nothing about the packages", file=sys.stderr)
        return 2
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(lock)} packages, {count} advisories, {len(found)} found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
