"""Job payloads: ids only, so that a job can be run twice, late or on another host.

A payload is flat JSON: ids of 128 bits in hex, a window as the Unix seconds ``start`` and ``end``.
Jobs lie in queues while versions change: a field that is added has a default, and one that a later
version sends is passed over.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID

import msgspec

from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import Window
from common.reports_cache.cache import ReportKey
from common.reports_cache.forms import Form, FormKey

_BOUNDS: Final = ("start", "end")
_UNSAID: Final = frozenset({("comparison", Comparison.PREVIOUS.value), ("hidden", "")})
"""Fields that are left out: what a job is without them."""

InvalidJobError = msgspec.ValidationError
"""What a message carries is not the payload of its job."""


class Job(msgspec.Struct, frozen=True):
    """A job; ``task`` is the name it is published under."""

    task: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them."""
        fields: dict[str, Any] = msgspec.to_builtins(self, builtin_types=(UUID, datetime))
        flat = fields | fields.pop("window", {})
        return {
            name: _spelled(value)
            for name, value in flat.items()
            if name != "window" and (name, value) not in _UNSAID
        }

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> Self:
        """The job behind ``payload``.

        Raises:
            InvalidJobError: it is no payload of this job.
        """
        fields = dict(payload)
        if "window" in cls.__struct_fields__:
            fields["window"] = {
                name: _instant(fields.pop(name))
                for name in _BOUNDS
                if isinstance(fields.get(name), int)
            }
        return msgspec.convert(fields, cls)


def _instant(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidJobError("no instant of a window") from None


def _spelled(value: Any) -> Any:
    match value:
        case UUID():
            return value.hex
        case datetime():
            return int(value.timestamp())
    return value


class ComputeReport(Job, frozen=True):
    """Compute a report and its CSV into the cache.

    ``asked_at`` is when, in Unix milliseconds: a report computed since is an answer to it, unless
    the data has changed. None asks in any case. ``ahead`` of demand, no viewer waits for it.
    ``hidden`` is the name of what it leaves out: another version, which knows nothing of it,
    computes the report as a whole, to where that is cached.
    """

    task: ClassVar[str] = "reports.compute"

    tenant_id: int
    report: str
    window: Window
    asked_at: int | None = None
    ahead: bool = False
    comparison: Comparison = Comparison.PREVIOUS
    hidden: str = ""

    def __post_init__(self) -> None:
        Redaction.parse(self.hidden)

    @classmethod
    def of(cls, key: ReportKey) -> Self:
        """The job that computes the report of ``key``, which is no frozen one."""
        return cls(
            key.tenant_id,
            key.report,
            key.window,
            comparison=key.comparison,
            hidden=key.hidden.name,
        )

    @property
    def redaction(self) -> Redaction:
        """What it leaves out."""
        return Redaction.parse(self.hidden)

    @property
    def key(self) -> ReportKey:
        """Where the report is cached."""
        return ReportKey(
            self.tenant_id,
            self.report,
            self.window,
            comparison=self.comparison,
            hidden=self.redaction,
        )


class MakeForm(Job, frozen=True):
    """Make a form of a cached report, in a language; ``asked_at`` is as that of a report.

    ``frozen`` is the link whose report stays as it was, if it is a form of that.
    """

    task: ClassVar[str] = "forms.make"

    tenant_id: int
    report: str
    window: Window
    form: Form
    language: str
    asked_at: int | None = None
    frozen: UUID | None = None
    comparison: Comparison = Comparison.PREVIOUS
    hidden: str = ""

    def __post_init__(self) -> None:
        Redaction.parse(self.hidden)

    @classmethod
    def of(cls, key: FormKey) -> Self:
        """The job that makes the form of ``key``."""
        return cls(
            key.tenant_id,
            key.report,
            key.window,
            key.form,
            key.language,
            frozen=key.frozen,
            comparison=key.comparison,
            hidden=key.hidden.name,
        )

    @property
    def key(self) -> FormKey:
        """Where the form is cached."""
        return FormKey(
            self.tenant_id,
            self.report,
            self.window,
            self.frozen,
            self.comparison,
            Redaction.parse(self.hidden),
            form=self.form,
            language=self.language,
        )


class RestoreLink(Job, frozen=True):
    """Write a link's state from the share ledger, for a Redis that does not know it."""

    task: ClassVar[str] = "links.restore"

    tenant_id: int
    link_id: UUID


class RunImport(Job, frozen=True):
    """Load the files of an import that were received."""

    task: ClassVar[str] = "imports.run"

    tenant_id: int
    import_id: UUID


class WorkWebhooks(Job, frozen=True):
    """Work off the events in a tenant's inbox. The rows are the job: this only says there are."""

    task: ClassVar[str] = "webhooks.run"

    tenant_id: int


class WarmTenant(Job, frozen=True):
    """Make a tenant's sums and popular reports ready again after its data changed."""

    task: ClassVar[str] = "warm.tenant"

    tenant_id: int


class AnswerDiscord(Job, frozen=True):
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
