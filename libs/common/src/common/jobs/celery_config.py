"""Celery: queues and settings, for publishers as for workers.

The settings, each with its reason:

- ``task_acks_late``, ``task_reject_on_worker_lost``: a killed worker's job is run again.
- ``worker_prefetch_multiplier = 1``: a job waits in the queue, not behind another in one worker.
- ``visibility_timeout``, ``unacked_restore_interval``, ``unacked_restore_throttle``: by the
  defaults a lost job came back after more than 60 s; with these within 10 s plus the time-out. No
  task may run longer than the visibility time-out, or it runs twice: hence the hard time limit.
- An import is the exception: it may take hours, and the visibility time-out, which every worker
  applies to every unacknowledged message, would have it run many times at once. Its message is
  acknowledged when it is taken, and says only that there is something to do: the truth is the row
  in ``imports``, and a sweep by the clock asks again for what a killed worker left (see
  ``worker.imports.run``). It has a queue of its own, so that workers can be kept for reports.
- ``queue_order_strategy = "priority"``: queues are emptied in the order of ``QUEUES``, not in turn.
  What a viewer waits for goes first, what no user waits for goes last. A worker takes them all
  unless ``WORKER_QUEUES`` keeps it for some.
- Every message says when it was published (``PUBLISHED``), whoever sends it, the scheduler too: how
  long a queue's oldest message waits is how a queue that nobody empties is seen.
- ``task_ignore_result``: the result is the cached report; nothing reads a result backend.
- ``socket_timeout``, ``socket_connect_timeout``, ``max_retries``: the bound on publishing.
"""

from typing import Any, Final

from celery import Celery, Task

from common import instants
from common.infra.redis import BROKER
from common.infra.sentinels import WatchedPrimary, watched_primary
from common.jobs.payloads import AnswerDiscord, RestoreLink, RunImport, WorkWebhooks

HARD_LIMIT_SECONDS: Final = 120
SOFT_LIMIT_SECONDS: Final = 110
VISIBILITY_TIMEOUT_SECONDS: Final = HARD_LIMIT_SECONDS + 10
IMPORT_GRACE_SECONDS: Final = 60
"""What an import has beyond its time limit to say that it took too long."""

PUBLISHED: Final = "published"
"""The header of a message that says when it was published, in Unix milliseconds."""

LINK_QUEUE: Final = "links"
"""Jobs of a millisecond that viewers wait for, and the control of links: a worker of its own takes
them, so that none waits behind a computation, however long that is."""
QUEUE: Final = "reports"
HEARTBEAT_QUEUE: Final = "heartbeat"
"""Taken by those that compute, before all else: it says that reports come, not only links."""
DISCORD_QUEUE: Final = "discord"
"""Answers to Discord: someone waits, but a page goes first, and Discord may be slow."""
IMPORT_QUEUE: Final = "imports"
"""Sales: files, which keep a process busy, and events of platforms, a minute at a time."""
WARM_QUEUE: Final = "warm"
"""Jobs that no user waits for."""
QUEUES: Final = (LINK_QUEUE, QUEUE, DISCORD_QUEUE, IMPORT_QUEUE, WARM_QUEUE)
"""All queues, the one that goes first in front."""


class _Application(Celery):
    """Celery whose messages say when they were published."""

    def send_task(self, name: str, *args: Any, **options: Any) -> Any:
        """Publish a task's message: what tasks, publishers and the scheduler call."""
        published = {PUBLISHED: int(instants.now().timestamp() * 1000)}
        options["headers"] = {**published, **(options.get("headers") or {})}
        return super().send_task(name, *args, **options)


def create_celery(broker_url: str, task: type[Task[..., Any]] = Task) -> Celery:
    """The Celery application. It connects when it is used. ``task`` is what its tasks are."""
    primary = watched_primary(broker_url)
    app = _Application(
        "analytics", broker=primary.celery_url() if primary else broker_url, task_cls=task
    )
    app.conf.update(
        # A broker that refuses writes ends no worker: it connects anew until it is taken again.
        broker_channel_error_retry=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            **BROKER.timeouts(),
            "max_retries": 0,
            "queue_order_strategy": "priority",
            **(_by_sentinels(primary) if primary else {}),
        },
        task_acks_late=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_publish_retry=False,
        task_reject_on_worker_lost=True,
        task_routes={
            RestoreLink.task: {"queue": LINK_QUEUE},
            AnswerDiscord.task: {"queue": DISCORD_QUEUE},
            RunImport.task: {"queue": IMPORT_QUEUE},
            WorkWebhooks.task: {"queue": IMPORT_QUEUE},
            "warm.*": {"queue": WARM_QUEUE},
        },
        task_serializer="json",
        task_soft_time_limit=SOFT_LIMIT_SECONDS,
        task_time_limit=HARD_LIMIT_SECONDS,
        accept_content=["json"],
        timezone="UTC",
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
    )
    return app


def _by_sentinels(primary: WatchedPrimary) -> dict[str, Any]:
    return {
        "master_name": primary.name,
        "sentinel_kwargs": primary.sentinel_options(BROKER.timeouts()),
    }
