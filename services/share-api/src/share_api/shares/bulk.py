"""Checking of many links at once: every one that cannot be issued is named by its place."""

from collections.abc import Sequence
from datetime import datetime

from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.registry import UnknownReportError
from share_api.http.json_body import FieldError, InvalidBodyError
from sharing.issue_errors import IssueError, OptionsConflictError
from sharing.issuing import check_request
from sharing.issuing_context import IssuingContext
from sharing.link_request import LinkRequest
from sharing.policy import held_to_policy


def check_all(requests: Sequence[LinkRequest], using: IssuingContext, *, now: datetime) -> None:
    """Refuse links of a tenant that cannot be issued, with all that is wrong.

    Raises:
        InvalidBodyError: some of them, by their places in the list ``shares``.
        OptionsConflictError: options of one exclude each other.
    """
    using = held_to_policy(using, requests[0].tenant_id)
    faults: list[FieldError] = []
    for place, request in enumerate(requests):
        try:
            check_request(request, using, now=now)
        except OptionsConflictError as error:
            error.place = f"/shares/{place}"
            raise
        except IssueError as error:
            faults += [
                FieldError(f"/shares/{place}{each['pointer']}", each["detail"])
                for each in error.errors
            ]
        except (UnknownReportError, AnalyticsNotYetImplementedError) as error:
            faults.append(FieldError(f"/shares/{place}/report", str(error)))
    if faults:
        raise InvalidBodyError(*faults)
