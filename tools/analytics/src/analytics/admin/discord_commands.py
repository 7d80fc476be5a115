"""Telling Discord of our commands: one request that puts them in the place of all there were."""

import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import Field, SecretStr, ValidationError

from common.settings import DiscordApiSettings, DiscordApplicationSettings

_TIMEOUT_SECONDS: Final = 15
_ATTEMPTS: Final = 4
_MOST_WAIT_SECONDS: Final = 60.0


class RegistrationError(Exception):
    """The commands are not registered."""


class _Settings(DiscordApplicationSettings, DiscordApiSettings):
    """What registering takes; the token stays here."""

    bot_token: SecretStr | None = Field(
        default=None,
        validation_alias="DISCORD_BOT_TOKEN",
        description="The token of the application's bot user, from Discord's developer portal.",
    )


def register_commands(commands: Sequence[dict[str, Any]], guild: int | None) -> tuple[str, ...]:
    """Put ``commands`` in the place of those of the application, or of one guild; their names.

    Raises:
        RegistrationError: a setting is missing, or Discord did not take them.
    """
    settings = _settings()
    if settings.discord_application_id is None or settings.bot_token is None:
        raise RegistrationError("set DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN")
    token = settings.bot_token.get_secret_value().strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise RegistrationError("DISCORD_BOT_TOKEN: must be the token alone")
    place = "" if guild is None else f"/guilds/{guild}"
    base = settings.discord_api_base
    url = f"{base}/applications/{settings.discord_application_id}{place}/commands"
    return _names(_put(url, commands, {"Authorization": f"Bot {token}"}))


def _settings() -> _Settings:
    try:
        return _Settings()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        reasons = (
            f"{each['loc'][0]}: {each['msg'].removeprefix('Value error, ')}" for each in problems
        )
        raise RegistrationError("; ".join(reasons)) from None


def _put(url: str, content: Any, headers: dict[str, str]) -> httpx.Response:
    """Discord's answer, after its waits."""
    try:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, headers=headers) as client:
            for _ in range(_ATTEMPTS):
                answer = client.put(url, json=content)
                if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                    return answer
                time.sleep(_wait(answer))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RegistrationError(f"Discord does not answer: {type(error).__name__}") from None
    raise RegistrationError("Discord wants fewer requests: try again in some minutes")


def _wait(answer: httpx.Response) -> float:
    try:
        seconds = float(answer.headers.get("retry-after", "1"))
    except ValueError:
        seconds = 1.0
    return min(max(seconds, 0.0), _MOST_WAIT_SECONDS)


def _names(answer: httpx.Response) -> tuple[str, ...]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not answer.is_success:
        said = content.get("message") if isinstance(content, dict) else None
        reason = f": {' '.join(said.split())}" if isinstance(said, str) else ""
        raise RegistrationError(f"Discord refused with {answer.status_code}{reason[:200]}")
    if not isinstance(content, list):
        raise RegistrationError("Discord's answer was not understood")
    return tuple(f"/{each.get('name')}" for each in content if isinstance(each, dict))
