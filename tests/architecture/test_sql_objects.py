"""SQL objects stand in files, each executed by a migration, and not in the migrations."""

import re
from pathlib import Path

from common import db

HOME = Path(db.__file__).parent
FILES = {path.stem for path in (HOME / "sql").glob("*.sql")}
MIGRATIONS = "\n".join(
    path.read_text(encoding="utf-8") for path in (HOME / "migrations" / "versions").glob("*.py")
)


def test_migrations_hold_no_objects() -> None:
    found = re.findall(
        r"CREATE (?:OR REPLACE )?(?:VIEW|FUNCTION|AGGREGATE|(?:CONSTRAINT )?TRIGGER) \S+",
        MIGRATIONS,
    )
    assert found == []


def test_every_file_is_executed_by_a_migration() -> None:
    assert FILES
    named = set(re.findall(r'"(\w+_v\d+)"', MIGRATIONS))
    assert named == FILES


def test_versions_are_counted_from_one() -> None:
    versions: dict[str, list[int]] = {}
    for name in FILES:
        concept, _, number = name.rpartition("_v")
        versions.setdefault(concept, []).append(int(number))
    gaps = {
        each for each, found in versions.items() if sorted(found) != [*range(1, len(found) + 1)]
    }
    assert gaps == set()
