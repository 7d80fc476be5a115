import pytest

from common.settings import load
from share_api.settings import ShareApiSettings

SECRET = "0123456789abcdef" * 4  # the same in every process that collects the tests
ENVIRONMENT = {
    "DATABASE_URL": "postgresql://service:password@localhost/analytics",
    "REDIS_URL": "redis://localhost",
    "PUBLIC_BASE_URL": "https://app.example.com",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [field.validation_alias for field in ShareApiSettings.model_fields.values()]:
        monkeypatch.delenv(str(name), raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_defaults() -> None:
    settings = load(ShareApiSettings)
    assert settings.link_ttl_seconds == 604_800
    assert settings.link_max_ttl_seconds == 365 * 86_400
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.session_life_seconds, settings.session_idle_seconds) == (43_200, 7_200)
    assert settings.key_ring() is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://app.example.com/", "https://app.example.com"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_the_public_address(monkeypatch: pytest.MonkeyPatch, given: str, kept: str) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", given)
    settings = load(ShareApiSettings)
    assert settings.public_base_url == kept
    assert settings.https is given.startswith("https")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANALYTICS_SHARE_LINK_TTL_SECONDS", "59"),
        ("ANALYTICS_SHARE_LINK_TTL_SECONDS", "0"),
        ("ANALYTICS_SHARE_LINK_TTL_SECONDS", "-604800"),
        ("ANALYTICS_SHARE_LINK_TTL_SECONDS", "hunter2"),
        ("ANALYTICS_SHARE_LINK_TTL_SECONDS", "60.5"),
        ("ANALYTICS_SHARE_LINK_MAX_TTL_SECONDS", "3600"),  # below the default
        ("ANALYTICS_SHARE_LINK_MAX_TTL_SECONDS", str(10**10)),
        ("ANALYTICS_SHARE_SIGNING_SECRET", "hunter2"),
        ("ANALYTICS_SHARE_SIGNING_SECRET", "ab" * 32),
        ("DISCORD_PUBLIC_KEY", "hunter2"),
        ("DISCORD_PUBLIC_KEY", "ab" * 31),
        ("DISCORD_PUBLIC_KEY", "ab" * 33),
        ("DISCORD_APPLICATION_ID", "hunter2"),
        ("DISCORD_APPLICATION_ID", "0"),
        ("DISCORD_APPLICATION_ID", str(2**63)),
        ("DISCORD_APPLICATION_ID", "-1"),
        ("ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED", f"{SECRET},hunter2"),
        ("PUBLIC_BASE_URL", ""),
        ("PUBLIC_BASE_URL", "app.example.com"),
        ("PUBLIC_BASE_URL", "ftp://hunter2"),
        ("PUBLIC_BASE_URL", "https://"),
        ("PUBLIC_BASE_URL", "https://hunter2/?a=b"),
        ("PUBLIC_BASE_URL", "https://hunter2/?"),
        ("PUBLIC_BASE_URL", "https://hunter2/#top"),
        ("PUBLIC_BASE_URL", "https://user:hunter2@example.com"),
        ("PUBLIC_BASE_URL", "https://hunter2.com/a b"),
        ("PUBLIC_BASE_URL", "https://hunter2:99999"),
        ("SHARE_API_PORT", "70000"),
        ("SHARE_API_SESSION_LIFE_SECONDS", "0"),
        ("SHARE_API_TRUSTED_PROXIES", "hunter2"),
        ("SHARE_API_TRUSTED_PROXIES", "*"),
        ("DATABASE_URL", "mysql://hunter2"),
        ("REDIS_URL", ""),
    ],
)
def test_an_unsafe_value_stops_with_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        load(ShareApiSettings)
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"refusing to start: {name}: ")
    assert "hunter2" not in line


def test_a_longer_maximum_allows_a_longer_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SHARE_LINK_TTL_SECONDS", str(2 * 365 * 86_400))
    with pytest.raises(SystemExit):
        load(ShareApiSettings)
    monkeypatch.setenv("ANALYTICS_SHARE_LINK_MAX_TTL_SECONDS", str(2 * 365 * 86_400))
    assert load(ShareApiSettings).link_ttl_seconds == 2 * 365 * 86_400


def test_every_setting_says_what_it_is() -> None:
    for name, field in ShareApiSettings.model_fields.items():
        assert field.description, name
        assert str(field.validation_alias).isupper()
