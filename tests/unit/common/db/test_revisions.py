"""The migrations are one line: each follows the one before, and its file is named after it."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from alembic.script import Script, ScriptDirectory

from common.db import migrate, revisions
from common.db.revisions import Schema
from common.db.sql import script

MIGRATIONS = Path(migrate.__file__).with_name("migrations")


def test_revisions_follow_one_another() -> None:
    scripts = [*ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    numbers = [each.revision for each in scripts]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    assert [each.down_revision for each in scripts] == [None, *numbers[:-1]]
    assert [each.module.__name__[:4] for each in scripts] == numbers
    assert revisions.head() == numbers[-1]


@pytest.mark.parametrize(
    ("schema", "code", "supported"),
    [
        (Schema("0030", serves="0025"), "0030", True),
        (Schema("0030", serves="0025"), "0025", True),
        (Schema("0030", serves="0025"), "0024", False),
        (Schema("0030", serves="0025"), "0031", False),
        (Schema("0030"), "0030", True),
        (Schema("0030"), "0029", False),
        (Schema(None), "0001", False),
    ],
)
def test_a_schema_serves_the_code_it_says(schema: Schema, code: str, *, supported: bool) -> None:
    assert schema.supports(code) is supported


def scripts_since(number: str) -> list[Script]:
    return [
        each
        for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()
        if each.revision >= number
    ]


def older_code_breaks(upgrade: str) -> set[str]:
    """The operations of a migration that code of before it may not survive."""
    found = set()
    for call in ast.walk(ast.parse(upgrade)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        name, text = call.func.attr, ast.unparse(call)
        if name in {"drop_column", "drop_table", "rename_table", "alter_column"}:
            found.add(name)
        required = "nullable=False" in text and "server_default" not in text
        if name == "add_column" and required:
            found.add("add_column that must be given")
    return found


def test_what_ends_older_code_is_recognized() -> None:
    given = "op.add_column('t', sa.Column('c', sa.Text(), nullable=False))"
    assert older_code_breaks(given)
    assert older_code_breaks("op.drop_column('t', 'c')")
    assert not older_code_breaks("op.add_column('t', sa.Column('c', sa.Text()))")


def test_a_migration_that_older_code_does_not_survive_says_so() -> None:
    """It brings the next version of ``schema_serves``, or a constant that says why it need not."""
    for each in scripts_since("0025"):
        upgrade = inspect.getsource(each.module.upgrade)
        says = "schema_serves_v" in upgrade or bool(getattr(each.module, "OLDER_CODE_WORKS", ""))
        assert says or not older_code_breaks(upgrade), (
            f"{each.revision}: bring schema_serves_vN.sql, or say in OLDER_CODE_WORKS why running"
            f" services of before do not mind {older_code_breaks(upgrade)}"
        )


def test_what_a_schema_serves_is_never_later_than_itself() -> None:
    for each in scripts_since("0025"):
        for name in re.findall(r"schema_serves_v\d+", inspect.getsource(each.module.upgrade)):
            said = re.search(r"RETURN '(\d{4})'", script(name))
            assert said is not None
            assert said[1] <= each.revision
