"""The command line: quick help, one line for an expected failure."""

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from tests.support import wait

from analytics.cli import COMMANDS, main

HEAVY = ("sqlalchemy", "psycopg", "celery", "redis", "alembic")


def test_every_command_has_help() -> None:
    for name in COMMANDS:
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0, result.output
        assert result.output.startswith("Usage:")


def test_help_lists_the_commands_and_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from analytics.cli import main\n"
        "main.main(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=wait.PATIENCE_SECONDS,
    )
    assert done.stdout.endswith("[]\n")
    for name, entry in COMMANDS.items():
        assert name in done.stdout
        assert entry.summary in done.stdout


def test_an_expected_failure_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main,
        ["migrate", "--state-dir", str(tmp_path / "nothing")],
        env={"DATABASE_URL": "", "DATABASE_OWNER_URL": ""},
    )
    assert result.exit_code == 1
    assert result.stderr.startswith("analytics: no database: set DATABASE_OWNER_URL")
    assert result.stderr.count("\n") == 1


def test_wrong_usage_is_exit_code_2() -> None:
    assert CliRunner().invoke(main, ["up", "--viewer-port", "0"]).exit_code == 2
    assert CliRunner().invoke(main, ["no-such-command"]).exit_code == 2
