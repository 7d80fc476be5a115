"""Job context: what a job logs, traces and publishes is for the request that asked for it."""

from typing import Any

from celery import Task

from common.jobs import origin


class JobTask(Task[..., Any]):
    """A task that runs its jobs in the context of their messages."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run a job."""
        with origin.running(self.name, self.request.id or "", self.request.get):
            return super().__call__(*args, **kwargs)
