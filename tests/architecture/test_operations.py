"""The documents say what the code does: settings and their defaults, commands, tasks."""

import importlib
import re
from pathlib import Path

import click
import pytest
from pydantic import SecretStr

from analytics.cli import COMMANDS, main
from common.settings import ServiceSettings
from report_viewer.settings import ViewerSettings
from share_api.settings import ShareApiSettings
from worker import schedule
from worker.app import create_app as create_worker
from worker.settings import WorkerSettings

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
SERVERS = {
    "REDIS_URL": SecretStr("redis://localhost/0"),
    "DATABASE_URL": SecretStr("postgresql://nobody@localhost/none"),
}


def settings_classes() -> list[type[ServiceSettings]]:
    modules = ROOT.glob("*/*/src/*/settings.py")
    names = [f"{path.parent.name}.settings" for path in modules]
    found = {
        value
        for name in names
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings)
    }
    return sorted(found, key=lambda each: each.__name__)


def variables(settings: type[ServiceSettings]) -> list[str]:
    return [str(field.validation_alias) for field in settings.model_fields.values()]


def test_there_are_settings() -> None:
    assert {ServiceSettings, ShareApiSettings, ViewerSettings} <= set(settings_classes())


@pytest.mark.parametrize("settings", settings_classes(), ids=lambda each: each.__name__)
def test_every_setting_stands_in_the_reference(settings: type[ServiceSettings]) -> None:
    missing = [name for name in variables(settings) if f"`{name}`" not in REFERENCE]
    assert not missing


@pytest.mark.parametrize("settings", settings_classes(), ids=lambda each: each.__name__)
def test_defaults_of_settings_stand_in_the_reference(settings: type[ServiceSettings]) -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \| ([^|]+) \|", REFERENCE, re.MULTILINE)
    said = dict(rows)
    for field in settings.model_fields.values():
        if field.default is None or field.default == "" or field.is_required():
            continue
        default = field.default
        text = f"{default:g}" if isinstance(default, float) else str(default)
        assert f"`{text}`" in said[str(field.validation_alias)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_operations_guide_with_its_options(name: str) -> None:
    row = re.search(rf"^\| `{name}`.*$", GUIDE, re.MULTILINE)
    assert row is not None
    command = main.get_command(click.Context(main), name)
    parts = command.commands.values() if isinstance(command, click.Group) else [command]
    given = {option for each in parts if each for param in each.params for option in param.opts}
    options = {each for each in given if each.startswith("--")} - {"--state-dir"}
    assert set(re.findall(r"--[a-z-]+", row[0].rpartition(" | ")[2])) == options


def test_every_task_stands_in_the_operations_guide_with_its_pace() -> None:
    rows = re.findall(r"^\| `([a-z]+\.[a-z-]+)` \| .*? \| (.*?) \|", GUIDE, re.MULTILINE)
    worker = create_worker(WorkerSettings.model_validate(SERVERS))
    assert {name for name, _ in rows} == {each for each in worker.tasks if "celery" not in each}
    paces = {entry["task"]: entry["schedule"] for entry in schedule.ENTRIES.values()}
    said = {name: re.search(r"every (\d+) s", asked) for name, asked in rows}
    assert {name: int(found[1]) for name, found in said.items() if found} == paces
