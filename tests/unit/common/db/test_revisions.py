"""The migrations are one line: each follows the one before, and its file is named after it."""

from pathlib import Path

from alembic.script import ScriptDirectory

from common.db import migrate, revisions

MIGRATIONS = Path(migrate.__file__).with_name("migrations")


def test_revisions_follow_one_another() -> None:
    scripts = [*ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    numbers = [each.revision for each in scripts]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    assert [each.down_revision for each in scripts] == [None, *numbers[:-1]]
    assert [each.module.__name__[:4] for each in scripts] == numbers
    assert revisions.head() == numbers[-1]
