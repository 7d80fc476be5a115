"""Migrations are one line: two branches that each add one must not both follow the same."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSIONS = sorted((ROOT / "libs/common/src/common/db/migrations/versions").glob("[0-9]*.py"))
REVISION = re.compile(r'^revision = "(\w+)"$.*^down_revision = (?:None|"(\w+)")$', re.M | re.S)


def test_each_migration_follows_the_one_before_it() -> None:
    found = [REVISION.search(path.read_text(encoding="utf-8")) for path in VERSIONS]
    told = [each.groups() for each in found if each is not None]
    numbers = [path.name[:4] for path in VERSIONS]
    assert told == list(zip(numbers, [None, *numbers[:-1]], strict=True))
