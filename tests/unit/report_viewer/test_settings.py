"""The viewer's settings refuse what it could not work with."""

import pytest
from pydantic import ValidationError

from report_viewer.settings import ViewerSettings

REDIS = {"REDIS_URL": "redis://127.0.0.1/0"}


def test_defaults() -> None:
    settings = ViewerSettings.model_validate(REDIS)
    assert (settings.host, settings.port) == ("127.0.0.1", 8001)
    assert settings.wait_seconds == 5
    assert settings.key_ring() is None
    assert not settings.served_over_https


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REPORT_VIEWER_PORT", "70000"),
        ("REPORT_VIEWER_WAIT_SECONDS", "-1"),
        ("REPORT_VIEWER_WAIT_SECONDS", "3600"),
        ("REPORT_VIEWER_MAX_WAITING", "0"),
        ("PUBLIC_BASE_URL", "app.example.com"),
        ("REDIS_URL", "http://example.com"),
        ("ANALYTICS_SHARE_SIGNING_SECRET", "00" * 32),
    ],
)
def test_unusable_values_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        ViewerSettings.model_validate({**REDIS, name: value})


def test_https() -> None:
    settings = ViewerSettings.model_validate({**REDIS, "PUBLIC_BASE_URL": "https://a.example/"})
    assert settings.served_over_https
    assert settings.public_base_url == "https://a.example"
