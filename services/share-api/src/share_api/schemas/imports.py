"""Response schemas of imports, in camelCase."""

from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field

from common.db.imports import Import
from ingest.formats import registry
from share_api.imports.file_names import faults_of
from share_api.schemas.api_model import ApiModel
from share_api.schemas.responses import Instant

FORMAT_NAMES: Final[dict[str, Any]] = {"enum": list(registry.FORMATS)}
"""The JSON schema of the name of an import format."""


def _registered(name: str) -> str:
    if name not in registry.FORMATS:
        raise ValueError(f"is none of {', '.join(registry.FORMATS)}")
    return name


ImportFormatName = Annotated[str, AfterValidator(_registered)]
"""The name of a registered import format."""


class ImportProgress(ApiModel):
    """What a worker has read so far."""

    bytes: int
    total_bytes: int
    rows: int


class ImportFault(ApiModel):
    """What is wrong with a row; null where there is nothing to name."""

    file: str | None
    file_name: str | None = Field(None, description="What the sender calls the file.")
    line: int | None
    column: str | None
    value: str | None
    reason: str


class ImportView(ApiModel):
    """An import: `result` once it has succeeded, `errors` once it has failed."""

    id: UUID
    state: Literal["queued", "running", "succeeded", "failed"]
    format: str = Field(description="Whose columns the orders' file has, named or found by them.")
    file_names: dict[str, str] | None = Field(
        None,
        description="What the sender calls the files, by the part of the form; without folders and"
        " control characters. Null where no file was named, as in a body of text/csv.",
    )
    checked: bool = Field(description="Whether it is a check: nothing of it stays in the ledger.")
    progress: ImportProgress
    result: dict[str, Any] | None = Field(
        description="Counts of orders, lines, refunds, products and stock; netSales of the files in"
        " major units; notes on what could not be taken as it stood,"
        " the orders of a platform's export whose totals nothing explains, and closedDays: orders"
        " that were changed after their day, by day."
    )
    errors: tuple[ImportFault, ...] | None = Field(description="The first of them, by file.")
    error_count: int | None
    created_at: Instant
    finished_at: Instant | None

    @classmethod
    def of(cls, row: Import) -> Self:
        """As clients see it."""
        outcome = row.outcome or {}
        return cls.model_validate(
            {
                "id": row.id,
                "state": row.state,
                "format": row.format,
                "file_names": row.file_names,
                "checked": row.checked,
                "progress": {
                    "bytes": row.done_bytes,
                    "total_bytes": row.total_bytes,
                    "rows": row.done_rows,
                },
                "result": outcome.get("result"),
                "errors": faults_of(row),
                "error_count": outcome.get("errorCount"),
                "created_at": row.created_at,
                "finished_at": row.finished_at,
            }
        )


class ImportsView(ApiModel):
    """The latest imports, newest first."""

    items: tuple[ImportView, ...]
