"""Origin: for which request a job is, as the headers of its message carry it.

A job that no request asked for, by the schedule, is known by its own id.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from common.infra import request_ids, tracing
from common.infra.tracing import Kind

REQUEST: Final = "request_id"


def headers() -> dict[str, str]:
    """The headers of a job that is published here and now."""
    request_id = request_ids.current()
    return {**({REQUEST: request_id} if request_id else {}), **tracing.carrier()}


@contextmanager
def running(task: str, job_id: str, header: Callable[[str], Any]) -> Iterator[None]:
    """Whatever is logged, traced and published meanwhile is for the request that a job is for.

    ``header`` gives a header of the job's message, or None; what is no id is passed over.
    """
    asked_by = header(REQUEST) or job_id.replace("-", "")
    with (
        request_ids.working_on(request_ids.plain_or_new(asked_by)),
        tracing.span(f"run {task}", Kind.CONSUMER, parent=header(tracing.PARENT)),
    ):
        yield
