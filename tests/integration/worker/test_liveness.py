"""The loop that takes jobs says that it runs: again and again, and after the broker was away."""

from pathlib import Path

from redis import Redis
from tests.integration.worker.test_queues import worker
from tests.support import wait


def test_the_ready_file_is_touched_as_long_as_jobs_are_taken(
    service_url: str, redis_url: str, redis_client: Redis, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"

    def touched_after(moment: int) -> bool:
        return ready.exists() and ready.stat().st_mtime_ns > moment

    with worker(service_url, redis_url, WORKER_READY_FILE=str(ready), WORKER_QUEUES="links"):
        wait.until(lambda: touched_after(0), "ready")
        first = ready.stat().st_mtime_ns
        wait.until(lambda: touched_after(first), "touched again")
        redis_client.client_kill_filter(_type="normal", skipme=True)
        lost = ready.stat().st_mtime_ns
        wait.until(lambda: touched_after(lost), "touched on a new connection")
        latest = ready.stat().st_mtime_ns
        wait.until(lambda: touched_after(latest), "and by its timer")
    assert not ready.exists()
