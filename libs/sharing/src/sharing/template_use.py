"""Use of a template: a link is asked for by its name, and by what is said beside it.

What the template says and cannot be any more, as a report type that is gone, is told as a fault of
the template, with what is wrong in it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from common.db.tenancy import TenantDb
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.registry import UnknownReportError
from sharing.issue_errors import (
    InvalidFieldError,
    IssueError,
    TemplateUnusableError,
    UnknownTemplateError,
)
from sharing.link_wish import LinkWish, decode
from sharing.templates import find_template

_NAMES: Final[Mapping[str, str]] = {
    "live": "kind",
    "frozen": "kind",
    "expiresInSeconds": "expires_in",
}
"""Fields of a body whose option has another name."""


def wish_from(db: TenantDb, name: str, said: LinkWish) -> LinkWish:
    """What is said, over what the tenant's template of that name says.

    Raises:
        UnknownTemplateError: the tenant has no such template.
        TemplateUnusableError: it says what this version does not know.
    """
    template = find_template(db, name)
    if template is None:
        raise UnknownTemplateError
    try:
        return said.over(decode(template.wanted))
    except ValueError as error:
        raise TemplateUnusableError(str(error)) from error


@contextmanager
def faults_of_template(said: LinkWish) -> Iterator[None]:
    """Tell what is wrong with a link as a fault of its template, where that was not ``said``.

    Raises:
        TemplateUnusableError: it was not.
    """
    try:
        yield
    except (UnknownReportError, AnalyticsNotYetImplementedError) as error:
        if said.report is not None:
            raise
        raise TemplateUnusableError(f"report {error}") from error
    except IssueError as error:
        faults = getattr(error, "errors", ())
        if not faults or isinstance(error, TemplateUnusableError):
            raise
        pointer, detail = faults[0]["pointer"], faults[0]["detail"]
        field = pointer.strip("/").partition("/")[0]
        if field == "password" or _NAMES.get(field, field) in said.said:
            raise
        if isinstance(error, InvalidFieldError):
            detail = f"{pointer.strip('/')} {detail}"
        raise TemplateUnusableError(detail) from error
