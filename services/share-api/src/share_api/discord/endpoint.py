"""Interactions endpoint: signature, replay guard, and an answer within Discord's time limit.

Discord waits for three seconds. Who is not answered by our servers within half of that is told
so: the thread that still waits for one of them finds that it is too late.
"""

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

import anyio
from anyio.to_thread import run_sync
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from common.db.engine import UnsafeDatabaseRoleError
from common.http.problem import Problem
from common.infra.rate_limit import RateLimitExceededError
from common.jobs.publisher import JobsUnavailableError
from share_api.discord import wording
from share_api.discord.connect_codes import UnknownCodeError
from share_api.discord.handler import CommandContext, Deadline, DeadlineExceededError, answer
from share_api.discord.interactions import PING, Interaction, InteractionAnswer
from share_api.discord.signature import ReplayGuard, verify_signature
from share_api.http.json_body import parse_body
from sharing.issue_errors import IssueError, SharingOffError

ANSWER_SECONDS: Final = 1.5
SIGNATURE: Final = "X-Signature-Ed25519"
TIMESTAMP: Final = "X-Signature-Timestamp"

_log = logging.getLogger(__name__)


class DiscordNotConfiguredError(Problem):
    """There is no application of ours at Discord."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "discord-not-configured"
    title = "Discord not configured"

    def __init__(self) -> None:
        super().__init__("DISCORD_PUBLIC_KEY and DISCORD_APPLICATION_ID are not configured.")


@dataclass(frozen=True, slots=True)
class Discord:
    """What interactions are received with."""

    key: Ed25519PublicKey
    seen: ReplayGuard
    answering: CommandContext


async def receive(
    headers: Mapping[str, str], body: bytes, using: Discord, *, now: datetime
) -> InteractionAnswer:
    """The answer to a request of Discord's.

    Raises:
        InvalidSignatureError: it is not Discord's, or came before.
        InvalidBodyError: it is signed, and no interaction.
    """
    moment = verify_signature(
        using.key,
        signature=headers.get(SIGNATURE),
        timestamp=headers.get(TIMESTAMP),
        body=body,
        now=now,
    )
    interaction = parse_body(Interaction, body)
    with anyio.move_on_after(ANSWER_SECONDS):
        deadline = Deadline.after(ANSWER_SECONDS)
        work = functools.partial(_answer, interaction, body, using, moment, now, deadline)
        return await run_sync(work, abandon_on_cancel=True)
    _log.warning("an interaction could not be answered in time")
    return _apology(interaction, wording.UNAVAILABLE)


def _answer(
    interaction: Interaction,
    body: bytes,
    using: Discord,
    moment: datetime,
    now: datetime,
    deadline: Deadline,
) -> InteractionAnswer:
    try:
        using.seen.take(moment, body)
        if interaction.type == PING:
            return InteractionAnswer.pong()
        return answer(interaction, using.answering, at=moment, now=now, deadline=deadline)
    except (RateLimitExceededError, UnknownCodeError) as error:
        return InteractionAnswer.ephemeral(str(error))
    except SharingOffError:
        return InteractionAnswer.ephemeral(wording.SHARING_OFF)
    except IssueError as error:
        _log.warning("no link for Discord", extra={"error": type(error).__name__})
        return InteractionAnswer.ephemeral(wording.NO_LINKS)
    except (
        JobsUnavailableError,
        RedisError,
        SQLAlchemyError,
        UnsafeDatabaseRoleError,
        OSError,
        DeadlineExceededError,
    ) as error:
        _log.warning("an interaction was not answered", extra={"error": type(error).__name__})
        return _apology(interaction, wording.UNAVAILABLE)


def _apology(interaction: Interaction, text: str) -> InteractionAnswer:
    """A ping takes nothing of what does not work."""
    if interaction.type == PING:
        return InteractionAnswer.pong()
    return InteractionAnswer.ephemeral(text)
