"""`analytics discord register`, against a Discord on loopback."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from tests.support.discord_server import BOT_TOKEN, DiscordStandin, Mood

from analytics.cli import main
from sharing.discord_command import commands


@pytest.fixture
def discord() -> Iterator[DiscordStandin]:
    with DiscordStandin().running() as standin:
        yield standin


def register(discord: DiscordStandin, *arguments: str, **settings: str) -> Result:
    environment = {**discord.settings, "DISCORD_BOT_TOKEN": BOT_TOKEN, **settings}
    result = CliRunner().invoke(main, ["discord", "register", *arguments], env=environment)
    for secret in (BOT_TOKEN, settings.get("DISCORD_BOT_TOKEN") or BOT_TOKEN):
        assert secret not in result.output
        assert secret not in repr(result.exception)
    return result


def test_the_commands_are_registered_and_once_more_without_harm(discord: DiscordStandin) -> None:
    for _ in range(2):
        result = register(discord)
        assert result.exit_code == 0, result.output
        assert result.output == "registered /report for every server\n"
        assert discord.commands == {None: commands()}


def test_the_commands_of_one_guild(discord: DiscordStandin) -> None:
    assert "for the server 1234" in register(discord, "--guild", "1234").output
    assert discord.commands == {"1234": commands()}


def test_a_dry_run_shows_the_commands_and_asks_nobody(discord: DiscordStandin) -> None:
    result = register(discord, "--dry-run", DISCORD_BOT_TOKEN="", DISCORD_APPLICATION_ID="")
    assert json.loads(result.output) == commands()
    assert discord.authorizations == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"DISCORD_BOT_TOKEN": ""}, "set DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN"),
        ({"DISCORD_APPLICATION_ID": ""}, "set DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN"),
        ({"DISCORD_APPLICATION_ID": "my app"}, "DISCORD_APPLICATION_ID: "),
        ({"DISCORD_API_BASE": "discord.com"}, "DISCORD_API_BASE: must be an http"),
        ({"DISCORD_API_BASE": "http://127.0.0.1:1/api"}, "Discord does not answer: ConnectError"),
        ({"DISCORD_BOT_TOKEN": "of another"}, "DISCORD_BOT_TOKEN: must be the token alone"),
        ({"DISCORD_BOT_TOKEN": "öffentlich"}, "DISCORD_BOT_TOKEN: must be the token alone"),
        ({"DISCORD_BOT_TOKEN": "another"}, "Discord refused with 401: 401: Unauthorized"),
    ],
)
def test_what_is_wrong_is_one_line(
    discord: DiscordStandin, settings: dict[str, str], said: str
) -> None:
    result = register(discord, **settings)
    assert result.exit_code == 1
    assert result.stderr.startswith("analytics: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert discord.commands == {}


def test_a_limit_is_waited_for(discord: DiscordStandin, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("analytics.admin.discord_commands.time.sleep", waited.append)
    discord.moods += [Mood(429, {}, {"Retry-After": "3"}), Mood(429, {}, {"Retry-After": "soon"})]
    assert register(discord).exit_code == 0
    assert waited == [3.0, 1.0]


@pytest.mark.parametrize("mood", [Mood(500, {"message": "x" * 9000}), Mood(200, {"no": "list"})])
def test_what_discord_says_instead_is_told_short(discord: DiscordStandin, mood: Mood) -> None:
    discord.moods.append(mood)
    result = register(discord)
    assert result.exit_code == 1
    assert len(result.stderr) < 400


def test_a_guild_is_a_number(discord: DiscordStandin) -> None:
    for wrong in ("0", "-1", "x", str(2**63)):
        assert register(discord, "--guild", wrong).exit_code == 2
