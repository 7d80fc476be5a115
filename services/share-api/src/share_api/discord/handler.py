"""Command handler: from a command to a message at once, or to a deferred response.

Blocking. The answer has to leave within ``Deadline``; what is left to do then is not done, and a
link that was issued meanwhile is revoked, as no user will have it.
"""

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from redis import RedisError
from sqlalchemy.exc import DBAPIError

from accounts.memberships import find_account, find_tenant
from common.db.audit import Author
from common.db.tenancy import TenantDb
from common.jobs.discord_promises import Promise, PromiseStore, answer_by
from common.jobs.payloads import AnswerDiscord
from common.jobs.publisher import JobsUnavailableError
from share_api.discord import limits
from share_api.discord.commands import Connect, ShowReport, parse_command
from share_api.discord.connect_codes import ConnectCodeStore, UnknownCodeError
from share_api.discord.guilds import (
    AlreadyConnectedError,
    Connection,
    author_of,
    connect,
    tenant_of_guild,
)
from share_api.discord.interactions import (
    APPLICATION_COMMAND,
    Interaction,
    InteractionAnswer,
    Member,
)
from share_api.discord.limits import CommandRateLimit
from share_api.discord.wording import (
    CONNECTED_ALREADY,
    IN_SERVERS_ONLY,
    MANAGERS_ONLY,
    NOT_CONNECTED,
    UNKNOWN,
    connected,
)
from sharing.issuing import issue
from sharing.issuing_context import IssuingContext
from sharing.link_request import IssuedLink, LinkRequest
from sharing.revoking import Revocation, RevocationUnavailableError, revoke

_log = logging.getLogger(__name__)
_told: Final = InteractionAnswer.ephemeral


class DeadlineExceededError(Exception):
    """The endpoint has given its apology meanwhile."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when an answer is of use, by the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    def check(self) -> None:
        """Go on only as long as it is of use.

        Raises:
            DeadlineExceededError: it is of none.
        """
        if time.monotonic() >= self.at:
            raise DeadlineExceededError


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What answering takes."""

    application_id: int
    issuing: IssuingContext
    promises: PromiseStore
    codes: ConnectCodeStore
    limits: CommandRateLimit


@dataclass(frozen=True, slots=True)
class Invocation:
    """Who asks, where and since when."""

    interaction: Interaction
    guild_id: int
    member: Member
    at: datetime


def answer(
    interaction: Interaction,
    using: CommandContext,
    *,
    at: datetime,
    now: datetime,
    deadline: Deadline,
) -> InteractionAnswer:
    """The answer to an interaction that Discord signed ``at`` some moment.

    Raises:
        RateLimitExceededError, UnknownCodeError: it is refused.
        DeadlineExceededError: the deadline is over.
        JobsUnavailableError, redis.RedisError, sqlalchemy.exc.DBAPIError: a server did not answer.
        IssueError: no link can be issued.
    """
    ours = interaction.application_id == using.application_id
    command = parse_command(interaction.data) if interaction.type == APPLICATION_COMMAND else None
    if command is None or not ours:
        return _told(UNKNOWN)
    if interaction.guild_id is None or interaction.member is None:
        return _told(IN_SERVERS_ONLY)
    asked = Invocation(interaction, interaction.guild_id, interaction.member, at)
    if not asked.member.may_manage:
        return _told(MANAGERS_ONLY)
    if isinstance(command, Connect):
        return _connect(command, asked, using, now=now)
    return _show(command, asked, using, now=now, deadline=deadline)


def _connect(
    command: Connect, asked: Invocation, using: CommandContext, *, now: datetime
) -> InteractionAnswer:
    using.limits.check(limits.GUESSES_IN_GUILD, str(asked.guild_id))
    using.limits.check(limits.GUESSES_OF_USER, str(asked.member.user.id))
    engine = using.issuing.engine
    if tenant_of_guild(engine, asked.guild_id) is not None:
        return _told(CONNECTED_ALREADY)
    grant = using.codes.redeem(command.code)
    # Who gave the code may have left the shop since.
    account = (
        None
        if grant.admin_id is None
        else find_account(engine, grant.admin_id, acting_for=grant.tenant_id)
    )
    tenant = account.tenant(grant.tenant_id) if account else None
    if account is None or tenant is None:
        raise UnknownCodeError
    made = Connection(asked.guild_id, now, asked.member.user.id)
    try:
        connect(TenantDb(engine, tenant.id), made, allowed_by=account.email)
    except AlreadyConnectedError:
        return _told(CONNECTED_ALREADY)
    return _told(connected(tenant.name))


def _show(
    command: ShowReport,
    asked: Invocation,
    using: CommandContext,
    *,
    now: datetime,
    deadline: Deadline,
) -> InteractionAnswer:
    using.limits.check(limits.REPORTS, str(asked.guild_id))
    engine = using.issuing.engine
    tenant_id = tenant_of_guild(engine, asked.guild_id)
    tenant = None if tenant_id is None else find_tenant(engine, tenant_id)
    if tenant is None:
        return _told(NOT_CONNECTED)
    deadline.check()
    request = LinkRequest(
        tenant_id=tenant.id,
        zone=tenant.zone,
        report=command.report,
        days=command.period,
        author=author_of(asked.member.user.id),
    )
    link = issue(request, using.issuing, now=now)
    job = AnswerDiscord(
        tenant_id=tenant.id,
        guild_id=asked.guild_id,
        interaction_id=asked.interaction.id,
        report=link.report,
        window=link.window,
        answer_by=int(answer_by(asked.at).timestamp()),
    )
    try:
        _promise(job, link, asked, using, deadline)
    except (DeadlineExceededError, JobsUnavailableError, RedisError, OSError):
        _withdraw(job, link, request.author, using, now=now)
        raise
    return InteractionAnswer.promise()


def _promise(
    job: AnswerDiscord,
    link: IssuedLink,
    asked: Invocation,
    using: CommandContext,
    deadline: Deadline,
) -> None:
    interaction = asked.interaction
    deadline.check()
    using.promises.put(
        job,
        Promise(interaction.application_id, interaction.token, link.url, link.expires_at),
    )
    deadline.check()
    using.issuing.jobs.publish(job)  # once it is, the worker answers, be it over an apology


def _withdraw(
    job: AnswerDiscord, link: IssuedLink, author: Author, using: CommandContext, *, now: datetime
) -> None:
    """Take back, as far as the servers answer, what no user will see."""
    with suppress(RedisError, OSError):  # it lapses
        using.promises.delete(job)
    try:
        revocation = Revocation(job.tenant_id, author, now)
        revoke(revocation, link.share_id, using.issuing.engine, using.issuing.states)
    except (RedisError, OSError, RevocationUnavailableError, DBAPIError) as error:
        _log.warning("a link that nobody has stays", extra={"error": type(error).__name__})
