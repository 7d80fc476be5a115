"""Job payloads: ids only, so that a job can be run twice, late or on another host."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from common.reports.window import Window
from common.reports_cache.cache import ReportKey


@dataclass(frozen=True, slots=True)
class ComputeReport:
    """Compute a report and its CSV into the cache.

    ``asked_at`` is when, in Unix milliseconds: a report computed since is an answer to it, unless
    the data has changed. None asks in any case. ``ahead`` of demand, nobody waits for it.
    """

    task: ClassVar[str] = "reports.compute"

    tenant_id: int
    report: str
    window: Window
    asked_at: int | None = None
    ahead: bool = False

    @property
    def key(self) -> ReportKey:
        """Where the report is cached."""
        return ReportKey(self.tenant_id, self.report, self.window)

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them: instants as Unix seconds."""
        return {
            "tenant_id": self.tenant_id,
            "report": self.report,
            "start": int(self.window.start.timestamp()),
            "end": int(self.window.end.timestamp()),
            "asked_at": self.asked_at,
            "ahead": self.ahead,
        }

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "ComputeReport":
        """The job behind ``payload``."""
        start, end = (datetime.fromtimestamp(payload[name], UTC) for name in ("start", "end"))
        return cls(
            payload["tenant_id"],
            payload["report"],
            Window(start, end),
            asked_at=payload.get("asked_at"),
            ahead=payload.get("ahead", False),
        )


@dataclass(frozen=True, slots=True)
class RestoreLink:
    """Write a link's state from the share ledger, for a Redis that does not know it."""

    task: ClassVar[str] = "links.restore"

    tenant_id: int
    link_id: UUID

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them."""
        return {"tenant_id": self.tenant_id, "link_id": self.link_id.hex}

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "RestoreLink":
        """The job behind ``payload``."""
        return cls(payload["tenant_id"], UUID(hex=payload["link_id"]))


@dataclass(frozen=True, slots=True)
class RunImport:
    """Load the files of an import that were received."""

    task: ClassVar[str] = "imports.run"

    tenant_id: int
    import_id: UUID

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them."""
        return {"tenant_id": self.tenant_id, "import_id": self.import_id.hex}

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "RunImport":
        """The job behind ``payload``."""
        return cls(payload["tenant_id"], UUID(hex=payload["import_id"]))


@dataclass(frozen=True, slots=True)
class WarmTenant:
    """Make a tenant's sums and popular reports ready again after its data changed."""

    task: ClassVar[str] = "warm.tenant"

    tenant_id: int

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them."""
        return {"tenant_id": self.tenant_id}

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "WarmTenant":
        """The job behind ``payload``."""
        return cls(payload["tenant_id"])


@dataclass(frozen=True, slots=True)
class AnswerDiscord:
    """Put a report into the answer that Discord was promised.

    How it is answered, and the link, stand in Redis until ``answer_by`` (see
    ``common.jobs.discord_promises``): both are credentials, and no broker sees them. ``answer_by``
    and ``not_before``, when Discord wants it at the earliest, are Unix seconds; ``attempt`` counts
    from 0.
    """

    task: ClassVar[str] = "discord.answer"

    tenant_id: int
    guild_id: int
    interaction_id: int
    report: str
    window: Window
    answer_by: int
    not_before: int = 0
    attempt: int = 0

    @property
    def computation(self) -> ComputeReport:
        """The report that is shown."""
        return ComputeReport(self.tenant_id, self.report, self.window)

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them: instants as Unix seconds."""
        return {
            "tenant_id": self.tenant_id,
            "guild_id": self.guild_id,
            "interaction_id": self.interaction_id,
            "report": self.report,
            "start": int(self.window.start.timestamp()),
            "end": int(self.window.end.timestamp()),
            "answer_by": self.answer_by,
            "not_before": self.not_before,
            "attempt": self.attempt,
        }

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "AnswerDiscord":
        """The job behind ``payload``."""
        start, end = (datetime.fromtimestamp(payload[name], UTC) for name in ("start", "end"))
        return cls(
            payload["tenant_id"],
            payload["guild_id"],
            payload["interaction_id"],
            payload["report"],
            Window(start, end),
            answer_by=payload["answer_by"],
            not_before=payload["not_before"],
            attempt=payload["attempt"],
        )


Job = AnswerDiscord | ComputeReport | RestoreLink | RunImport | WarmTenant
