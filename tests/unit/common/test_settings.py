import hashlib
import secrets

import pytest
from pydantic import Field

from common.setting_types import Origin
from common.settings import (
    DatabaseSettings,
    RedisSettings,
    ServiceSettings,
    SigningSettings,
    load,
)

SECRET = hashlib.sha256(b"of these tests").hexdigest()


def test_without_a_secret_there_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, "", "   "):
        if value is None:
            monkeypatch.delenv("ANALYTICS_SHARE_SIGNING_SECRET", raising=False)
        else:
            monkeypatch.setenv("ANALYTICS_SHARE_SIGNING_SECRET", value)
        assert load(SigningSettings).key_ring() is None


def test_retired_keys_are_listed_by_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SHARE_SIGNING_SECRET", SECRET)
    retired = f"{secrets.token_hex(32)}, {secrets.token_hex(32)}"
    monkeypatch.setenv("ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED", retired)
    ring = load(SigningSettings).key_ring()
    assert ring is not None


@pytest.mark.parametrize(
    ("name", "value", "settings"),
    [
        ("ANALYTICS_SHARE_SIGNING_SECRET", "hunter2", SigningSettings),
        ("ANALYTICS_SHARE_SIGNING_SECRET", "00" * 32, SigningSettings),
        ("ANALYTICS_SHARE_SIGNING_SECRET", bytes(range(32)).hex(), SigningSettings),
        ("ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED", bytes(range(32)).hex(), SigningSettings),
        ("ANALYTICS_SHARE_SIGNING_SECRET", f"{SECRET},{SECRET}", SigningSettings),
        ("ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED", f"{SECRET},hunter2", SigningSettings),
        ("REDIS_URL", "hunter2://x", RedisSettings),
        ("DATABASE_URL", "mysql://hunter2@x", DatabaseSettings),
    ],
)
def test_an_unusable_value_stops_with_one_line_that_does_not_repeat_it(
    name: str,
    value: str,
    settings: type[SigningSettings],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        load(settings)
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"refusing to start: {name}: ")
    assert "hunter2" not in line
    assert SECRET not in line


class Address(ServiceSettings):
    url: Origin = Field(validation_alias="PUBLIC_BASE_URL")


@pytest.mark.parametrize("value", ["https://app.example.com", "http://127.0.0.1:8001/"])
def test_an_origin_is_scheme_and_host(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", value)
    assert load(Address).url == value.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        "app.example.com",
        "ftp://x",
        "https://",
        "https://x/path",
        "https://x?q",
        "https://x#f",
        "https://user@x",
        "https://:pw@x",
        "https://x:0",
        "https://x y",
        "https://ä.example",
    ],
)
def test_other_addresses_are_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", value)
    with pytest.raises(SystemExit):
        load(Address)
