"""Secrets by files: every secret setting may come from one, and an unusable one is told by name."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr
from tests.architecture.test_operations import REFERENCE, settings_classes

from analytics.cli import main
from common.secret_files import SECRETS, SecretFileError, secrets_from_files, secrets_taken
from common.settings import RedisSettings, ServiceSettings, load

VALUES = {
    "REDIS_URL": "redis://:hunter2@localhost/0",
    "BROKER_URL": "redis://:hunter2@localhost/1",
    "DATABASE_URL": "postgresql://nobody:hunter2@localhost/none",
    "DATABASE_REPLICA_URL": "postgresql://nobody:hunter2@localhost/none",
    "DATABASE_SHARD_URLS": "east=postgresql://nobody:hunter2@localhost/none",
    "DISCORD_BOT_TOKEN": "hunter2",
}
KEY = "5f" + "0123456789abcdef" * 3 + "c0ffee00c0ffee"


def secrets_of(settings: type[ServiceSettings]) -> list[str]:
    return [
        str(field.validation_alias)
        for field in settings.model_fields.values()
        if "SecretStr" in str(field.annotation)
    ]


@pytest.mark.parametrize("settings", settings_classes(), ids=lambda each: each.__name__)
def test_every_secret_setting_may_come_from_a_file(
    settings: type[ServiceSettings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert set(secrets_of(settings)) <= set(SECRETS)
    if "PUBLIC_BASE_URL" in [str(each.validation_alias) for each in settings.model_fields.values()]:
        monkeypatch.setenv("PUBLIC_BASE_URL", "https://app.example.com")
    names = secrets_of(settings)
    if "DATABASE_REPLICA_URL" in names:  # beside which there are no further servers
        names.remove("DATABASE_SHARD_URLS")
    for name in names:
        (tmp_path / name).write_text(f"{VALUES.get(name, KEY)}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    loaded = load(settings)
    for name, field in settings.model_fields.items():
        alias = str(field.validation_alias)
        if alias in names:
            value = getattr(loaded, name)
            assert isinstance(value, SecretStr)
            assert value.get_secret_value() == VALUES.get(alias, KEY)


def test_every_name_stands_in_the_reference() -> None:
    assert [name for name in SECRETS if f"`{name}`" not in REFERENCE] == []


UNFIT: dict[str, Callable[[Path], object]] = {
    "missing": lambda _: None,
    "a folder": Path.mkdir,
    "empty": Path.touch,
    "blank": lambda path: path.write_text(" \n\n"),
    "two lines": lambda path: path.write_text("hunter2\nhunter2\n"),
    "no text": lambda path: path.write_bytes(b"hunter2\xff"),
    "a null": lambda path: path.write_bytes(b"hunter2\0"),
    "large": lambda path: path.write_text("hunter2" * 10_000),
    "a pipe": os.mkfifo,
}
"""Files that hold no secret, by how each is made."""


@pytest.mark.parametrize("how", UNFIT)
def test_an_unusable_file_stops_the_service_with_a_line(
    how: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    UNFIT[how](tmp_path / "secret")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "secret"))
    with pytest.raises(SystemExit) as ended:
        load(RedisSettings)
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("refusing to start: REDIS_URL_FILE: ")
    assert "hunter2" not in line


def test_a_value_beside_a_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text(VALUES["REDIS_URL"])
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("REDIS_URL", VALUES["REDIS_URL"])
    with pytest.raises(SystemExit):
        load(RedisSettings)
    assert "give one of them" in capsys.readouterr().err
    monkeypatch.setenv("REDIS_URL", "")
    assert load(RedisSettings).redis_url.get_secret_value() == VALUES["REDIS_URL"]


class Named(ServiceSettings):
    """A file that is no secret's."""

    name: str = Field(default="", validation_alias="LOG_LEVEL")


def test_only_secrets_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "level").write_text("DEBUG")
    monkeypatch.setenv("LOG_LEVEL_FILE", str(tmp_path / "level"))
    assert load(Named).name == ""
    environment = {"WORKER_READY_FILE": "/tmp/ready", "LOG_LEVEL_FILE": "x"}  # noqa: S108
    with secrets_taken(environment):
        assert environment == {"WORKER_READY_FILE": "/tmp/ready", "LOG_LEVEL_FILE": "x"}  # noqa: S108


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_what_is_read_is_what_was_written(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "secret").write_text(f"{value}\n", encoding="utf-8")
        given = {"REDIS_URL_FILE": f"{folder}/secret", "REDIS_URL": "", "HOME": "/"}
        assert secrets_from_files(given) == {"REDIS_URL": value}
        before = dict(given)
        with secrets_taken(given):
            assert given == {"REDIS_URL": value, "HOME": "/"}
        assert given == before


def test_the_command_says_which_file_is_missing(tmp_path: Path) -> None:
    missing = {"DATABASE_OWNER_URL_FILE": str(tmp_path / "none")}
    done = CliRunner().invoke(main, ["migrate"], env=missing)
    assert done.exit_code == 1
    assert done.stderr == "analytics: DATABASE_OWNER_URL_FILE: there is no such file\n"
    with pytest.raises(SecretFileError):
        secrets_from_files(missing)
